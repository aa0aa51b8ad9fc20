"""Reductions and running sums.

The axes are array-api-compat's matter: PyTorch reads an empty tuple as all axes, and takes neither
several axes nor `keepdims` everywhere. Integers are summed up as int64, whose low bits are those of
any integer dtype.
"""

from __future__ import annotations

import math as _math
from typing import Any

import array_api_compat.torch as _compat

import torch

from . import unsigned as _u
from .unsigned import Function as _Function


def _narrowed(x: Any, dtype: Any) -> Any:
    """int64 as another integer dtype, modulo its range."""
    if dtype in (None, x.dtype):
        return x
    return x.view(dtype) if dtype == torch.uint64 else x.to(dtype)


def _folding(plain: _Function, complete: _Function) -> _Function:
    """complete knows what plain does not; plain is the short way."""

    def function(x: Any, *, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
        kind = x.dtype
        if kind.is_floating_point or kind.is_complex:
            if type(axis) is int:
                return plain(x, axis, keepdims, dtype=dtype)
            if axis is None and not keepdims:
                return plain(x, dtype=dtype)
            return complete(x, axis=axis, dtype=dtype, keepdims=keepdims)
        total = complete(_u.whole(x), axis=axis, dtype=torch.int64, keepdims=keepdims)
        return _narrowed(total, dtype)

    return function


_WIDER = {torch.float16: torch.float64, torch.bfloat16: torch.float64}
_WIDER |= {torch.float32: torch.float64, torch.complex64: torch.complex128}


def _in_double(fold: _Function) -> _Function:
    """A product may be finite where it is not on the way. Metal has no double precision."""

    def function(x: Any, *, dtype: Any = None, **options: Any) -> Any:
        if dtype is None and x.dtype in _WIDER and x.device.type != "mps":
            return fold(x, dtype=_WIDER[x.dtype], **options).to(x.dtype)
        return fold(x, dtype=dtype, **options)

    return function


sum = _folding(torch.sum, _compat.sum)
prod = _in_double(_folding(torch.prod, _compat.prod))


def _running(scan: _Function, initial: int) -> _Function:
    def function(x: Any, *, axis: int, dtype: Any = None, include_initial: bool = False) -> Any:
        if x.dtype.is_floating_point or x.dtype.is_complex:
            result = scan(x, axis, dtype=dtype)
        else:
            result = scan(_u.whole(x), axis, dtype=torch.int64)
        if include_initial:
            edge = list(result.shape)
            edge[axis] = 1
            result = torch.cat((result.new_full(edge, initial), result), axis)
        return result if result.dtype != torch.int64 else _narrowed(result, dtype)

    return function


cumulative_sum = _running(torch.cumsum, 0)
cumulative_prod = _running(torch.cumprod, 1)


def _extreme(find: _Function) -> _Function:
    def function(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
        if axis == ():  # which PyTorch reads as all axes
            return x.clone()
        axes = () if axis is None else axis
        if x.dtype in _u.SIGNED:
            return _u.unordered(find(_u.ordered(x), axes, keepdims), x.dtype)
        return find(x, axes, keepdims)

    return function


max, min = map(_extreme, (torch.amax, torch.amin))


def argmax(x: Any, **options: Any) -> Any:
    """PyTorch has no order of wide unsigned integers."""
    return torch.argmax(_u.ordered(x), **options)


def argmin(x: Any, **options: Any) -> Any:
    """PyTorch has no order of wide unsigned integers."""
    return torch.argmin(_u.ordered(x), **options)


def all(x: Any, **options: Any) -> Any:
    """PyTorch has no kernels for wide unsigned integers."""
    return _compat.all(_u.signed(x), **options)


def any(x: Any, **options: Any) -> Any:
    """PyTorch has no kernels for wide unsigned integers."""
    return _compat.any(_u.signed(x), **options)


def count_nonzero(x: Any, **options: Any) -> Any:
    """PyTorch's own keeps no axes."""
    is_set = x if x.dtype == torch.bool else _u.signed(x) != 0
    return _compat.sum(is_set, dtype=torch.int64, **options)


def var(
    x: Any, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False, root: bool = False
) -> Any:
    """PyTorch warns where no degrees of freedom are left, and reads no axes as all of them."""
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
    if axes == ():
        x, axes, keepdims = x.unsqueeze(-1), (-1,), False
    if x.numel() > 0 and _math.prod(x.shape[i] for i in axes) > correction:
        function = torch.std if root else torch.var
        return function(x, axes, correction=correction, keepdim=keepdims)
    sums = torch.sum(x.real if x.dtype.is_complex else x, axes, keepdim=keepdims)
    return torch.full_like(sums, _math.nan)


def std(x: Any, **options: Any) -> Any:
    """The root of var()."""
    return var(x, root=True, **options)
