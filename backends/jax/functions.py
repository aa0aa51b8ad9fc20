"""What JAX gets wrong, each function with the reason. The elementwise ones run inside jax.jit.

Besides, XLA flushes subnormal numbers to zero on processors, in operands as in results; nothing
here or anywhere else in JAX can change that.
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
from jax import lax

from . import complex_functions as compound
from .complex_functions import mirrored, of_complex, turned

_asinh = mirrored(jnp.asinh, compound.asinh, odd=True)
_atanh = mirrored(jnp.atanh, compound.atanh, odd=True)
_tanh = mirrored(jnp.tanh, compound.tanh, odd=True)

acos = of_complex(jnp.acos, mirrored(jnp.acos, compound.acos))
acosh = of_complex(jnp.acosh, mirrored(jnp.acosh, compound.acosh))
asin = of_complex(jnp.asin, turned(_asinh))
asinh = of_complex(jnp.asinh, _asinh)
atan = of_complex(jnp.atan, turned(_atanh))
atanh = of_complex(jnp.atanh, _atanh)
exp = of_complex(jnp.exp, mirrored(jnp.exp, compound.exp))
expm1 = of_complex(jnp.expm1, mirrored(jnp.expm1, compound.expm1))
log = of_complex(jnp.log, mirrored(jnp.log, compound.log))
log1p = of_complex(jnp.log1p, mirrored(jnp.log1p, compound.log))
log2 = of_complex(jnp.log2, mirrored(jnp.log2, compound.log2))
log10 = of_complex(jnp.log10, mirrored(jnp.log10, compound.log10))
sqrt = of_complex(jnp.sqrt, mirrored(jnp.sqrt, compound.sqrt))
tan = of_complex(jnp.tan, turned(_tanh))
tanh = of_complex(jnp.tanh, _tanh)


def _halves(x: Any) -> tuple[Any, Any]:
    """exp(x) / 2 for x >= 0, where exp(x) may overflow, and exp(-x) / 2."""
    root = jnp.exp(x / 2)
    whole = jnp.exp(x)
    return jnp.where(jnp.isinf(whole), root / 2 * root, whole / 2), 0.5 / whole


def _cosh(x: Any) -> Any:
    """JAX takes exp(x + log(1/2)), whose rounded argument costs x units in the last place."""
    if x.dtype.itemsize < 4:
        return jnp.cosh(x)
    large, small = _halves(jnp.abs(x))
    return large + small


def _sinh(x: Any) -> Any:
    """As cosh(); small x, where the exponentials cancel, stay JAX's."""
    if x.dtype.itemsize < 4:
        return jnp.sinh(x)
    large, small = _halves(jnp.abs(x))
    return jnp.where(jnp.abs(x) < 1, jnp.sinh(x), jnp.copysign(large - small, x))


_complex_cosh = compound.cosh_of(_cosh, _sinh)
_complex_sinh = compound.sinh_of(_cosh, _sinh)
cosh = of_complex(_cosh, _complex_cosh)
sinh = of_complex(_sinh, _complex_sinh)
cos = of_complex(jnp.cos, lambda a, b: _complex_cosh(-b, a))
sin = of_complex(jnp.sin, turned(_complex_sinh))


def abs(x: Any) -> Any:
    """Infinite where a part is, whatever the other one is."""
    if not jnp.iscomplexobj(x):
        return jnp.abs(x)
    infinite = jnp.isinf(jnp.real(x)) | jnp.isinf(jnp.imag(x))
    return jnp.where(infinite, math.inf, jnp.abs(x))


def sign(x: Any) -> Any:
    """+0 for zeros of either sign, in both parts."""
    return jnp.where(x == 0, jnp.zeros_like(x), jnp.sign(x))


def floor_divide(x1: Any, x2: Any) -> Any:
    """floor(x1 / x2) where that is infinite or zero; integers divided by zero give 0."""
    if not jnp.issubdtype(jnp.result_type(x1, x2), jnp.floating):
        return jnp.where(x2 == 0, 0, jnp.floor_divide(x1, jnp.where(x2 == 0, 1, x2)))
    result = jnp.floor_divide(x1, x2)
    limit = jnp.isinf(x1) | jnp.isinf(x2) | (x2 == 0)
    result = jnp.where(limit, jnp.floor(x1 / x2), result)
    zero = jnp.where(jnp.signbit(x1) == jnp.signbit(x2), 0.0, -0.0)
    return jnp.where(result == 0, zero, result)


def remainder(x1: Any, x2: Any) -> Any:
    """Zeros have the sign of x2."""
    result = jnp.remainder(x1, x2)
    if not jnp.issubdtype(result.dtype, jnp.floating):
        return result
    return jnp.where(result == 0, jnp.copysign(result, x2), result)


def pow(x1: Any, x2: Any) -> Any:
    """Integers modulo 2**bits for every exponent; JAX looks at the last six bits of it.

    A negative exponent leaves 1 / x1**-x2 without its fraction.
    """
    dtype = jnp.result_type(x1, x2)
    if not jnp.issubdtype(dtype, jnp.integer):
        return jnp.power(x1, x2)
    base, exponent = jnp.broadcast_arrays(jnp.asarray(x1, dtype), jnp.asarray(x2, dtype))
    negative = exponent < 0
    lost = negative & (jnp.abs(base) != 1)

    def step(state: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
        result, power, rest = state
        return jnp.where(rest & 1 == 1, result * power, result), power * power, rest >> 1

    start = (jnp.ones_like(base), base, jnp.where(negative, exponent & 1, exponent))
    result, _, _ = lax.while_loop(lambda state: jnp.any(state[2] != 0), step, start)
    return jnp.where(lost, 0, result)


def searchsorted(x1: Any, x2: Any, **options: Any) -> Any:
    """int64, where JAX takes int32 for short x1."""
    return jnp.astype(jnp.searchsorted(x1, x2, **options), jnp.int64)


def _truth(x: Any) -> Any:
    """JAX looks at the real part of complex numbers alone."""
    return x != 0 if jnp.iscomplexobj(x) else x


def all(x: Any, **options: Any) -> Any:
    return jnp.all(_truth(x), **options)


def any(x: Any, **options: Any) -> Any:
    return jnp.any(_truth(x), **options)
