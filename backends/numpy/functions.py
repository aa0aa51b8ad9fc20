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


@_quiet
def pow(x1: Any, x2: Any) -> Any:
    """numpy.power() takes the square root where one exponent of 0.5 serves all elements.

    It refuses integers to negative powers, which are the whole parts of fractions.
    """
    exponents = np.asarray(x2)
    if exponents.dtype.kind == "i" and (exponents < 0).any():
        return _whole_part(np.asarray(x1), exponents)
    result = np.power(x1, x2)
    is_root = exponents == 0.5
    if result.dtype.kind != "f" or not is_root.any():
        return result
    # -0 + 0 is 0; the root of -inf is NaN.
    return np.where(is_root, np.where(x1 == -np.inf, np.inf, result + 0.0), result)


def _whole_part(x1: Any, x2: Any) -> Any:
    result = np.power(x1, np.where(x2 < 0, 0, x2))
    fraction = np.where(x1 == 1, 1, np.where(x1 == -1, 1 - 2 * (x2 & 1), 0))
    return np.where(x2 < 0, fraction, result).astype(x1.dtype if x1.ndim else x2.dtype)


def permute_dims(x: Any, axes: tuple[int, ...]) -> Any:
    """The method, which numpy.permute_dims() takes twice as long to get to."""
    return x.transpose(axes)


def astype(x: Any, dtype: Any) -> Any:
    """numpy.astype() refuses NumPy's own scalars."""
    return np.asarray(x).astype(dtype)
