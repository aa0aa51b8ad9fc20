"""What NumPy gets wrong or spells otherwise, each function with the reason."""

from __future__ import annotations

from typing import Any

import numpy as np
from arrayforge import corrections

# Their steps meet infinities that the user's operands do not have.
_quiet = np.errstate(all="ignore")
floor_divide = _quiet(corrections.floor_divide(np))
expm1 = _quiet(corrections.expm1(np))
tanh = _quiet(corrections.tanh(np))


def permute_dims(x: Any, axes: tuple[int, ...]) -> Any:
    """The method, which numpy.permute_dims() takes twice as long to get to."""
    return x.transpose(axes)


def astype(x: Any, dtype: Any) -> Any:
    """numpy.astype() refuses NumPy's own scalars."""
    return np.asarray(x).astype(dtype)
