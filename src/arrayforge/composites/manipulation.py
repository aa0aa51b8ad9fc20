"""Composites of the chapter "manipulation functions"."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import arrayforge as xp

from .. import _core
from ._arguments import along, axis_index, axis_tuple, countable, default_dtype

if TYPE_CHECKING:
    from ._typing import Array, Axes


def broadcast_arrays(*arrays: Array) -> tuple[Array, ...]:
    """The arrays broadcast against each other, as a tuple of views."""
    shape = xp.broadcast_shapes(*(x.shape for x in arrays))
    return tuple(xp.broadcast_to(x, shape) for x in arrays)


def broadcast_to(x: Array, /, shape: Sequence[int]) -> Array:
    """x broadcast to shape: its elements gathered, which changes no value as arithmetic may."""
    shape = tuple(shape)
    if 0 in shape:
        return cast("Array", xp.zeros(shape, dtype=x.dtype, device=x.device))
    places = xp.zeros(shape, dtype=default_dtype("integral", x.device), device=x.device)
    sizes = (1,) * (len(shape) - x.ndim) + x.shape
    stride = 1
    for i in reversed(range(len(shape))):
        if sizes[i] == 1:
            continue
        line = (1,) * i + (sizes[i],) + (1,) * (len(shape) - i - 1)
        ramp = xp.reshape(xp.arange(sizes[i], device=x.device), line)
        places = xp.add(places, xp.multiply(ramp, stride))
        stride *= sizes[i]
    flat = xp.reshape(x, (-1,))
    return cast("Array", xp.reshape(flat[xp.reshape(places, (-1,))], shape))


def expand_dims(x: Array, /, axis: int | Sequence[int]) -> Array:
    """A view of x with axes of size 1 inserted."""
    count = len(axis) if isinstance(axis, Sequence) else 1
    new = axis_tuple("expand_dims", axis, x.ndim + count)
    sizes = iter(x.shape)
    shape = tuple(1 if i in new else next(sizes) for i in range(x.ndim + count))
    return cast("Array", xp.reshape(x, shape))


def squeeze(x: Array, /, axis: int | Sequence[int]) -> Array:
    """A view of x without the given axes of size 1."""
    axes = axis_tuple("squeeze", axis, x.ndim)
    for i in axes:
        if x.shape[i] != 1:
            raise ValueError(f"squeeze(): axis {i} must have size 1, got shape {x.shape}")
    return cast("Array", xp.reshape(x, tuple(n for i, n in enumerate(x.shape) if i not in axes)))


def flip(x: Array, /, *, axis: Axes = None) -> Array:
    """A view of x with the order along axes reversed."""
    axes = axis_tuple("flip", axis, x.ndim)
    backward = slice(None, None, -1)
    return x[tuple(backward if i in axes else slice(None) for i in range(x.ndim))]


def moveaxis(x: Array, source: int | Sequence[int], destination: int | Sequence[int], /) -> Array:
    """A view of x with axes moved to new positions."""
    origin = axis_tuple("moveaxis", source, x.ndim)
    target = axis_tuple("moveaxis", destination, x.ndim)
    if len(origin) != len(target):
        raise ValueError(
            f"moveaxis(): source and destination differ in length, {source} and {destination}"
        )
    order = [i for i in range(x.ndim) if i not in origin]
    for place, axis in sorted(zip(target, origin, strict=True)):
        order.insert(place, axis)
    return cast("Array", xp.permute_dims(x, tuple(order)))


def _repeat_each(x: Array, repeats: int, axis: int) -> Array:
    shape = x.shape
    countable("repeat", (*shape[:axis], repeats, *shape[axis:]))
    spread = xp.broadcast_to(
        xp.expand_dims(x, axis + 1), shape[: axis + 1] + (repeats,) + shape[axis + 1 :]
    )
    merged = shape[:axis] + (shape[axis] * repeats,) + shape[axis + 1 :]
    return cast("Array", xp.reshape(spread, merged, copy=True))


def _counts(repeats: Array | Sequence[int], x: Array, size: int) -> Array:
    counts = xp.asarray(repeats, device=x.device)
    if not xp.isdtype(counts.dtype, "integral"):
        raise TypeError(f"repeat(): repeats must be integers, got {counts.dtype}")
    if counts.ndim != 1 or counts.size not in (1, size):
        raise ValueError(
            f"repeat(): repeats must have one element or {size}, got shape {counts.shape}"
        )
    counts = xp.astype(counts, default_dtype("integral", x.device))
    if size and bool(xp.any(xp.less(counts, 0))):
        raise ValueError("repeat(): repeats must not be negative")
    return cast("Array", xp.broadcast_to(counts, (size,)))


def repeat(x: Array, repeats: int | Array | Sequence[int], /, *, axis: int | None = None) -> Array:
    """Each element of x repeated along an axis."""
    if axis is None:
        x, axis = xp.reshape(x, (-1,)), 0
    axis = axis_index("repeat", axis, x.ndim)
    if isinstance(repeats, int) or getattr(repeats, "ndim", 1) == 0:
        times = operator.index(cast("int", repeats))
        if times < 0:
            raise ValueError(f"repeat(): repeats must not be negative, got {times}")
        return _repeat_each(x, times, axis)
    size = x.shape[axis]
    counts = _counts(cast("Array", repeats), x, size)
    if size == 0:
        return cast("Array", xp.asarray(x, copy=True))
    ends = xp.cumulative_sum(counts, axis=0)
    # A sum beyond the dtype wraps; the sum of floats tells.
    if float(xp.sum(xp.astype(counts, default_dtype("real floating", x.device)))) >= 2.0**62:
        raise ValueError("repeat(): the sum of the repeats must fit 62 bits")
    places = xp.arange(int(ends[size - 1]), dtype=ends.dtype, device=x.device)
    return cast("Array", xp.take(x, xp.searchsorted(ends, places, side="right"), axis=axis))


def _roll_one(x: Array, shift: int, axis: int) -> Array:
    size = x.shape[axis]
    split = -shift % size if size else 0
    if split == 0:
        return x
    tail, head = x[along(axis, slice(split, None))], x[along(axis, slice(None, split))]
    return cast("Array", xp.concat((tail, head), axis=axis))


def roll(x: Array, /, shift: int | Sequence[int], *, axis: Axes = None) -> Array:
    """x with its elements shifted cyclically."""
    if axis is None:
        if isinstance(shift, Sequence):
            raise ValueError(f"roll(): several shifts need an axis each, got {tuple(shift)}")
        flat = xp.reshape(x, (-1,))
        return cast("Array", xp.reshape(roll(flat, shift, axis=0), x.shape))
    if isinstance(shift, list) or isinstance(axis, list):
        _core._require_lenient("roll", "shifts and axes as lists; convert with tuple()")
    # An axis may be named twice: its shifts add up.
    axes = [
        axis_index("roll", i, x.ndim) for i in (axis if isinstance(axis, Sequence) else (axis,))
    ]
    shifts = list(shift) if isinstance(shift, Sequence) else [shift] * len(axes)
    if len(shifts) != len(axes):
        raise ValueError(f"roll(): shift and axis must be equally long, got {shift} and {axis}")
    rolled = x
    for amount, i in zip(shifts, axes, strict=True):
        rolled = _roll_one(rolled, operator.index(amount), i)
    return cast("Array", xp.asarray(x, copy=True)) if rolled is x else rolled


def stack(arrays: Sequence[Array], /, *, axis: int = 0) -> Array:
    """Arrays joined along a new axis."""
    arrays = tuple(arrays)
    if not arrays:
        raise ValueError("stack(): expected at least one array, got none")
    shape = arrays[0].shape
    for x in arrays[1:]:
        if x.shape != shape:
            raise ValueError(f"stack(): shapes must be equal, got {shape} and {x.shape}")
    axis = axis_index("stack", axis, len(shape) + 1)
    return cast("Array", xp.concat([xp.expand_dims(x, axis) for x in arrays], axis=axis))


def tile(x: Array, repetitions: int | Sequence[int], /) -> Array:
    """x repeated as a whole along each axis."""
    if isinstance(repetitions, list):
        _core._require_lenient("tile", "repetitions as a list; convert with tuple()")
    if not isinstance(repetitions, Sequence):
        _core._require_lenient("tile", "repetitions as an integer; write (n,)")
        repetitions = (repetitions,)
    counts = tuple(operator.index(n) for n in repetitions)
    if any(n < 0 for n in counts):
        raise ValueError(f"tile(): repetitions must not be negative, got {counts}")
    ndim = max(len(counts), x.ndim)
    counts = (1,) * (ndim - len(counts)) + counts
    shape = (1,) * (ndim - x.ndim) + x.shape
    # Only repeated axes are doubled: the number of dimensions is limited.
    before: list[int] = []
    spread: list[int] = []
    for n, size in zip(counts, shape, strict=True):
        before += [size] if n == 1 else [1, size]
        spread += [size] if n == 1 else [n, size]
    countable("tile", spread)
    whole = xp.broadcast_to(xp.reshape(x, tuple(before)), tuple(spread))
    merged = tuple(n * size for n, size in zip(counts, shape, strict=True))
    return cast("Array", xp.reshape(whole, merged, copy=True))


def unstack(x: Array, /, *, axis: int = 0) -> tuple[Array, ...]:
    """Views of x along an axis, as a tuple."""
    axis = axis_index("unstack", axis, x.ndim)
    return tuple(x[along(axis, i)] for i in range(x.shape[axis]))


def broadcast_shapes(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that the shapes broadcast to.

    Raises:
        ShapeError: they do not broadcast; the message shows them aligned.
    """
    return cast("tuple[int, ...]", _core._broadcast_shapes(*shapes))
