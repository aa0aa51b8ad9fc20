"""Complex functions as the standard wants them: limits, branch cuts, signs of zeros.

XLA composes them of real functions: NaN in an intermediate result reaches the end, and the sign of
a zero, which tells the sides of a branch cut apart, is lost on the way. So they are computed for
the half or the quarter of the plane without negative signs, and mirrored; where a part of the
argument is infinite or NaN, by the standard's tables. The circular functions are the hyperbolic
ones of a turned argument, as the standard says.

Functions here take and give real and imaginary parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax

Function = Callable[[Any], Any]
Parts = tuple[Any, Any]
OfParts = Callable[[Any, Any], Parts]


def of_complex(real: Function, compound: OfParts) -> Function:
    """The first function for real arguments, the second for complex ones."""

    def function(x: Any) -> Any:
        if not jnp.iscomplexobj(x):
            return real(x)
        a = jnp.real(x)
        return lax.complex(*(jnp.astype(part, a.dtype) for part in compound(a, jnp.imag(x))))

    return function


def mirrored(plain: Function, limit: OfParts, odd: bool = False) -> OfParts:
    """JAX's function, mirrored and with its limits; conj(f(x)) is f(conj(x))."""

    def compound(a: Any, b: Any) -> Parts:
        p, q = jnp.abs(a) if odd else a, jnp.abs(b)
        finite = jnp.isfinite(p) & jnp.isfinite(q)
        value = plain(lax.complex(p, q))
        real, imag = limit(p, q)
        real = jnp.where(finite, jnp.real(value), real)
        imag = jnp.where(finite, jnp.imag(value), imag)
        if odd:
            real = jnp.where(jnp.signbit(a), -real, real)
        return real, jnp.where(jnp.signbit(b), -imag, imag)

    return compound


def turned(hyperbolic: OfParts) -> OfParts:
    """f(z) = -1j * g(1j * z)."""

    def circular(a: Any, b: Any) -> Parts:
        real, imag = hyperbolic(-b, a)
        return imag, -real

    return circular


def _or_nan(condition: Any, value: Any) -> Any:
    return jnp.where(condition, value, math.nan)


def _infinite(a: Any, b: Any) -> Any:
    return jnp.isinf(a) | jnp.isinf(b)


# Limits. Imaginary parts are not negative; those of odd functions have no negative real part.


def exp(a: Any, b: Any) -> Parts:
    size, unknown = jnp.exp(a), ~jnp.isfinite(b)
    # Without an angle both parts of a zero vanish, and what is infinite is real.
    real = jnp.where((b == 0) | (jnp.isinf(a) & unknown), size, size * jnp.cos(b))
    zero = (b == 0) | ((a == -math.inf) & unknown)
    return real, jnp.where(zero, 0.0, size * jnp.sin(b))


def expm1(a: Any, b: Any) -> Parts:
    real, imag = exp(a, b)
    return real - 1.0, imag


def log(a: Any, b: Any) -> Parts:
    return _or_nan(_infinite(a, b), math.inf), jnp.arctan2(b, a)


def log2(a: Any, b: Any) -> Parts:
    real, imag = log(a, b)
    return real, imag / math.log(2)


def log10(a: Any, b: Any) -> Parts:
    real, imag = log(a, b)
    return real, imag / math.log(10)


def sqrt(a: Any, b: Any) -> Parts:
    zero = jnp.isinf(a) & jnp.isfinite(b)
    real = _or_nan((a == math.inf) | jnp.isinf(b), math.inf)
    imag = _or_nan((a == -math.inf) | jnp.isinf(b), math.inf)
    return jnp.where(zero & (a < 0), 0.0, real), jnp.where(zero & (a > 0), 0.0, imag)


def asinh(a: Any, b: Any) -> Parts:
    return _or_nan(_infinite(a, b), math.inf), jnp.where(b == 0, b, jnp.arctan2(b, a))


def _angle(a: Any, b: Any) -> Any:
    return jnp.where((a == 0) & jnp.isnan(b), math.pi / 2, jnp.arctan2(b, a))


def acosh(a: Any, b: Any) -> Parts:
    return _or_nan(_infinite(a, b), math.inf), _angle(a, b)


def acos(a: Any, b: Any) -> Parts:
    return _angle(a, b), _or_nan(_infinite(a, b), -math.inf)


def atanh(a: Any, b: Any) -> Parts:
    real = jnp.where(_infinite(a, b), 0.0, _or_nan(a == 0, a))
    return real, _or_nan(jnp.isinf(b) | (jnp.isinf(a) & ~jnp.isnan(b)), math.pi / 2)


def tanh(a: Any, b: Any) -> Parts:
    real = jnp.where(jnp.isinf(a), 1.0, _or_nan(a == 0, a))
    return real, jnp.where(jnp.isinf(a), 0.0, _or_nan(b == 0, b))


# Whole functions, of the real ones given. JAX's own lose digits with the size of the argument.


def cosh_of(cosh: Function, sinh: Function) -> OfParts:
    def compound(a: Any, b: Any) -> Parts:
        size, unknown = cosh(a), ~jnp.isfinite(b)
        real = jnp.where((b == 0) | (jnp.isinf(a) & unknown), size, size * jnp.cos(b))
        zero = (b == 0) | ((a == 0) & unknown)
        signed = jnp.copysign(0.0, a) * jnp.copysign(1.0, b)
        return real, jnp.where(zero, signed, sinh(a) * jnp.sin(b))

    return compound


def sinh_of(cosh: Function, sinh: Function) -> OfParts:
    def compound(a: Any, b: Any) -> Parts:
        size, unknown = sinh(a), ~jnp.isfinite(b)
        known = (b == 0) | (unknown & (jnp.isinf(a) | (a == 0)))
        real = jnp.where(known, size, size * jnp.cos(b))
        return real, jnp.where(b == 0, b, cosh(a) * jnp.sin(b))

    return compound
