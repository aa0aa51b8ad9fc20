"""Composites of the chapter "elementwise functions"."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import arrayforge as xp

from ._arguments import default_dtype, lacks

if TYPE_CHECKING:
    from ._typing import Array, ArrayOrScalar


def clip(x: Array, /, min: ArrayOrScalar | None = None, max: ArrayOrScalar | None = None) -> Array:
    """x limited to [min, max]; NaN where x or a bound is NaN, max where the bounds cross."""
    limited = x if min is None else xp.maximum(x, min)
    limited = limited if max is None else xp.minimum(limited, max)
    return cast("Array", xp.asarray(x, copy=True) if limited is x else limited)


def where(condition: Array, x1: Array, x2: Array, /) -> Array:
    """Elements of x1 where condition is true, of x2 elsewhere: a gather from both, one behind the
    other."""
    shape = xp.broadcast_shapes(condition.shape, x1.shape, x2.shape)
    second, first = (xp.reshape(xp.broadcast_to(x, shape), (-1,)) for x in (x2, x1))
    count = second.size
    chosen = xp.reshape(xp.broadcast_to(condition, shape), (-1,))
    index = xp.astype(chosen, default_dtype("integral", chosen.device))
    places = xp.add(xp.multiply(index, count), xp.arange(count, device=index.device))
    return cast("Array", xp.reshape(xp.concat((second, first))[places], shape))


def real(x: Array, /) -> Array:
    """x itself, of real dtypes; only the engine knows how it lays out complex numbers."""
    if xp.isdtype(x.dtype, "complex floating"):
        raise lacks(x, "real")
    return cast("Array", xp.asarray(x, copy=True))


def imag(x: Array, /) -> Array:
    """Zeros, of real dtypes."""
    if xp.isdtype(x.dtype, "complex floating"):
        raise lacks(x, "imag")
    return cast("Array", xp.zeros_like(x))


def conj(x: Array, /) -> Array:
    """A copy, of real dtypes."""
    if xp.isdtype(x.dtype, "complex floating"):
        raise lacks(x, "conj")
    return cast("Array", xp.asarray(x, copy=True))


def round(x: Array, /) -> Array:
    """The integer nearest to x; ties go to the even one.

    Beside 1 / eps floats have no room for a fraction: adding it rounds to even, whatever the dtype.
    """
    if xp.isdtype(x.dtype, "complex floating"):
        raise lacks(x, "round")
    if xp.isdtype(x.dtype, "integral"):
        return cast("Array", xp.asarray(x, copy=True))
    full = 1 / xp.finfo(x.dtype).eps
    size = xp.abs(x)
    rounded = xp.subtract(xp.add(size, full), full)
    return cast("Array", xp.copysign(xp.where(xp.less(size, full), rounded, size), x))
