"""Composites of the chapter "indexing functions": gathers from the flattened array.

One integer array on a one-dimensional array is the only form of integer indexing that they ask for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import arrayforge as xp

from ._arguments import axis_index, default_dtype

if TYPE_CHECKING:
    from ._typing import Array


def _checked(name: str, indices: Array, size: int, axis: int) -> Array:
    """Indices from 0 to size - 1; the flat gather would read a neighbour's row for others."""
    if not xp.isdtype(indices.dtype, "integral"):
        raise TypeError(f"{name}(): indices must be integers, got {indices.dtype}")
    indices = xp.astype(indices, default_dtype("integral", indices.device))
    if indices.size == 0:
        return indices
    lowest, highest = int(xp.min(indices)), int(xp.max(indices))
    if lowest < -size or highest >= size:
        wrong = lowest if lowest < -size else highest
        raise IndexError(f"{name}(): index {wrong} is out of bounds for axis {axis} of size {size}")
    return cast("Array", xp.where(xp.less(indices, 0), xp.add(indices, size), indices))


def _gather(x: Array, places: Array) -> Array:
    flat = xp.reshape(x, (-1,))
    return cast("Array", xp.reshape(flat[xp.reshape(places, (-1,))], places.shape))


def take(x: Array, indices: Array, /, *, axis: int | None = None) -> Array:
    """Elements of x at integer indices along an axis."""
    if axis is None:
        if x.ndim != 1:
            raise ValueError(f"take(): axis is required unless x has one axis, got shape {x.shape}")
        axis = 0
    axis = axis_index("take", axis, x.ndim)
    size = x.shape[axis]
    picks = _checked("take", indices, size, axis)
    outer, inner = math.prod(x.shape[:axis]), math.prod(x.shape[axis + 1 :])
    shape = x.shape[:axis] + indices.shape + x.shape[axis + 1 :]
    if 0 in shape:
        return cast("Array", xp.zeros(shape, dtype=x.dtype, device=x.device))
    rows = xp.reshape(xp.arange(outer, device=x.device), (outer, 1, 1))
    picks = xp.reshape(picks, (1, indices.size, 1))
    cells = xp.reshape(xp.arange(inner, device=x.device), (1, 1, inner))
    places = (rows * size + picks) * inner + cells
    return cast("Array", xp.reshape(_gather(x, places), shape))


def take_along_axis(x: Array, indices: Array, /, *, axis: int = -1) -> Array:
    """Elements of x at indices matched to its other axes."""
    if indices.ndim != x.ndim:
        raise ValueError(
            f"take_along_axis(): expected indices with {x.ndim} axes, got shape {indices.shape}"
        )
    axis = axis_index("take_along_axis", axis, x.ndim)
    picks = _checked("take_along_axis", indices, x.shape[axis], axis)
    before = x.shape[:axis] + (1,) + x.shape[axis + 1 :]
    shape = xp.broadcast_shapes(before, indices.shape)
    x = xp.broadcast_to(x, shape[:axis] + (x.shape[axis],) + shape[axis + 1 :])
    if 0 in shape:
        return cast("Array", xp.zeros(shape, dtype=x.dtype, device=x.device))
    stride = 1
    places = xp.zeros((1,) * x.ndim, dtype=picks.dtype, device=x.device)
    for i in reversed(range(x.ndim)):
        ramp = xp.arange(x.shape[i], device=x.device)
        line = (1,) * i + (x.shape[i],) + (1,) * (x.ndim - i - 1)
        steps = picks if i == axis else xp.reshape(ramp, line)
        places = places + steps * stride
        stride *= x.shape[i]
    return _gather(x, places)
