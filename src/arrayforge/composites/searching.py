"""Composites of the chapter "searching functions"."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import arrayforge as xp

from ._arguments import default_dtype

if TYPE_CHECKING:
    from ._typing import Array, Axes


def count_nonzero(x: Array, /, *, axis: Axes = None, keepdims: bool = False) -> Array:
    """Number of non-zero elements along axes."""
    is_set = x if xp.isdtype(x.dtype, "bool") else xp.not_equal(x, 0)
    counted = default_dtype("integral", x.device)
    return cast("Array", xp.sum(xp.astype(is_set, counted), axis=axis, keepdims=keepdims))
