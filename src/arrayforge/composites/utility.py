"""Composites of the chapter "utility functions"."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, cast

import arrayforge as xp

from ._arguments import along, axis_index

if TYPE_CHECKING:
    from ._typing import Array, ArrayOrScalar, Axes


def all(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """Whether all elements over axes are true."""
    is_zero = xp.logical_not(x) if xp.isdtype(x.dtype, "bool") else xp.equal(x, 0)
    return cast("Array", xp.equal(xp.count_nonzero(is_zero, axis=axis, keepdims=keepdims), 0))


def any(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """Whether any element over axes is true."""
    return cast("Array", xp.not_equal(xp.count_nonzero(x, axis=axis, keepdims=keepdims), 0))


def _edge(edge: ArrayOrScalar, x: Array, axis: int) -> Array:
    """A border of diff; a scalar is one layer of that value."""
    border = xp.asarray(edge, device=x.device)
    if border.ndim == 0:
        return cast("Array", xp.broadcast_to(border, x.shape[:axis] + (1,) + x.shape[axis + 1 :]))
    return cast("Array", border)


def diff(
    x: Array,
    /,
    *,
    axis: int = -1,
    n: int = 1,
    prepend: ArrayOrScalar | None = None,
    append: ArrayOrScalar | None = None,
) -> Array:
    """The n-th difference between neighbours along an axis."""
    n = operator.index(n)
    if n < 0:
        raise ValueError(f"diff(): n must not be negative, got {n}")
    axis = axis_index("diff", axis, x.ndim)
    parts = [] if prepend is None else [_edge(prepend, x, axis)]
    parts += [x] if append is None else [x, _edge(append, x, axis)]
    if len(parts) > 1:
        x = xp.concat(parts, axis=axis)
    subtract = xp.not_equal if xp.isdtype(x.dtype, "bool") else xp.subtract
    # Strict mode refuses slices that begin outside an axis, so an empty axis is not sliced.
    for _ in range(min(n, x.shape[axis])):
        x = subtract(x[along(axis, slice(1, None))], x[along(axis, slice(None, -1))])
    return x
