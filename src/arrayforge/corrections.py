"""Special values that several libraries get wrong, made right out of their own functions.

Each takes the library's namespace and returns the function as the standard wants it; backends put
it among their corrections. The arguments are those of the contract: raw arrays of one dtype, or one
and a Python scalar.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]


def floor_divide(library: Any) -> Function:
    """floor(x1 / x2) where an operand is infinite; libraries give NaN or, like Python, -1."""
    plain, isinf, floor, where = (
        getattr(library, n) for n in ("floor_divide", "isinf", "floor", "where")
    )

    def floor_divide(x1: Any, x2: Any) -> Any:
        result = plain(x1, x2)
        if "float" not in str(result.dtype):
            return result
        parts = [math.isinf(x) if isinstance(x, float) else isinf(x) for x in (x1, x2)]
        return where(parts[0] | parts[1], floor(x1 / x2), result)

    return floor_divide


def _signed(library: Any, value: Any, sign: Any) -> Any:
    """Complex values that have a zero as imaginary part, with the sign of another number's."""
    return library.where(library.signbit(library.imag(sign)), library.conj(value), value)


def expm1(library: Any) -> Function:
    """exp(z) - 1 for complex z that are not finite, and 0 for zeros of either sign."""
    plain, exp, real, imag = (getattr(library, n) for n in ("expm1", "exp", "real", "imag"))
    isfinite, where = library.isfinite, library.where

    def expm1(x: Any) -> Any:
        result = plain(x)
        if "complex" not in str(result.dtype):
            return result
        result = where(isfinite(x), result, exp(x) - 1.0)
        zeros = (real(x) == 0) & (imag(x) == 0)
        return where(zeros, _signed(library, x * 0 + 0, x), result)

    return expm1


def tanh(library: Any) -> Function:
    """1 + 0j for complex x with an infinite real part and a finite imaginary part, odd in x.

    C99 gives the imaginary zero the sign of sin(2 * imag(x)).
    """
    plain, real, imag = (getattr(library, n) for n in ("tanh", "real", "imag"))
    isfinite, isinf, where = library.isfinite, library.isinf, library.where

    def tanh(x: Any) -> Any:
        result = plain(x)
        if "complex" not in str(result.dtype):
            return result
        limits = isinf(real(x)) & isfinite(imag(x))
        # 1 and -1 in the dtype that the parts have; of Python's numbers NumPy would make doubles.
        ones = plain(real(x)) + result * 0
        return where(limits, _signed(library, ones, x), result)

    return tanh
