"""Fourier transforms, each along one axis that is in one chunk; several axes one after another.

dask's own take dtypes from NumPy's double transforms, and no chunks along the axes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from . import kernels
from .elementwise import astype
from .lazy import along, filled, lazy

_REAL, _HALF = ("irfft", "hfft"), ("rfft", "ihfft")


def _along_one(name: str, x: Any, n: int, axis: int, norm: str) -> Any:
    dtype = np.result_type(x.dtype, np.complex64)  # float16 gives complex64
    if name in _REAL:
        dtype = np.empty(0, dtype).real.dtype
    size = n // 2 + 1 if name in _HALF else n
    if x.size == 0 and x.shape[axis]:
        return filled((*x.shape[:axis], size, *x.shape[axis + 1 :]), 0, dtype)
    x = filled(x.shape, 0, x.dtype) if x.size == 0 else along(x, axis)
    labels = tuple(range(x.ndim))
    inputs = tuple(x.ndim if i == axis else i for i in labels)
    options = {"n": n, "axis": axis, "norm": norm}
    kernel = functools.partial(kernels.transformed, name=name, options=options)
    return lazy(kernel, labels, x, inputs, dtype=dtype, new_axes={axis: size})


def _rounded(found: Any, x: Any) -> Any:
    """Real results of float16 are float16."""
    return astype(found, x.dtype) if x.dtype == np.float16 and found.dtype.kind == "f" else found


def _one(name: str) -> Callable[..., Any]:
    def function(x: Any, *, n: int, axis: int, norm: str) -> Any:
        return _rounded(_along_one(name, x, n, axis, norm), x)

    function.__name__ = name
    return function


fft, ifft, rfft, irfft, hfft, ihfft = map(_one, ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"))


def _several(name: str) -> Callable[..., Any]:
    """The last axis is the one that halves: first on the way there, last on the way back."""
    other = "ifft" if name.startswith("i") else "fft"

    def function(x: Any, *, s: Any, axes: Any, norm: str) -> Any:
        steps = [(other, n, axis) for n, axis in zip(s, axes, strict=True)]
        steps[-1] = (name.removesuffix("n"), *steps[-1][1:])
        found = x
        for step, n, axis in steps if name == "irfftn" else reversed(steps):
            found = _along_one(step, found, n, axis, norm)
        return _rounded(found, x)

    function.__name__ = name
    return function


fftn, ifftn, rfftn, irfftn = map(_several, ("fftn", "ifftn", "rfftn", "irfftn"))
