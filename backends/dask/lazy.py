"""How lazy arrays are made: chunk sizes, kernels over chunks, and the place that computes sizes.

Policy. An array that fits one chunk is one chunk; a larger one is split by dask's "auto" rule. The
size of a chunk is dask's `array.chunk-size`, unless ARRAYFORGE_DASK_CHUNK names another ("64MiB").
No chunk of a non-empty array is empty, and every chunk size is known: `resolved` sees to both.
Functions whose chunks depend on each other beyond a reduction see whole axes in one chunk.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np

import dask
import dask.array as da
from dask.array.core import normalize_chunks, unify_chunks
from dask.utils import parse_bytes

from . import kernels

Shape = tuple[int, ...]


def chunk_bytes() -> int:
    """How many bytes a chunk should have."""
    return _parsed(os.environ.get("ARRAYFORGE_DASK_CHUNK") or dask.config.get("array.chunk-size"))


@functools.cache
def _parsed(size: str | int) -> int:
    return int(parse_bytes(size))


def chunks_for(shape: Shape, dtype: Any, fixed: Sequence[Any] | None = None) -> Any:
    """Chunks of an array of that shape; `fixed` has those of some axes, None for the others."""
    limit = chunk_bytes()
    fixed = [None] * len(shape) if fixed is None else fixed
    if math.prod(shape) * dtype.itemsize <= limit:
        return tuple((n,) if f is None else f for n, f in zip(shape, fixed, strict=True))
    wanted = tuple("auto" if f is None else f for f in fixed)
    return normalize_chunks(wanted, shape, limit=limit, dtype=dtype)


def split_for(shape: Shape, dtype: Any, sizes: Sequence[int]) -> Any:
    """Chunks for a result whose own, of these sizes, would be too large; None where they are not.

    Small operands that stretch against each other make large results: dask would make one chunk.
    """
    limit = 2 * chunk_bytes()
    if math.prod(shape) * dtype.itemsize <= limit or math.prod(sizes) * dtype.itemsize <= limit:
        return None
    return chunks_for(shape, dtype)


def split_along(x: Any, chunks: Sequence[Any]) -> Any:
    """x with chunks for its last axes, but for those that stretch."""
    last = chunks[len(chunks) - x.ndim :]
    return x.rechunk(tuple(c if n != 1 else (1,) for n, c in zip(x.shape, last, strict=True)))


@functools.cache
def meta(ndim: int, dtype: Any) -> Any:
    """The empty array that tells dask what the chunks are."""
    return np.empty((0,) * ndim, dtype)


def lazy(
    kernel: Callable[..., Any],
    out: Sequence[int],
    *pairs: Any,
    dtype: Any,
    align_arrays: bool = True,
    **more: Any,
) -> Any:
    """The kernel over chunks, as dask.array.blockwise() does it, which need not find the dtype."""
    if align_arrays and len(pairs) > 2:
        # Without dask's warning that two split arrays which stretch make more chunks than one had.
        chunks, arrays = unify_chunks(*pairs, warn=False)
        pairs = tuple(chain.from_iterable(zip(arrays, pairs[1::2], strict=True)))
        sizes = {i: tuple(chunks[i]) for i in out if i in chunks}
        more["adjust_chunks"] = sizes | more.get("adjust_chunks", {})
    empty = meta(len(out), dtype)
    return da.blockwise(
        kernel, out, *pairs, dtype=dtype, meta=empty, concatenate=True, align_arrays=False, **more
    )


def whole(kernel: Callable[..., Any], shape: Shape, dtype: Any, *arrays: Any, **more: Any) -> Any:
    """The kernel once, over arrays whose chunks are put together; one chunk comes out."""
    out, pairs, label = tuple(range(len(shape))), [], len(shape)
    for x in arrays:
        pairs += [x, tuple(range(label, label + x.ndim))]
        label += x.ndim
    sizes = dict(zip(out, shape, strict=True))
    return lazy(kernel, out, *pairs, dtype=dtype, new_axes=sizes, align_arrays=False, **more)


def filled(shape: Shape, value: Any, dtype: Any) -> Any:
    """An array of one value."""
    return da.full(shape, value, dtype=dtype, chunks=chunks_for(shape, dtype))


def is_single(x: Any) -> bool:
    """Whether there is one chunk."""
    return x.npartitions == 1


def fits_chunk(shape: Shape, dtype: Any) -> bool:
    """Whether an array is small enough for one chunk."""
    return math.prod(shape) * dtype.itemsize <= chunk_bytes()


def along(x: Any, axis: int) -> Any:
    """x with the whole axis in one chunk; the other axes are split where that gets too large."""
    if x.numblocks[axis] == 1:
        return x
    fixed: list[Any] = [None] * x.ndim
    fixed[axis] = (x.shape[axis],)
    return x.rechunk(chunks_for(x.shape, x.dtype, fixed))


def starts(x: Any, axis: int) -> Any:
    """Where the chunks along an axis begin, one per chunk."""
    sizes = x.chunks[axis]
    ends = np.cumsum(sizes, dtype=np.int64)
    return da.from_array(ends - np.asarray(sizes, np.int64), chunks=1)


def resolved(x: Any, shape_but_first: Shape) -> Any:
    """x of an unknown number of rows, computed once, with chunks of known sizes.

    This is where data decides about shapes. Everything up to here is held in memory afterwards (on
    the workers of a cluster), so nobody computes it again.
    """
    x = x.persist()
    x.compute_chunk_sizes()
    shape = (sum(x.chunks[0]), *shape_but_first)
    return x.rechunk(chunks_for(shape, x.dtype))


def adopted(x: Any) -> Any:
    """An array that dask made, in chunks as everything here expects them.

    Raises:
        BufferError: its chunks are no arrays of NumPy.
    """
    if type(x._meta) is not np.ndarray:
        raise BufferError(f"chunks must be numpy.ndarray, got {type(x._meta).__name__}")
    if np.isnan(x.shape).any():
        x = x.persist()
        x.compute_chunk_sizes()
    has_empty = any(0 in sizes and len(sizes) > 1 for sizes in x.chunks)
    return x.rechunk(chunks_for(x.shape, x.dtype)) if has_empty else x


def vector(x: Any) -> Any:
    """The elements in C order."""
    return x if x.ndim == 1 else reshape(x, (x.size,))


def reshape(x: Any, shape: Shape) -> Any:
    """In one step where there is one chunk; dask's own, which only merges or splits axes, twice."""
    if x.size == 0:
        return filled(shape, 0, x.dtype)
    if x.shape == shape:
        return x
    if is_single(x):
        return whole(functools.partial(kernels.reshaped, shape=shape), shape, x.dtype, x)
    try:
        return x.reshape(shape)
    except NotImplementedError:
        return x.reshape(-1).reshape(shape)


def broadcast_to(x: Any, shape: Shape) -> Any:
    """Stretched axes get chunks by the policy: dask would make each of them one chunk."""
    if x.shape == shape:
        return x
    if 0 in shape:
        return filled(shape, 0, x.dtype)
    sizes = (1,) * (len(shape) - x.ndim) + x.shape
    kept: list[Any] = [None] * (len(shape) - x.ndim) + list(x.chunks)
    fixed = [c if n == m else None for c, n, m in zip(kept, sizes, shape, strict=True)]
    return da.broadcast_to(x, shape, chunks=chunks_for(shape, x.dtype, fixed))
