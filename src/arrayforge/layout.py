"""Layouts of the native backend: where the elements of an array lie, as pure functions.

A layout is a shape and byte strides. Everything here answers from those numbers alone; only
``as_order`` and ``may_overlap`` take arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ._core import Array, _layout

__all__ = [
    "as_order",
    "broadcast_strides",
    "extent",
    "is_contiguous",
    "linear_index",
    "may_overlap",
    "reshape_strides",
    "strides",
]


def as_order(x: Array, order: str) -> Array:
    """x with its elements in C or Fortran order; x itself where they lie so already.

    >>> import arrayforge as xp
    >>> as_order(xp.zeros((2, 3)), "F").strides
    (8, 16)
    """
    return cast("Array", _layout.as_order(x, order))


def strides(shape: Sequence[int], itemsize: int, order: str = "C") -> tuple[int, ...]:
    """Byte strides of an array without gaps, in C or Fortran order."""
    return cast("tuple[int, ...]", _layout.strides(shape, itemsize, order))


def is_contiguous(
    shape: Sequence[int], strides: Sequence[int], itemsize: int, order: str = "C"
) -> bool:
    """Whether walking the shape in that order walks memory without gaps.

    Axes of size 1 do not count, and neither do the strides of an array without elements.
    """
    return cast("bool", _layout.is_contiguous(shape, strides, itemsize, order))


def linear_index(index: Sequence[int], strides: Sequence[int]) -> int:
    """Distance of an element from the first one, in the unit of the strides."""
    return cast("int", _layout.linear_index(index, strides))


def extent(shape: Sequence[int], strides: Sequence[int], itemsize: int) -> tuple[int, int]:
    """First byte and the one past the last that the elements touch, from the first element."""
    return cast("tuple[int, int]", _layout.extent(shape, strides, itemsize))


def broadcast_strides(
    shape: Sequence[int], strides: Sequence[int], target: Sequence[int]
) -> tuple[int, ...]:
    """The strides that show an array under a broadcast shape: 0 where it stretches.

    Raises:
        ShapeError: the shape does not broadcast to the target.
    """
    return cast("tuple[int, ...]", _layout.broadcast_strides(shape, strides, target))


def reshape_strides(
    shape: Sequence[int], strides: Sequence[int], target: Sequence[int], itemsize: int
) -> tuple[int, ...] | None:
    """The strides that show the same elements under another shape; None where that takes a copy."""
    return cast("tuple[int, ...] | None", _layout.reshape_strides(shape, strides, target, itemsize))


def may_overlap(x: Array, y: Array) -> bool:
    """Whether a write to one array may change the other, judged by the bytes they span."""
    return cast("bool", _layout.may_overlap(x, y))
