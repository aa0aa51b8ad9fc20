"""Composites of the chapter "linear algebra functions" of the main namespace."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import arrayforge as xp
from arrayforge import _core

from ._arguments import axis_tuple, matrices

if TYPE_CHECKING:
    from ._typing import Array


def matrix_transpose(x: Array, /) -> Array:
    """A view of x with its last two axes exchanged."""
    matrices("matrix_transpose", x)
    order = (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)
    return cast("Array", xp.permute_dims(x, order))


def matmul(x1: Array, x2: Array, /) -> Array:
    """Matrix product; stacks of matrices broadcast. Every product is held at once."""
    left = xp.expand_dims(x1, 0) if x1.ndim == 1 else x1
    right = xp.expand_dims(x2, 1) if x2.ndim == 1 else x2
    products = xp.multiply(xp.expand_dims(left, -1), xp.expand_dims(right, -3))
    result = xp.sum(products, axis=-2, dtype=products.dtype)
    if x1.ndim == 1:
        result = xp.squeeze(result, -2)
    return cast("Array", xp.squeeze(result, -1) if x2.ndim == 1 else result)


def _paired_axes(
    x1: Array, x2: Array, axes: int | tuple[Sequence[int], Sequence[int]]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if isinstance(axes, Sequence):
        if len(axes) != 2:
            raise ValueError(f"tensordot(): axes must be a number or two sequences, got {axes}")
        left = axis_tuple("tensordot", axes[0], x1.ndim, any_sequence=True)
        right = axis_tuple("tensordot", axes[1], x2.ndim, any_sequence=True)
    else:
        count = operator.index(axes)
        if not 0 <= count <= min(x1.ndim, x2.ndim):
            raise ValueError(
                f"tensordot(): axes must be from 0 to {min(x1.ndim, x2.ndim)}, got {count}"
            )
        left, right = tuple(range(x1.ndim - count, x1.ndim)), tuple(range(count))
    sizes = tuple(x1.shape[i] for i in left), tuple(x2.shape[i] for i in right)
    if sizes[0] != sizes[1]:
        raise ValueError(f"tensordot(): contracted sizes differ, {sizes[0]} and {sizes[1]}")
    return left, right


def tensordot(
    x1: Array, x2: Array, /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2
) -> Array:
    """Sum of products over pairs of axes."""
    left, right = _paired_axes(x1, x2, axes)
    kept1 = tuple(i for i in range(x1.ndim) if i not in left)
    kept2 = tuple(i for i in range(x2.ndim) if i not in right)
    outer1, outer2 = tuple(x1.shape[i] for i in kept1), tuple(x2.shape[i] for i in kept2)
    inner = math.prod(x1.shape[i] for i in left)
    matrix1 = xp.reshape(xp.permute_dims(x1, kept1 + left), (math.prod(outer1), inner))
    matrix2 = xp.reshape(xp.permute_dims(x2, right + kept2), (inner, math.prod(outer2)))
    return cast("Array", xp.reshape(xp.matmul(matrix1, matrix2), outer1 + outer2))


def vecdot(x1: Array, x2: Array, /, *, axis: int = -1) -> Array:
    """Sum of conj(x1) * x2 along an axis."""
    axis = operator.index(axis)
    smaller = min(x1.ndim, x2.ndim)
    # A non-negative axis means the same one in both operands only where they have equally many.
    highest = smaller if x1.ndim == x2.ndim else 0
    if not -smaller <= axis < highest:
        raise IndexError(f"vecdot(): axis must be in [{-smaller}, {highest}), got {axis}")
    if axis >= 0:
        _core._require_lenient("vecdot", "axes counted from the front; count from the last, -1")
    if x1.shape[axis] != x2.shape[axis]:
        raise ValueError(
            f"vecdot(): contracted sizes differ, {x1.shape[axis]} and {x2.shape[axis]}"
        )
    x1, x2 = xp.moveaxis(x1, axis, -1), xp.moveaxis(x2, axis, -1)
    if xp.isdtype(x1.dtype, "complex floating"):
        x1 = xp.conj(x1)
    product = xp.matmul(xp.expand_dims(x1, -2), xp.expand_dims(x2, -1))
    return cast("Array", xp.squeeze(product, (-2, -1)))
