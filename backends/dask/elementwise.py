"""Elementwise functions: the kernels of the numpy backend over aligned chunks.

dask.array's own call NumPy on samples to find dtypes, each time; ours know the dtype after the
first call. Its clip, sign, round, floor_divide, expm1, tanh, ... have NumPy's special values, which
the numpy backend corrects.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import dask.array as da
from arrayforge.backend import COMPLEX_PRIMITIVES, PRIMITIVES

from .kernels import Kernel, result_dtype
from .lazy import filled, lazy, split_along, split_for


def _kind(x: Any) -> Any:
    return x.dtype if isinstance(x, da.Array) else type(x)


def _largest_chunk(arrays: list[Any], shape: tuple[int, ...]) -> list[int]:
    """Its shape, once the chunks of operands are aligned."""
    found = list(shape)
    for x in arrays:
        for axis, chunks in enumerate(x.chunks, start=len(shape) - x.ndim):
            if len(chunks) > 1:
                found[axis] = min(found[axis], max(chunks))
    return found


def over_chunks(kernel: Kernel, dtype: Any, *operands: Any) -> Any:
    """The kernel over operands that broadcast."""
    arrays = [x for x in operands if isinstance(x, da.Array)]
    ndim = max(x.ndim for x in arrays)
    if len(arrays) > 1:
        shape = np.broadcast_shapes(*[x.shape for x in arrays])
        if 0 in shape:
            # dask takes the size 1 for the common one of 1 and 0.
            return filled(shape, 0, dtype)
        if chunks := split_for(shape, dtype, _largest_chunk(arrays, shape)):
            operands = tuple(
                split_along(x, chunks) if isinstance(x, da.Array) else x for x in operands
            )
    pairs: list[Any] = []
    for x in operands:
        pairs.append(x)
        pairs.append(tuple(range(ndim - x.ndim, ndim)) if isinstance(x, da.Array) else None)
    return lazy(kernel, tuple(range(ndim)), *pairs, dtype=dtype)


def elementwise(name: str) -> Callable[..., Any]:
    """The function of that name on lazy arrays."""
    kernel = Kernel(name)

    def function(*operands: Any) -> Any:
        dtype = result_dtype(name, *[_kind(x) for x in operands])
        return over_chunks(kernel, dtype, *operands)

    function.__name__ = name
    return function


_OTHERS = ("full", "astype", "reshape", "permute_dims", "concat", "nonzero", "argsort")
_NAMES = [name for name in (*PRIMITIVES, *COMPLEX_PRIMITIVES) if name not in _OTHERS]
FUNCTIONS = {name: elementwise(name) for name in _NAMES}
add, multiply = FUNCTIONS["add"], FUNCTIONS["multiply"]


@functools.cache
def _cast(dtype: Any) -> Kernel:
    return Kernel("astype", dtype=dtype)


def astype(x: Any, dtype: Any) -> Any:
    """dask's own keeps the array where the dtype stays; arrays never change, so may this."""
    return x if x.dtype == dtype else over_chunks(_cast(dtype), dtype, x)


def where(condition: Any, x1: Any, x2: Any) -> Any:
    """Operands are arrays, x1 and x2 of one dtype."""
    return over_chunks(_WHERE, x1.dtype, condition, x1, x2)


_WHERE = Kernel("where")
