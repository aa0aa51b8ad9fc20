"""Keys of the contract, which are NumPy's, on PyTorch.

Three things differ. PyTorch has no negative steps: the mirrored slice is taken and flipped. It
takes integers out of a key before it looks at where the arrays stand, so that it sees neighbours
where NumPy sees arrays apart, whose axes come first in the result. And it writes through memory
that several elements share.

A key is carried out in two steps: a view by its slices and integers, then the arrays on axes of
that view.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .unsigned import SIGNED, signed, signed_scalar


class _Plan(NamedTuple):
    basic: tuple[Any, ...]  # what gives the view
    arrays: tuple[Any, ...]  # what is applied to the view's axes
    flipped: tuple[int, ...]  # axes of NumPy's result
    moved: tuple[int, int]  # how many axes of the arrays NumPy has in front, and where PyTorch does
    ndim: int  # of the result


def _is_plain(key: tuple[Any, ...]) -> bool:
    """Whether PyTorch reads the key as NumPy does."""
    integers = arrays = ellipses = 0
    for item in key:
        kind = type(item)
        if kind is slice:
            if item.step < 0:
                return False
        elif kind is int:
            integers += 1
        elif item is ...:
            ellipses += 1
        elif kind is bool or (item is not None and (item.ndim == 0 or item.numel() == 0)):
            # Masks without elements fit axes of any size, but not in PyTorch.
            return False
        elif item is not None:
            arrays += 1
    return arrays == 0 or (integers == 0 and (arrays == 1 or ellipses == 0))


def _mirrored(item: slice) -> slice:
    """The same elements from the lowest one up."""
    last = -1 if item.stop is None else item.stop
    count = (item.start - last - item.step - 1) // -item.step
    return slice(item.start + (count - 1) * item.step, item.start + 1, -item.step)


def _consumed(item: Any) -> int:
    """How many axes of the array an item stands for."""
    if item is None or isinstance(item, bool):
        return 0
    return item.ndim if isinstance(item, Tensor) and item.dtype == torch.bool else 1


def _expanded(key: tuple[Any, ...], ndim: int) -> Iterator[tuple[int, Any]]:
    """Items with their places, a slice for every axis that an ellipsis or nothing stands for."""
    left = ndim - sum(_consumed(item) for item in key if item is not ...)
    for place, item in enumerate(key if any(item is ... for item in key) else (*key, ...)):
        if item is ...:
            yield from ((place, slice(0, None, 1)) for _ in range(left))
        else:
            yield place, item


def _arrays_of(item: Any, device: Any) -> tuple[Any, ...]:
    """The integer arrays that an item stands for; a mask without axes chooses from a new one."""
    if isinstance(item, bool) or (item.dtype == torch.bool and item.ndim == 0):
        return (torch.zeros(int(item), dtype=torch.int64, device=device),)
    return torch.nonzero(item, as_tuple=True) if item.dtype == torch.bool else (item,)


def _plan(key: tuple[Any, ...], x: Any) -> _Plan:
    basic: list[Any] = []
    placed: dict[int, Any] = {}  # arrays by axis of the view
    mirrored: list[int] = []
    # Where in the key NumPy sees arrays: integers count beside them. An ellipsis parts them even
    # where it stands for no axis.
    stands: list[int] = []
    for place, item in _expanded(key, x.ndim):
        axis = sum(not isinstance(one, int) for one in basic)
        if isinstance(item, Tensor | bool):
            stands.append(place)
            parts = _arrays_of(item, x.device)
            placed.update(enumerate(parts, axis))
            basic += [slice(None) if _consumed(item) else None] * len(parts)
        elif isinstance(item, int):
            stands.append(place)
            basic.append(item)
        elif isinstance(item, slice) and item.step < 0:
            mirrored.append(axis)
            basic.append(_mirrored(item))
        else:
            basic.append(item)
    ndim = sum(not isinstance(one, int) for one in basic)
    if not placed:
        return _Plan(tuple(basic), (), tuple(mirrored), (0, 0), ndim)
    apart = stands[-1] - stands[0] >= len(stands)
    return _with_arrays(tuple(basic), placed, mirrored, apart, ndim)


def _with_arrays(
    basic: tuple[Any, ...], placed: dict[int, Any], mirrored: list[int], apart: bool, ndim: int
) -> _Plan:
    """Where axes of the view, and those of the arrays, stand in the result."""
    first, last = min(placed), max(placed)
    count = max(x.ndim for x in placed.values())
    flipped = tuple(
        axis - sum(one < axis for one in placed) + (count if apart or axis > first else 0)
        for axis in mirrored
    )
    together = last - first < len(placed)
    arrays = tuple(placed.get(axis, slice(None)) for axis in range(last + 1))
    moved = (count, first) if apart and together else (0, 0)
    return _Plan(basic, arrays, flipped, moved, ndim - len(placed) + count)


def getitem(raw: Any, key: tuple[Any, ...]) -> Any:
    """A view without arrays and negative steps, else a copy."""
    x = signed(raw) if raw.dtype in SIGNED else raw
    if _is_plain(key):
        found = x[key]
    else:
        plan = _plan(key, x)
        found = x[plan.basic]
        if plan.arrays:
            found = found[plan.arrays]
        count, start = plan.moved
        if count and start:
            found = found.movedim(tuple(range(start, start + count)), tuple(range(count)))
        if plan.flipped:
            found = found.flip(plan.flipped)
    return found.view(raw.dtype) if x is not raw else found


def _fitting(value: Any, plan: _Plan) -> Any:
    """A value for NumPy's result as one for PyTorch's."""
    value = value.reshape((1,) * (plan.ndim - value.ndim) + tuple(value.shape))
    if plan.flipped:
        value = value.flip(plan.flipped)
    count, start = plan.moved
    if count and start:
        value = value.movedim(tuple(range(count)), tuple(range(start, start + count)))
    return value


def _span(x: Any) -> tuple[int, int]:
    """Addresses that a tensor lies between."""
    if x.is_contiguous():
        start = x.data_ptr()
        return start, start + x.nbytes
    storage = x.untyped_storage()
    return storage.data_ptr(), storage.data_ptr() + storage.nbytes()


def _apart(value: Any, x: Any) -> Any:
    """A value of memory that the write does not reach."""
    (start, end), (first, last) = _span(value), _span(x)
    return value.clone() if first < end and start < last else value


def _require_unstretched(x: Any) -> None:
    strides = x.stride()
    if 0 in strides and any(n > 1 for n, step in zip(x.shape, strides, strict=True) if step == 0):
        raise ValueError(
            f"__setitem__(): elements of this broadcast view of shape {tuple(x.shape)} are one "
            "and the same in memory; copy() gives an array to write to"
        )


def setitem(raw: Any, key: tuple[Any, ...], value: Any) -> Any:
    """In place."""
    _require_unstretched(raw)
    x = signed(raw)
    if isinstance(value, Tensor):
        value = _apart(signed(value), x)
    elif raw.dtype in SIGNED:
        value = signed_scalar(value, raw.dtype)
    if _is_plain(key):
        x[key] = value
        return raw
    plan = _plan(key, x)
    if isinstance(value, Tensor):
        value = _fitting(value, plan)
    if plan.arrays:
        x[plan.basic][plan.arrays] = value
    else:
        x[plan.basic] = value
    return raw
