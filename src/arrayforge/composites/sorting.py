"""Composites of the chapter "sorting functions": the order that engines lack, from theirs.

Reversed before and after, an ascending stable sort gives a descending stable one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import arrayforge as xp

from ._arguments import lacks

if TYPE_CHECKING:
    from ._typing import Array


def sort(x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
    """x sorted along an axis."""
    if not descending:
        return cast("Array", xp.take_along_axis(x, xp.argsort(x, axis=axis), axis=axis))
    return cast("Array", xp.flip(xp.sort(xp.flip(x, axis=axis), axis=axis), axis=axis))


def argsort(x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
    """Indices that sort x along an axis."""
    if not descending:
        raise lacks(x, "argsort")
    order = xp.flip(xp.argsort(xp.flip(x, axis=axis), axis=axis), axis=axis)
    return cast("Array", xp.subtract(max(x.shape[axis] - 1, 0), order))
