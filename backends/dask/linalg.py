"""Products and decompositions of matrices; a decomposition sees whole matrices.

dask's own decompositions take one matrix, not a stack of them, and miss modes and functions.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import dask.array as da

from . import kernels
from .elementwise import astype
from .lazy import filled, lazy, meta, split_for


def matmul(x1: Any, x2: Any) -> Any:
    """Chunk by chunk. float16 is summed up in single precision, where dask's own rounds each part.

    Partial products are added a few at a time: more would have to be in memory at once.
    """
    stack = max(x1.ndim, x2.ndim, 2) - 2
    batch = tuple(range(stack))
    shape = np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    row, column, inner = stack, stack + 1, stack + 2
    left = (*batch[stack - max(x1.ndim - 2, 0) :], *([row] if x1.ndim > 1 else []), inner)
    right = (*batch[stack - max(x2.ndim - 2, 0) :], inner, *([column] if x2.ndim > 1 else []))
    out = (*batch, *([row] if x1.ndim > 1 else []), *([column] if x2.ndim > 1 else []))
    sides = (*(x1.shape[-2:-1] if x1.ndim > 1 else ()), *(x2.shape[-1:] if x2.ndim > 1 else ()))
    if 0 in x1.shape or 0 in x2.shape:
        return filled((*shape, *sides), 0, x1.dtype)
    x1, x2 = _split_outer(x1, x2, (*shape, *sides))
    if x1.numblocks[-1] == 1 and x2.numblocks[right.index(inner) - x2.ndim] == 1:
        once = functools.partial(kernels.multiplied, partial=False)
        return lazy(once, out, x1, left, x2, right, dtype=x1.dtype)
    dtype = x1.dtype
    wide = np.dtype(np.float32) if dtype == np.float16 else dtype
    x1, x2 = astype(x1, wide), astype(x2, wide)
    parts = lazy(
        functools.partial(kernels.multiplied, partial=True),
        (*out, inner),
        x1,
        left,
        x2,
        right,
        dtype=wide,
        adjust_chunks={inner: 1},
    )
    total = da.reduction(
        parts,
        kernels.unchanged,
        kernels.added,
        axis=parts.ndim - 1,
        dtype=wide,
        concatenate=False,
        split_every=4,
        meta=meta(len(out), wide),
    )
    return astype(total, dtype)


def _split_outer(x1: Any, x2: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Operands whose rows and columns make chunks of the result that are not too large."""
    if x1.ndim < 2 or x2.ndim < 2:
        return x1, x2
    blocks = [
        max(max(x.chunks[axis]) for x in (x1, x2) if x.ndim >= -axis)
        for axis in range(-len(shape), -2)
    ]
    sizes = [*blocks, max(x1.chunks[-2]), max(x2.chunks[-1])]
    if not (chunks := split_for(shape, x1.dtype, sizes)):
        return x1, x2
    return x1.rechunk({x1.ndim - 2: chunks[-2]}), x2.rechunk({x2.ndim - 1: chunks[-1]})


def _matrices(x: Any) -> Any:
    """x with its last two axes in one chunk each; an empty array as one chunk."""
    if x.size == 0:
        return filled(x.shape, 0, x.dtype)
    if x.numblocks[-2:] == (1, 1):
        return x
    return x.rechunk({**dict.fromkeys(range(x.ndim - 2), "auto"), x.ndim - 2: -1, x.ndim - 1: -1})


def _by_stacks(
    name: str, operands: tuple[Any, ...], options: dict[str, Any], kinds: list[tuple[Any, Any]]
) -> Any:
    """The results, whose dtypes and core shapes are known, of a function on stacks of matrices."""
    stack = max(x.ndim for x in operands) - 2
    batch = tuple(range(stack))
    pairs: list[Any] = []
    for n, x in enumerate(operands):
        # Labels of their own: the matrices of the result have other sizes.
        core = (stack + 2 * n + 2, stack + 2 * n + 3)[: min(x.ndim, 2)]
        pairs += [x, (*batch[stack - max(x.ndim - 2, 0) :], *core)]
    kernel = functools.partial(kernels.decomposed, name=name, options=options)
    sizes = [dict(zip(range(stack, stack + len(core)), core, strict=True)) for _, core in kinds]
    if len(kinds) == 1:
        dtype = kinds[0][0]
        return lazy(kernel, (*batch, *sizes[0]), *pairs, dtype=dtype, new_axes=sizes[0])
    # The blocks of `several` are tuples, which only the next step knows.
    several = lazy(kernel, batch, *pairs, dtype=operands[0].dtype)
    return tuple(
        lazy(
            functools.partial(kernels.item_of, index=i),
            (*batch, *core),
            several,
            batch,
            dtype=dtype,
            new_axes=core,
        )
        for i, ((dtype, _), core) in enumerate(zip(kinds, sizes, strict=True))
    )


def _real(dtype: Any) -> Any:
    return np.empty(0, dtype).real.dtype


def _decomposition(name: str, results: Callable[..., list[tuple[Any, Any]]]) -> Any:
    def function(x: Any, **options: Any) -> Any:
        kinds = results(x.dtype, *x.shape[-2:], **options)
        return _by_stacks(name, (_matrices(x),), options, kinds)

    function.__name__ = name
    return function


def _complex(dtype: Any) -> Any:
    return np.result_type(dtype, np.complex64)


def _qr(dtype: Any, m: int, n: int, mode: str = "reduced") -> list[tuple[Any, Any]]:
    k = m if mode == "complete" else min(m, n)
    return [(dtype, (m, k)), (dtype, (k, n))]


def _svd(dtype: Any, m: int, n: int, full_matrices: bool = True) -> list[tuple[Any, Any]]:
    k = min(m, n)
    rows, columns = (m, n) if full_matrices else (k, k)
    return [(dtype, (m, rows)), (_real(dtype), (k,)), (dtype, (columns, n))]


cholesky = _decomposition("cholesky", lambda dtype, m, n, upper=False: [(dtype, (n, n))])
det = _decomposition("det", lambda dtype, m, n: [(dtype, ())])
eig = _decomposition(
    "eig", lambda dtype, m, n: [(_complex(dtype), (n,)), (_complex(dtype), (n, n))]
)
eigh = _decomposition("eigh", lambda dtype, m, n: [(_real(dtype), (n,)), (dtype, (n, n))])
eigvals = _decomposition("eigvals", lambda dtype, m, n: [(_complex(dtype), (n,))])
eigvalsh = _decomposition("eigvalsh", lambda dtype, m, n: [(_real(dtype), (n,))])
inv = _decomposition("inv", lambda dtype, m, n: [(dtype, (n, n))])
qr = _decomposition("qr", _qr)
slogdet = _decomposition("slogdet", lambda dtype, m, n: [(dtype, ()), (_real(dtype), ())])
svd = _decomposition("svd", _svd)
svdvals = _decomposition("svdvals", lambda dtype, m, n: [(_real(dtype), (min(m, n),))])


def solve(x1: Any, x2: Any) -> Any:
    """x2 is a vector, or a stack of matrices that broadcasts against x1."""
    x1 = _matrices(x1)
    if x2.ndim == 1:
        core = (x1.shape[-1],)
        x2 = filled(x2.shape, 0, x2.dtype) if x2.size == 0 else x2.rechunk(-1)
    else:
        core, x2 = x2.shape[-2:], _matrices(x2)
    if x1.size == 0 or x2.size == 0:
        batch = np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
        return filled((*batch, *core), 0, x1.dtype)
    return _by_stacks("solve", (x1, x2), {}, [(x1.dtype, core)])
