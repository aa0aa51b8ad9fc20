"""Names for the annotations of the composites; nothing here is needed at run time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from arrayforge import Array, Device
    from arrayforge import dtype as DType

Scalar: TypeAlias = "bool | int | float | complex"
ArrayOrScalar: TypeAlias = "Array | Scalar"
Axes: TypeAlias = "int | Sequence[int] | None"

__all__ = ["Array", "ArrayOrScalar", "Axes", "DType", "Device", "Scalar"]
