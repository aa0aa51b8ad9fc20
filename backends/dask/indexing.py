"""Reading and writing by keys, and by arrays of indices.

dask takes one list or mask at a time. A key is split into what dask does (integers, slices, None)
and arrays of indices. Those are read from the axes they stand for, brought together into one;
written elements are found by their positions in C order, which every chunk compares with its own.
"""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import numpy as np

import dask.array as da

from . import kernels
from .elementwise import add, multiply, where
from .lazy import (
    along,
    broadcast_to,
    filled,
    lazy,
    reshape,
    resolved,
    starts,
    vector,
)
from .manipulation import permute_dims

_INT64, _BOOL = np.dtype(np.int64), np.dtype(np.bool_)
_FULL = slice(None)


def _unknown(size: int) -> float:
    """What dask calls the size of a chunk before it is computed."""
    return math.nan


def true_positions(x: Any) -> Any:
    """Where x is not zero, counted in C order; computed here and now."""
    flat = vector(x)
    if flat.size == 0:
        return filled((0,), 0, _INT64)
    found = lazy(
        kernels.positions,
        (0,),
        flat,
        (0,),
        starts(flat, 0),
        (0,),
        dtype=_INT64,
        align_arrays=False,
        adjust_chunks={0: _unknown},
    )
    return resolved(found, ())


def nonzero(x: Any) -> tuple[Any, ...]:
    """One array of indices per axis; dask's own do not know how many there are."""
    places = true_positions(x)
    coordinates = [
        functools.partial(kernels.coordinate, shape=x.shape, axis=axis) for axis in range(x.ndim)
    ]
    return tuple(lazy(kernel, (0,), places, (0,), dtype=_INT64) for kernel in coordinates)


def _checked(index: Any, axis: int, size: int) -> Any:
    """Counted from the front; dask's own loses elements whose index is out of bounds."""
    kernel = functools.partial(kernels.in_bounds, axis=axis, size=size)
    labels = tuple(range(index.ndim))
    return lazy(kernel, labels, index, labels, dtype=_INT64)


def _gathered(x: Any, index: Any, axis: int) -> Any:
    """Elements along an axis at a vector of indices that are in bounds."""
    shape = (*x.shape[:axis], *index.shape, *x.shape[axis + 1 :])
    if 0 in shape:
        return filled(shape, 0, x.dtype)
    labels, line = list(range(x.ndim)), x.ndim
    out = [*labels[:axis], line, *labels[axis + 1 :]]
    if x.numblocks[axis] == 1:
        kernel = kernels.Kernel("take", axis=axis)
        return lazy(kernel, out, x, labels, index, (line,), dtype=x.dtype)
    # Every chunk of x with every chunk of indices, then each of those with all that it found.
    pairs = [*labels[: axis + 1], line, *labels[axis + 1 :]]
    start = starts(x, axis)
    found = lazy(
        functools.partial(kernels.selected, axis=axis),
        pairs,
        *(x, labels, index, (line,), start, (axis,)),
        dtype=x.dtype,
        align_arrays=False,
    )
    ends = np.cumsum(x.chunks[axis])
    kernel = functools.partial(kernels.reordered, ends=ends, axis=axis)
    return lazy(kernel, out, index, (line,), found, pairs, dtype=x.dtype, align_arrays=False)


def take(x: Any, indices: Any, *, axis: int) -> Any:
    """dask's own takes NumPy arrays of indices, or vectors."""
    index = _checked(indices, axis, x.shape[axis])
    found = _gathered(x, vector(index), axis)
    return reshape(found, (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))


def take_along_axis(x: Any, indices: Any, *, axis: int) -> Any:
    """Whole lines in a chunk; dask has none."""
    ones = [1 if i == axis else n for i, n in enumerate(x.shape)]
    shape = np.broadcast_shapes(tuple(ones), indices.shape)
    if 0 in shape:
        return filled(shape, 0, x.dtype)
    index, x = _checked(indices, axis, x.shape[axis]), along(x, axis)
    target = [x.shape[i] if i == axis else n for i, n in enumerate(shape)]
    x = broadcast_to(x, tuple(target))
    index = broadcast_to(index, shape)
    labels = tuple(range(x.ndim))
    lines = tuple(i + x.ndim if i == axis else i for i in labels)
    kernel = kernels.Kernel("take_along_axis", axis=axis)
    return lazy(kernel, labels, x, lines, index, labels, dtype=x.dtype)


class Entry(NamedTuple):
    """One item of a key, and the axis of the array that it is for; None where it makes one."""

    item: Any  # an integer, a slice, None, or an int64 array of indices
    axis: int | None

    @property
    def is_array(self) -> bool:
        """Whether it is an array of indices."""
        return isinstance(self.item, da.Array)

    @property
    def basic(self) -> Any:
        """What dask gets: an axis with an array of indices stays as it is."""
        if not self.is_array:
            return self.item
        return None if self.axis is None else _FULL


def _is_mask(item: Any) -> bool:
    return isinstance(item, da.Array) and item.dtype == _BOOL


def _width(item: Any) -> int:
    """How many axes an item is for."""
    if item is None or isinstance(item, bool):
        return 0
    return item.ndim if _is_mask(item) else 1


def _entry_list(items: list[Any], axis: int) -> list[Entry]:
    """Entries for items from an axis on; masks become the indices that they stand for."""
    entries = []
    for item in items:
        if isinstance(item, bool) or (_is_mask(item) and item.ndim == 0):
            # On a new axis of size 1, True takes the only index there is and False none.
            count = int(item if isinstance(item, bool) else bool(item.compute()))
            entries.append(Entry(filled((count,), 0, _INT64), None))
        elif _is_mask(item):
            entries += [Entry(index, axis + i) for i, index in enumerate(nonzero(item))]
        else:
            entries.append(Entry(item, None if item is None else axis))
        axis += _width(item)
    return entries


def _parsed(x: Any, key: Any) -> tuple[list[Entry], int]:
    """An entry for every axis, and where in the result the axes of the arrays go.

    That is where they stand if they stand together, else in front; integers count as arrays, and
    `...` lies between even if it is for no axis.
    """
    items = list(key) if isinstance(key, tuple) else [key]
    dots = next((i for i, item in enumerate(items) if item is Ellipsis), len(items))
    before, after = items[:dots], items[dots + 1 :]
    rest = [_FULL] * (x.ndim - sum(map(_width, before + after)))
    entries = _entry_list(before, 0)
    gap = len(entries)
    entries += _entry_list(rest + after, sum(map(_width, before)))
    indices = [i for i, e in enumerate(entries) if e.is_array or isinstance(e.item, int)]
    first, last = (indices[0], indices[-1]) if indices else (0, 0)
    is_run = len(indices) == last - first + 1 and not (first < gap <= last and dots < len(items))
    return entries, first if is_run else 0


def _is_leading_mask(key: Any) -> bool:
    """One mask over the first axes and nothing else."""
    items = key if isinstance(key, tuple) else (key,)
    mask, others = items[0] if items else None, items[1:]
    if not _is_mask(mask) or mask.ndim == 0:
        return False
    return all(item is Ellipsis or (isinstance(item, slice) and item == _FULL) for item in others)


def _rows(x: Any, mask: Any) -> Any:
    """The rows of x where a mask over its first axes is true; computed here and now."""
    rest = x.shape[mask.ndim :]
    if mask.size == 0:
        # It may have the size 0 where x has more.
        return filled((0, *rest), 0, x.dtype)
    if x.size == 0:
        count = int(np.count_nonzero(mask.compute()))
        return filled((count, *rest), 0, x.dtype)
    rows = reshape(x, (mask.size, *rest))
    labels = tuple(range(rows.ndim))
    found = lazy(
        kernels.picked,
        labels,
        rows,
        labels,
        vector(mask),
        (0,),
        dtype=x.dtype,
        adjust_chunks={0: _unknown},
    )
    return resolved(found, rest)


def getitem(x: Any, key: Any) -> Any:
    """x[key]."""
    if _is_leading_mask(key):
        return _rows(x, key[0] if isinstance(key, tuple) else key)
    entries, place = _parsed(x, key)
    basic = tuple(entry.basic for entry in entries)
    if any(item is None or item != _FULL for item in basic):
        x = x[basic]
    kept = [entry for entry in entries if not isinstance(entry.item, int)]
    axes = tuple(i for i, entry in enumerate(kept) if entry.is_array)
    if not axes:
        return x
    indices = [_checked(kept[i].item, kept[i].axis or 0, x.shape[i]) for i in axes]
    index = indices[0]
    for other, axis in zip(indices[1:], axes[1:], strict=True):
        index = add(multiply(index, x.shape[axis]), other)
    others = tuple(i for i in range(x.ndim) if i not in axes)
    rest = tuple(x.shape[i] for i in others)
    lines = reshape(permute_dims(x, (*axes, *others)), (math.prod(x.shape[i] for i in axes), *rest))
    found = reshape(_gathered(lines, vector(index), 0), (*index.shape, *rest))
    return _moved(found, index.ndim, place)


def _moved(x: Any, count: int, place: int) -> Any:
    """The first `count` axes put behind the next `place`."""
    if place == 0 or count == 0:
        return x
    order = (*range(count, count + place), *range(count), *range(count + place, x.ndim))
    return permute_dims(x, order)


def _targets(x: Any, entries: list[Entry], place: int) -> Any:
    """Positions in C order of what a key with arrays selects, in the shape of the result."""
    strides = [math.prod(x.shape[i + 1 :]) for i in range(x.ndim)]
    arrays = [entry for entry in entries if entry.is_array]
    kept = [entry for entry in entries if entry.item is None or isinstance(entry.item, slice)]
    indexed = np.broadcast_shapes(*[entry.item.shape for entry in arrays])
    shape = [*indexed, *[1] * len(kept)]
    fixed = sum(e.item * strides[e.axis] for e in entries if isinstance(e.item, int))
    total = filled((), fixed, _INT64)
    for entry in arrays:
        index = entry.item
        if entry.axis is not None:
            index = _checked(index, entry.axis, x.shape[entry.axis])
            index = multiply(index, strides[entry.axis])
        total = add(total, reshape(index, (*index.shape, *[1] * len(kept))))
    for i, entry in enumerate(kept):
        if entry.axis is not None:
            line = np.arange(x.shape[entry.axis])[entry.item] * strides[entry.axis]
            shape[len(indexed) + i] = line.size
            total = add(total, da.from_array(line.reshape(-1, *[1] * (len(kept) - i - 1))))
    return _moved(broadcast_to(total, tuple(shape)), len(indexed), place)


def _stretched(value: Any, shape: tuple[int, ...]) -> Any:
    """A value with the shape of what it is assigned to."""
    given = value.shape
    extra = max(value.ndim - len(shape), 0)
    if given[:extra] == (1,) * extra:
        value = reshape(value, given[extra:])
    try:
        return broadcast_to(value, shape)
    except ValueError:
        message = f"__setitem__(): a value of shape {given} does not stretch to {shape}"
        raise ValueError(message) from None


def _scattered(x: Any, targets: Any, value: Any) -> Any:
    """x with values at positions; of several for one position the last one stays."""
    if targets.size == 0:
        return x
    if isinstance(value, da.Array):
        value = vector(_stretched(value, targets.shape))
    labels, ndim = tuple(range(x.ndim)), x.ndim
    pairs = [x, labels, vector(targets).rechunk(-1), (ndim,)]
    pairs += [value.rechunk(-1), (ndim,)] if isinstance(value, da.Array) else [value, None]
    for axis in labels:
        pairs += [starts(x, axis), (axis,)]
    kernel = functools.partial(kernels.scattered, shape=x.shape)
    return lazy(kernel, labels, *pairs, dtype=x.dtype, align_arrays=False)


def _assigned_by_slices(x: Any, entries: list[Entry], value: Any) -> Any:
    """By dask, which writes to the chunks that the slices meet; it has no None in keys."""
    basic = tuple(entry.item for entry in entries)
    shape = np.broadcast_to(np.empty((), np.bool_), x.shape)[basic].shape
    if 0 in shape:
        return x
    if isinstance(value, da.Array):
        # Integers become slices of one: dask loses count of axes with them and a negative step.
        axes = [entry.item for entry in entries]
        layout = [None if isinstance(i, int) else 0 if i is None else _FULL for i in axes]
        value = _stretched(value, shape)[tuple(layout)]
    items = (entry.item for entry in entries if entry.item is not None)
    key = tuple(slice(i, i + 1) if isinstance(i, int) else i for i in items)
    if all(item == _FULL for item in key):
        value = value if isinstance(value, da.Array) else filled((), value, x.dtype)
        return broadcast_to(value, x.shape)
    result = da.Array(x.dask, x.name, x.chunks, meta=x._meta)
    result[key] = value
    return result


def setitem(x: Any, key: Any, value: Any) -> Any:
    """A new array: x where the key does not select, the value where it does."""
    is_one = not isinstance(value, da.Array) or value.size == 1
    if is_one and _is_leading_mask(key):
        mask = key[0] if isinstance(key, tuple) else key
        if mask.size == 0:
            return x
        mask = reshape(mask, (*mask.shape, *[1] * (x.ndim - mask.ndim)))
        chosen = reshape(value, ()) if isinstance(value, da.Array) else filled((), value, x.dtype)
        return where(mask, chosen, x)
    entries, place = _parsed(x, key)
    if any(entry.is_array for entry in entries):
        targets = _targets(x, entries, place)
        return reshape(_scattered(reshape(x, x.shape or (1,)), targets, value), x.shape)
    return _assigned_by_slices(x, entries, value)
