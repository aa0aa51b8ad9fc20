"""Composites of the chapter "statistical functions"."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import arrayforge as xp

from ._arguments import accumulator_dtype, along, axis_index, axis_tuple, floating

if TYPE_CHECKING:
    from ._typing import Array, Axes, DType


def _reduced_count(name: str, x: Array, axis: Axes) -> int:
    count = 1
    for i in axis_tuple(name, axis, x.ndim):
        count *= x.shape[i]
    return count


def mean(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """Arithmetic mean over axes."""
    x = floating("mean", x)
    count = _reduced_count("mean", x, axis)
    return cast("Array", xp.divide(xp.sum(x, axis=axis, keepdims=keepdims), float(count)))


def var(
    x: Array, /, *, axis: Axes = None, correction: float = 0.0, keepdims: bool = False
) -> Array:
    """Variance over axes."""
    x = floating("var", x)
    count = _reduced_count("var", x, axis)
    apart = xp.subtract(x, xp.mean(x, axis=axis, keepdims=True))
    if xp.isdtype(x.dtype, "complex floating"):
        squares = xp.add(xp.square(xp.real(apart)), xp.square(xp.imag(apart)))
    else:
        squares = xp.square(apart)
    # The standard asks for NaN where no degrees of freedom are left.
    freedom = count - correction if count > correction else math.nan
    return cast("Array", xp.divide(xp.sum(squares, axis=axis, keepdims=keepdims), freedom))


def std(
    x: Array, /, *, axis: Axes = None, correction: float = 0.0, keepdims: bool = False
) -> Array:
    """Standard deviation over axes."""
    return cast("Array", xp.sqrt(xp.var(x, axis=axis, correction=correction, keepdims=keepdims)))


def _scan(
    name: str,
    combine: Callable[[Array, Array], Array],
    x: Array,
    axis: int | None,
    dtype: DType | None,
    initial: int | None,
) -> Array:
    """All prefixes in log2(n) steps; step s combines each element with that s places before it."""
    if axis is None:
        if x.ndim != 1:
            raise ValueError(
                f"{name}(): axis is required unless x has one axis, got shape {x.shape}"
            )
        axis = 0
    axis = axis_index(name, axis, x.ndim)
    x = xp.astype(x, accumulator_dtype(x) if dtype is None else dtype)
    step = 1
    while step < x.shape[axis]:
        done = x[along(axis, slice(None, step))]
        left, right = x[along(axis, slice(None, -step))], x[along(axis, slice(step, None))]
        x = xp.concat((done, combine(left, right)), axis=axis)
        step *= 2
    if initial is None:
        return x
    edge = x.shape[:axis] + (1,) + x.shape[axis + 1 :]
    first = xp.full(edge, initial, dtype=x.dtype, device=x.device)
    return cast("Array", xp.concat((first, x), axis=axis))


def cumulative_sum(
    x: Array,
    /,
    *,
    axis: int | None = None,
    dtype: DType | None = None,
    include_initial: bool = False,
) -> Array:
    """Running sum along an axis."""
    return _scan("cumulative_sum", xp.add, x, axis, dtype, 0 if include_initial else None)


def cumulative_prod(
    x: Array,
    /,
    *,
    axis: int | None = None,
    dtype: DType | None = None,
    include_initial: bool = False,
) -> Array:
    """Running product along an axis."""
    return _scan("cumulative_prod", xp.multiply, x, axis, dtype, 1 if include_initial else None)


def _together(x: Array, axis: Axes) -> tuple[Array, tuple[int, ...]]:
    """x with the reduced axes merged into its last one, and those axes."""
    axes = axis_tuple("reduction", axis, x.ndim)
    kept = tuple(i for i in range(x.ndim) if i not in axes)
    count = math.prod(x.shape[i] for i in axes)
    moved = xp.permute_dims(x, kept + axes)
    return xp.reshape(moved, tuple(x.shape[i] for i in kept) + (count,)), axes


def _with_axes(result: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
    return cast("Array", xp.expand_dims(result, axes)) if keepdims and axes else result


def _fold(
    combine: Callable[[Array, Array], Array], x: Array, axis: Axes, keepdims: bool, identity: int
) -> Array:
    """Halves are combined until one element is left of each line."""
    lines, axes = _together(x, axis)
    if lines.shape[-1] == 0:
        empty = xp.full(lines.shape[:-1], identity, dtype=x.dtype, device=x.device)
        return _with_axes(empty, axes, keepdims)
    while lines.shape[-1] > 1:
        half = lines.shape[-1] // 2
        folded = combine(lines[..., :half], lines[..., half : 2 * half])
        rest = lines[..., 2 * half :]
        lines = xp.concat((folded, rest), axis=-1) if rest.shape[-1] else folded
    return _with_axes(lines[..., 0], axes, keepdims)


def max(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """Maximum over axes; NaN where any element is NaN."""
    return _fold(xp.maximum, x, axis, keepdims, 0)


def min(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """Minimum over axes; NaN where any element is NaN."""
    return _fold(xp.minimum, x, axis, keepdims, 0)


def prod(
    x: Array, /, *, axis: Axes = None, dtype: DType | None = None, keepdims: bool = False
) -> Array:
    """Product over axes."""
    x = xp.astype(x, accumulator_dtype(x) if dtype is None else dtype, copy=False)
    return _fold(xp.multiply, x, axis, keepdims, 1)


def sum(
    x: Array, /, *, axis: Axes = None, dtype: DType | None = None, keepdims: bool = False
) -> Array:
    """Sum over axes, pairwise."""
    x = xp.astype(x, accumulator_dtype(x) if dtype is None else dtype, copy=False)
    return _fold(xp.add, x, axis, keepdims, 0)
