"""Checks and conversions of arguments that several composites share.

Functions that can fail take the name of their caller first: an error names what the user called.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import arrayforge as xp

from .. import _core

if TYPE_CHECKING:
    from ._typing import Array, Axes, Device, DType


def lacks(x: Array, primitive: str) -> NotImplementedError:
    """The error for an engine without a function that everything else is made of."""
    return NotImplementedError(
        f"backend {x.device.backend.name}: it lacks the primitive {primitive}()"
    )


def default_dtype(kind: str, device: Device | None = None) -> DType:
    """The default dtype of a kind ("real floating", "integral", "indexing", ...) on a device."""
    return xp.__array_namespace_info__().default_dtypes(device=device)[kind]


def integer(name: str, parameter: str, value: int) -> int:
    """value as a Python integer, anything with __index__."""
    try:
        return operator.index(value)
    except TypeError:
        message = f"{name}(): {parameter} must be an integer, got {value!r}"
        raise TypeError(message) from None


def countable(name: str, sizes: Sequence[int], itemsize: int = 8) -> None:
    """Refuses more elements than can be addressed."""
    if itemsize * math.prod(n for n in sizes if n != 0) > 2**63 - 1:
        raise ValueError(f"{name}(): the size in bytes must fit 63 bits, got shape {tuple(sizes)}")


def axis_index(name: str, axis: int, ndim: int) -> int:
    """Axis as a number from 0 to ndim - 1."""
    axis = operator.index(axis)
    if not -ndim <= axis < ndim:
        raise IndexError(f"{name}(): axis {axis} is out of range for {ndim} dimensions")
    return axis % ndim


def axis_tuple(name: str, axis: Axes, ndim: int, *, any_sequence: bool = False) -> tuple[int, ...]:
    """Axes as distinct numbers from 0 to ndim - 1; None means all of them.

    any_sequence: the standard takes lists here, not only tuples.
    """
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, list) and not any_sequence:
        _core._require_lenient(name, "axes as a list; convert with tuple()")
    axes = axis if isinstance(axis, Sequence) else (axis,)
    indices = tuple(axis_index(name, one, ndim) for one in axes)
    if len(set(indices)) != len(indices):
        raise ValueError(f"{name}(): axes must be distinct, got {tuple(axes)}")
    return indices


def along(axis: int, key: object) -> tuple[object, ...]:
    """The index that applies key to a non-negative axis and keeps the axes before it."""
    return (slice(None),) * axis + (key, ...)


def floating(name: str, x: Array) -> Array:
    """x, integers and booleans converted to the default floating dtype."""
    if xp.isdtype(x.dtype, ("bool", "integral")):
        _core._require_lenient(name, "integers where it takes floats; convert with astype()")
        return cast("Array", xp.astype(x, default_dtype("real floating", x.device)))
    return x


def real_dtype(dtype: DType) -> DType:
    """The dtype of the parts of a complex dtype; any other dtype itself."""
    if xp.isdtype(dtype, "complex floating"):
        return cast("DType", xp.finfo(dtype).dtype)
    return dtype


def accumulator_dtype(x: Array) -> DType:
    """The dtype in which sums and products of x are held by the standard's rule."""
    if not xp.isdtype(x.dtype, ("bool", "integral")):
        return cast("DType", x.dtype)
    default = default_dtype("integral", x.device)
    if xp.isdtype(x.dtype, "unsigned integer"):
        default = xp.uint64 if xp.iinfo(default).bits == 64 else xp.uint32
    elif xp.isdtype(x.dtype, "bool"):
        return default
    return cast("DType", xp.result_type(default, x.dtype))


def matrices(name: str, x: Array) -> tuple[int, int]:
    """Rows and columns of a stack of matrices."""
    if x.ndim < 2:
        raise ValueError(f"{name}(): expected a matrix or a stack of them, got shape {x.shape}")
    return cast("int", x.shape[-2]), cast("int", x.shape[-1])


def square(name: str, x: Array) -> int:
    """The side of a stack of square matrices."""
    rows, columns = matrices(name, x)
    if rows != columns:
        raise ValueError(f"{name}(): expected square matrices, got shape {x.shape}")
    return rows
