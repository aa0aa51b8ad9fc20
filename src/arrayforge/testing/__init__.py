"""For authors of libraries and of backends: assertions, and comparisons of backends."""

from ._asserts import assert_close as assert_close
from ._asserts import assert_equal as assert_equal
from ._asserts import assert_same_kind as assert_same_kind
from ._check import check_backend as check_backend
from ._compare import compare_backends as compare_backends
from ._run import Comparison as Comparison
from ._run import Difference as Difference

__all__ = [
    "Comparison",
    "Difference",
    "assert_close",
    "assert_equal",
    "assert_same_kind",
    "check_backend",
    "compare_backends",
]
