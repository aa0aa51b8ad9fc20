"""Composites of the chapter "elementwise functions"."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import arrayforge as xp

if TYPE_CHECKING:
    from ._typing import Array, ArrayOrScalar


def clip(x: Array, /, min: ArrayOrScalar | None = None, max: ArrayOrScalar | None = None) -> Array:
    """x limited to [min, max]; NaN where x or a bound is NaN, max where the bounds cross."""
    limited = x if min is None else xp.maximum(x, min)
    limited = limited if max is None else xp.minimum(limited, max)
    return cast("Array", xp.asarray(x, copy=True) if limited is x else limited)
