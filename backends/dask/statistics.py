"""Reductions, places of extremes and running sums over any chunks."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

import dask.array as da
from dask.array.reductions import cumreduction

from . import kernels
from .elementwise import astype, over_chunks
from .lazy import filled, is_single, lazy, meta, starts, vector
from .manipulation import concat, expand_dims


def _axes(x: Any, axis: Any) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(x.ndim))
    return (axis,) if isinstance(axis, int) else tuple(axis)


def _in_one_chunk(x: Any) -> Any:
    """An empty array reduces to identities, which each of several chunks would bring in."""
    return x if x.size else filled(x.shape, 0, x.dtype)


def _reduced(x: Any, name: str, axis: Any, keepdims: bool, dtype: Any, inner: Any = None) -> Any:
    """By trees over the chunks; `inner` is the dtype that partial results are summed up in."""
    axes, x = _axes(x, axis), _in_one_chunk(x)
    step = functools.partial(kernels.reduced, name=name, as_dtype=inner)
    if not axes or is_single(x):
        labels = tuple(range(x.ndim))
        out = labels if keepdims else tuple(i for i in labels if i not in axes)
        once = functools.partial(step, axis=axes, keepdims=keepdims)
        sizes = dict.fromkeys(axes, 1) if keepdims else {}
        inputs = tuple(i + x.ndim if keepdims and i in axes else i for i in labels)
        return lazy(once, out, x, inputs, dtype=dtype, new_axes=sizes)
    return da.reduction(
        x,
        step,
        step,
        axis=axes,
        keepdims=keepdims,
        dtype=dtype,
        meta=_meta(x, axes, keepdims, dtype),
    )


def _meta(x: Any, axes: tuple[int, ...], keepdims: bool, dtype: Any) -> Any:
    return meta(x.ndim if keepdims else x.ndim - len(axes), np.dtype(dtype))


def sum(x: Any, *, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
    """Partial sums have the dtype of the result, where dask's own have that of the chunk's."""
    dtype = x.dtype if dtype is None else dtype
    return _reduced(x, "sum", axis, keepdims, dtype, dtype)


def prod(x: Any, *, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
    """Like sum()."""
    dtype = x.dtype if dtype is None else dtype
    return _reduced(x, "prod", axis, keepdims, dtype, dtype)


def max(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """NaN where any element is NaN."""
    return _reduced(x, "max", axis, keepdims, x.dtype)


def min(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """NaN where any element is NaN."""
    return _reduced(x, "min", axis, keepdims, x.dtype)


_BOOL, _INT64, _FLOAT32 = np.dtype(np.bool_), np.dtype(np.int64), np.dtype(np.float32)


def all(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether all elements are true."""
    return _reduced(x, "all", axis, keepdims, _BOOL)


def any(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether any element is true."""
    return _reduced(x, "any", axis, keepdims, _BOOL)


def count_nonzero(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """dask's own has no keepdims."""
    return sum(astype(x, _BOOL), axis=axis, dtype=_INT64, keepdims=keepdims)


def _count(x: Any, axis: Any) -> int:
    return int(np.prod([x.shape[i] for i in _axes(x, axis)], dtype=np.int64))


def _wide(dtype: Any) -> Any:
    """What float16 is summed up in."""
    return _FLOAT32 if dtype == np.float16 else dtype


def mean(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum by the count, which the shape tells."""
    total = sum(x, axis=axis, dtype=_wide(x.dtype), keepdims=keepdims)
    quotient = over_chunks(kernels.Kernel("divide"), total.dtype, total, float(_count(x, axis)))
    return astype(quotient, x.dtype)


def var(x: Any, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    """In one pass; NaN where no degrees of freedom are left, where dask's own divides by 0."""
    axes, wide = _axes(x, axis), astype(_in_one_chunk(x), _wide(x.dtype))
    dtype = np.empty(0, wide.dtype).real.dtype
    squares = da.reduction(
        wide,
        kernels.moments,
        kernels.squared_distances,
        combine=kernels.merged_moments,
        axis=axes,
        keepdims=keepdims,
        dtype=dtype,
        concatenate=False,
        meta=_meta(x, axes, keepdims, dtype),
    )
    freedom = _count(x, axis) - correction
    result_dtype = np.empty(0, x.dtype).real.dtype
    quotient = over_chunks(
        kernels.Kernel("divide"), dtype, squares, float(freedom if freedom > 0 else np.nan)
    )
    return astype(quotient, result_dtype)


def std(x: Any, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    """The root of the variance, taken before float16 is rounded to."""
    spread = var(astype(x, _wide(x.dtype)), axis=axis, correction=correction, keepdims=keepdims)
    root = over_chunks(kernels.Kernel("sqrt"), spread.dtype, spread)
    return astype(root, np.empty(0, x.dtype).real.dtype)


def _located(x: Any, name: str, axis: int | None, keepdims: bool) -> Any:
    """Chunks along the axis are compared in their order, so ties go to the first element.

    dask's own flattens by chunks where no axis is given, and so may name a later one.
    """
    if axis is None:
        place = _located(vector(x), name, 0, False)
        return expand_dims(place, tuple(range(x.ndim))) if keepdims and x.ndim else place
    if x.size == 0:
        shape = list(x.shape)
        shape[axis : axis + 1] = [1] if keepdims else []
        return filled(tuple(shape), 0, _INT64)
    labels, line = tuple(range(x.ndim)), (axis,)
    same = {"align_arrays": False, "adjust_chunks": {axis: 1}}
    first = starts(x, axis)
    local = functools.partial(kernels.located, name=name, axis=axis)
    places = lazy(local, labels, x, labels, first, line, dtype=_INT64, **same)
    extreme = functools.partial(kernels.value_at, axis=axis)
    values = lazy(extreme, labels, x, labels, places, labels, first, line, dtype=x.dtype, **same)
    inputs = tuple(i + x.ndim if i == axis else i for i in labels)
    out = labels if keepdims else tuple(i for i in labels if i != axis)
    final = functools.partial(kernels.best, name=name, axis=axis, keepdims=keepdims)
    sizes = {axis: 1} if keepdims else {}
    return lazy(final, out, places, inputs, values, inputs, dtype=_INT64, new_axes=sizes)


def argmax(x: Any, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The first maximum, or the first NaN."""
    return _located(x, "argmax", axis, keepdims)


def argmin(x: Any, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The first minimum, or the first NaN."""
    return _located(x, "argmin", axis, keepdims)


def _running(
    x: Any, kernel: str, name: str, identity: int, axis: int, dtype: Any, initial: bool
) -> Any:
    dtype = x.dtype if dtype is None else dtype
    running, labels = kernels.Kernel(kernel, dtype=dtype), tuple(range(x.ndim))
    if x.size == 0:
        result = filled(x.shape, 0, dtype)
    elif x.numblocks[axis] == 1:
        once = functools.partial(running, axis=axis)
        result = lazy(once, labels, x, labels, dtype=dtype)
    else:
        result = cumreduction(running, kernels.Kernel(name), identity, x, axis, dtype)
    if not initial:
        return result
    edge = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    return concat((filled(edge, identity, dtype), result), axis=axis)


def cumulative_sum(x: Any, *, axis: int, dtype: Any = None, include_initial: bool = False) -> Any:
    """Chunk after chunk, so that each can be forgotten."""
    return _running(x, "cumsum", "add", 0, axis, dtype, include_initial)


def cumulative_prod(x: Any, *, axis: int, dtype: Any = None, include_initial: bool = False) -> Any:
    """Chunk after chunk, so that each can be forgotten."""
    return _running(x, "cumprod", "multiply", 1, axis, dtype, include_initial)
