"""Creation, shapes, joining and order."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

import dask.array as da

from . import kernels
from .lazy import (
    along,
    broadcast_to,
    chunks_for,
    filled,
    fits_chunk,
    lazy,
    reshape,
    vector,
    whole,
)

__all__ = ["broadcast_to", "reshape"]
_INT64 = np.dtype(np.int64)


def full(shape: tuple[int, ...], fill_value: Any, *, dtype: Any) -> Any:
    """Chunks are made when they are needed, each from one element."""
    return filled(shape, fill_value, dtype)


def arange(start: int, /, *, dtype: Any) -> Any:
    """0, 1, ..., start - 1, all that the frontend asks for; chunks are made when needed."""
    chunks = chunks_for((start,), _INT64)[0]
    ends = np.cumsum(chunks, dtype=np.int64)
    sizes = np.asarray(chunks, np.int64)
    firsts, counts = (da.from_array(x, chunks=1) for x in (ends - sizes, sizes))
    kernel = functools.partial(kernels.ramp, dtype=dtype)
    return lazy(kernel, (0,), firsts, (0,), counts, (0,), dtype=dtype, adjust_chunks={0: chunks})


def permute_dims(x: Any, axes: tuple[int, ...]) -> Any:
    """By dask."""
    return da.transpose(x, axes)


def expand_dims(x: Any, axis: Any) -> Any:
    """By indexing: dask's own takes one axis or a list."""
    axes = (axis,) if isinstance(axis, int) else axis
    key = tuple(None if i in axes else slice(None) for i in range(x.ndim + len(axes)))
    return x[key]


def squeeze(x: Any, axis: Any) -> Any:
    """By indexing: dask's own refuses empty arrays' axes."""
    axes = (axis,) if isinstance(axis, int) else axis
    return x[tuple(0 if i in axes else slice(None) for i in range(x.ndim))]


def flip(x: Any, *, axis: Any = None) -> Any:
    """By indexing: dask's own takes one axis, and none of arrays without axes."""
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    return x[tuple(slice(None, None, -1 if i in axes else 1) for i in range(x.ndim))]


def concat(arrays: tuple[Any, ...], *, axis: int | None = 0) -> Any:
    """What fits one chunk becomes one, or loops would make ever more of them."""
    if axis is None:
        arrays, axis = tuple(vector(x) for x in arrays), 0
    size = sum(x.shape[axis] for x in arrays)
    first = arrays[0]
    shape = (*first.shape[:axis], size, *first.shape[axis + 1 :])
    if 0 in shape:
        return filled(shape, 0, first.dtype)
    parts = [x for x in arrays if x.shape[axis]]
    if fits_chunk(shape, first.dtype):
        joined = functools.partial(kernels.joined, axis=axis)
        return whole(joined, shape, first.dtype, *parts)
    return da.concatenate(parts, axis=axis)


def _sorted(x: Any, kernel: kernels.Kernel, axis: int, dtype: Any) -> Any:
    if x.size == 0:
        return filled(x.shape, 0, dtype)
    x, labels = along(x, axis), tuple(range(x.ndim))
    return lazy(kernel, labels, x, labels, dtype=dtype)


def sort(x: Any, *, axis: int = -1, stable: bool = True) -> Any:
    """Whole lines in a chunk; dask has no sort."""
    axis %= max(x.ndim, 1)
    return _sorted(x, kernels.Kernel("sort", axis=axis, stable=True), axis, x.dtype)


def argsort(x: Any, *, axis: int = -1, stable: bool = True) -> Any:
    """Whole lines in a chunk; dask has no argsort."""
    axis %= max(x.ndim, 1)
    return _sorted(x, kernels.Kernel("argsort", axis=axis, stable=True), axis, _INT64)


def searchsorted(x1: Any, x2: Any, *, side: str = "left") -> Any:
    """The sorted vector is needed whole; dask's own calls NumPy's with the wrong side of NaN."""
    if 0 in x2.shape:
        return filled(x2.shape, 0, _INT64)
    labels = tuple(range(x2.ndim))
    kernel = kernels.Kernel("searchsorted", side=side)
    return lazy(kernel, labels, x1, (x2.ndim,), x2, labels, dtype=_INT64)
