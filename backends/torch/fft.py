"""Fourier transforms: torch.fft, which says `dim` for axes.

16-bit formats are transformed in single precision; results that are real are rounded back.
"""

from __future__ import annotations

from typing import Any

import torch

from .unsigned import Function as _Function

_HALVES = (torch.float16, torch.bfloat16)


def _without_elements(compute: _Function, x: Any, axes: tuple[int, ...], **options: Any) -> Any:
    """What the transform of zeros gives, cut to nothing where x has nothing: MKL refuses that."""
    zeros = x.new_zeros([n or 1 for n in x.shape])
    result = compute(zeros, **options)
    for place, n in enumerate(x.shape):
        if n == 0 and place not in axes:
            result = result.narrow(place, 0, 0)
    return result


def _own(name: str) -> _Function:
    compute = getattr(torch.fft, name)

    def function(x: Any, *, axis: Any = None, axes: Any = None, **options: Any) -> Any:
        options["dim"] = axis if axes is None else axes
        wide = x.to(torch.float32) if x.dtype in _HALVES else x
        if x.numel() == 0:
            result = _without_elements(compute, wide, axes or (axis,), **options)
        else:
            result = compute(wide, **options)
        return result.to(x.dtype) if wide is not x and not result.is_complex() else result

    function.__name__ = name
    return function


fft, ifft, fftn, ifftn = map(_own, ("fft", "ifft", "fftn", "ifftn"))
rfft, irfft, rfftn, irfftn = map(_own, ("rfft", "irfft", "rfftn", "irfftn"))
hfft, ihfft = map(_own, ("hfft", "ihfft"))
