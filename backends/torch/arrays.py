"""Creation, manipulation, selection, sorting and products of matrices."""

from __future__ import annotations

from typing import Any

import torch

from . import unsigned as _u
from .unsigned import SIGNED as _SIGNED
from .unsigned import Function as _Function

# PyTorch's own, which take what the contract gives: `axis` and `keepdims` are names it knows.
full, zeros, ones, empty = torch.full, torch.zeros, torch.ones, torch.empty
zeros_like, ones_like, empty_like = torch.zeros_like, torch.ones_like, torch.empty_like
broadcast_to, permute_dims, squeeze = torch.broadcast_to, torch.permute, torch.squeeze


def _to_odd(x: Any) -> Any:
    """float64 as float32, rounded to an odd last bit: a second rounding then errs no more."""
    near = x.to(torch.float32)
    back = near.to(torch.float64)
    magnitude = near.view(torch.int32) - (back.abs() > x.abs()).to(torch.int32)
    return torch.where(back == x, near, (magnitude | 1).view(torch.float32))


def astype(x: Any, dtype: Any) -> Any:
    """Always a copy. PyTorch rounds twice on the way from float64 to 16 bits."""
    if x.dtype == torch.float64 and dtype in (torch.float16, torch.bfloat16):
        return _to_odd(x).to(dtype)
    return x.to(dtype, copy=True)


def reshape(x: Any, shape: Any, *, copy: bool | None = None) -> Any:
    """PyTorch's view() raises RuntimeError where there is no view."""
    if copy is None:
        return torch.reshape(x, shape)
    try:
        return x.view(shape)
    except RuntimeError:
        raise ValueError(
            f"reshape(): strides {x.stride()} of shape {tuple(x.shape)} cannot be seen as "
            f"{tuple(shape)} without a copy, and copy=False"
        ) from None


def expand_dims(x: Any, axis: Any) -> Any:
    """PyTorch inserts one axis at a time."""
    for place in sorted((axis,) if isinstance(axis, int) else axis):
        x = x.unsqueeze(place)
    return x


def flip(x: Any, *, axis: Any = None) -> Any:
    """A copy: PyTorch has no negative strides."""
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
    return _like(torch.flip(_u.signed(x), axes), x)


def matrix_transpose(x: Any) -> Any:
    """torch.transpose() is told the axes."""
    return x.mT


def concat(arrays: Any, *, axis: int | None = 0) -> Any:
    """PyTorch does not flatten, and drops vectors without elements unseen."""
    if axis is None:
        arrays, axis = [x.reshape(-1) for x in arrays], 0
    return _like(torch.cat([_u.signed(x) for x in arrays], axis), arrays[0])


def _like(result: Any, x: Any) -> Any:
    """The result for signed numbers as the dtype that the operand had."""
    return result.view(x.dtype) if x.dtype in _SIGNED else result


def where(condition: Any, x1: Any, x2: Any) -> Any:
    """PyTorch chooses by bits, which signed numbers share."""
    return _like(torch.where(condition, _u.signed(x1), _u.signed(x2)), x1)


def take(x: Any, indices: Any, *, axis: int) -> Any:
    """By indexing, which knows negative indices and several axes of them."""
    try:
        return _like(_u.signed(x)[(slice(None),) * axis + (indices,)], x)
    except IndexError:
        raise _out_of_range("take", indices, axis, x) from None


def take_along_axis(x: Any, indices: Any, *, axis: int) -> Any:
    """PyTorch's take_along_dim() wraps what is out of range, and gather() stretches no axes."""
    size = x.shape[axis]
    common = [m if n == 1 else n for n, m in zip(x.shape, indices.shape, strict=True)]
    sources, targets = list(common), list(common)
    sources[axis], targets[axis] = size, indices.shape[axis]
    picks = torch.where(indices < 0, indices + size, indices).expand(targets)
    try:
        return _like(torch.gather(_u.signed(x).expand(sources), axis, picks), x)
    except RuntimeError as error:
        if "out of bounds" not in str(error):
            raise
        raise _out_of_range("take_along_axis", indices, axis, x) from None


def _out_of_range(name: str, indices: Any, axis: int, x: Any) -> IndexError:
    size = x.shape[axis]
    wrong = indices[(indices < -size) | (indices >= size)][0].item()
    return IndexError(f"{name}(): index {wrong} is out of range for axis {axis} of size {size}")


def nonzero(x: Any) -> Any:
    """One array per axis."""
    return torch.nonzero(_u.signed(x), as_tuple=True)


def sort(x: Any, *, axis: int = -1, stable: bool = False) -> Any:
    """Complex numbers, which PyTorch does not sort, by real part, then by imaginary part."""
    if x.dtype.is_complex:
        return torch.take_along_dim(x, argsort(x, axis=axis), axis)
    return _u.unordered(torch.sort(_u.ordered(x), dim=axis, stable=stable).values, x.dtype)


def argsort(x: Any, *, axis: int = -1, stable: bool = True) -> Any:
    """NaN stands last; of complex numbers behind what is NaN in its imaginary part alone."""
    if not x.dtype.is_complex:
        return torch.argsort(_u.ordered(x), dim=axis, stable=True)
    nans = 2 * torch.isnan(x.real).to(torch.uint8) + torch.isnan(x.imag).to(torch.uint8)
    order = torch.argsort(x.imag, dim=axis, stable=True)
    for key in (x.real, nans):
        again = torch.argsort(torch.take_along_dim(key, order, axis), dim=axis, stable=True)
        order = torch.take_along_dim(order, again, axis)
    return order


def _ranks(x1: Any, x2: Any) -> tuple[Any, Any]:
    """Integers in the order of complex numbers, equal for equal ones and for NaNs alike."""
    joined = torch.cat((x1, x2.reshape(-1)))
    order = argsort(joined)
    parts = torch.view_as_real(joined[order])
    same = (parts[1:] == parts[:-1]) | (parts[1:].isnan() & parts[:-1].isnan())
    ranks = torch.zeros_like(order)
    ranks[order[1:]] = torch.cumsum(~same.all(-1), 0)
    return ranks[: x1.numel()], ranks[x1.numel() :].reshape(x2.shape)


def searchsorted(x1: Any, x2: Any, *, side: str = "left") -> Any:
    """PyTorch's search is led astray by NaNs at the end, which stand for more than any number."""
    if x1.dtype.is_complex:
        x1, x2 = _ranks(x1, x2)
    if x1.dtype == torch.bool:
        x1, x2 = x1.to(torch.uint8), x2.to(torch.uint8)
    x1, x2 = _u.ordered(x1).contiguous(), _u.ordered(x2).contiguous()
    if not x1.dtype.is_floating_point or x1.numel() == 0 or not x1[-1].isnan():
        return torch.searchsorted(x1, x2, side=side)
    is_nan = torch.isnan(x1)
    numbers = x1.numel() - is_nan.sum()
    found = torch.searchsorted(x1.masked_fill(is_nan, torch.inf), x2, side=side)
    beyond = x1.numel() if side == "right" else numbers
    return torch.where(torch.isnan(x2), beyond, torch.minimum(found, numbers))


def _by_limbs(x1: Any, x2: Any) -> Any:
    """Integer products out of products of float64, which CUDA has kernels for.

    Both are cut into parts of 16 bits. Sums of 2**21 products of such parts are exact.
    """
    width = x1.dtype.itemsize * 8
    places = range(0, width, 16)
    left, right = (
        [((x.to(torch.int64) >> place) & 0xFFFF).to(torch.float64) for place in places]
        for x in (x1, x2)
    )
    total = None
    for i, first in enumerate(left):
        for j, second in enumerate(right[: len(right) - i]):
            part = torch.matmul(first, second).to(torch.int64) << (16 * (i + j))
            total = part if total is None else total + part
    return total.to(x1.dtype)


def matmul(x1: Any, x2: Any) -> Any:
    """PyTorch multiplies no integers on CUDA."""
    if x1.dtype.is_floating_point or x1.dtype.is_complex:
        return torch.matmul(x1, x2)
    multiply: _Function = _by_limbs if x1.device.type == "cuda" else torch.matmul
    return _like(multiply(_u.signed(x1), _u.signed(x2)), x1)
