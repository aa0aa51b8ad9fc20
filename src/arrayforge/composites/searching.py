"""Composites of the chapter "searching functions"."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import arrayforge as xp

from ._arguments import default_dtype

if TYPE_CHECKING:
    from ._typing import Array, Axes


def count_nonzero(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """Number of non-zero elements along axes."""
    is_set = x if xp.isdtype(x.dtype, "bool") else xp.not_equal(x, 0)
    counted = default_dtype("integral", x.device)
    return cast("Array", xp.sum(xp.astype(is_set, counted), axis=axis, keepdims=keepdims))


def _place(x: Array, extreme: Array, axis: int) -> Array:
    """Where along an axis the extreme, NaN for NaN, stands first."""
    found = xp.equal(x, extreme)
    if xp.isdtype(x.dtype, "real floating"):
        found = xp.logical_or(found, xp.isnan(x))
    size = x.shape[axis]
    line = (1,) * axis + (size,) + (1,) * (x.ndim - axis - 1)
    ramp = xp.reshape(xp.arange(size, device=x.device), line)
    return cast("Array", xp.min(xp.where(found, ramp, size), axis=axis, keepdims=True))


def _locate(extreme_of: Callable[..., Array], x: Array, axis: int | None, keepdims: bool) -> Array:
    flat = x if axis is not None else xp.reshape(x, (-1,))
    along = 0 if axis is None else axis
    place = _place(flat, extreme_of(flat, axis=along, keepdims=True), along)
    if axis is None:
        return cast("Array", xp.reshape(place, (1,) * x.ndim if keepdims else ()))
    return place if keepdims else cast("Array", xp.squeeze(place, along))


def argmax(x: Array, /, *, axis: int | None = None, keepdims: bool = False) -> Array:
    """Index of the first maximum along an axis."""
    return _locate(xp.max, x, axis, keepdims)


def argmin(x: Array, /, *, axis: int | None = None, keepdims: bool = False) -> Array:
    """Index of the first minimum along an axis."""
    return _locate(xp.min, x, axis, keepdims)


def searchsorted(
    x1: Array, x2: Array, /, *, side: str = "left", sorter: Array | None = None
) -> Array:
    """Where the values x2 would go in the vector x1, sorted by now: one search for all of them."""
    counted = default_dtype("integral", x1.device)
    low = xp.zeros(x2.shape, dtype=counted, device=x2.device)
    if x1.size == 0:
        return cast("Array", low)
    high = xp.full(x2.shape, x1.size, dtype=counted, device=x2.device)
    for _ in range(x1.size.bit_length()):
        middle = xp.floor_divide(xp.add(low, high), 2)
        pivot = xp.take(x1, xp.minimum(middle, x1.size - 1), axis=0)
        goes_right = xp.less_equal(pivot, x2) if side == "right" else xp.less(pivot, x2)
        goes_right = xp.logical_or(goes_right, _passes_nan(pivot, x2, side))
        goes_right = xp.logical_and(goes_right, xp.less(low, high))
        low = xp.where(goes_right, xp.add(middle, 1), low)
        high = xp.where(goes_right, high, middle)
    return cast("Array", low)


def _passes_nan(pivot: Array, value: Array, side: str) -> Array:
    """NaN stands after every number."""
    if not xp.isdtype(value.dtype, "real floating"):
        return cast("Array", xp.zeros(value.shape, dtype=xp.bool, device=value.device))
    is_nan = xp.isnan(value)
    if side == "left":
        is_nan = xp.logical_and(is_nan, xp.logical_not(xp.isnan(pivot)))
    return cast("Array", is_nan)
