"""Fourier transforms by cuFFT through CuPy, in the standard's terms.

The arguments are complete: lengths, axes and norm are always given. Transforms over several axes
are made axis by axis: the shapes of CuPy's own n-dimensional ones are wrong where axes repeat or
are padded (they are among the expected failures of array-api-compat), and one plan for all axes
gains little where every axis is long. 16-bit floats, which cuFFT takes for powers of two alone, are
computed in single precision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Function = Callable[..., Any]

_ALONG_ONE = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
_TO_REAL = ("irfft", "hfft")


def _along_one(cp: Any, name: str) -> Function:
    plain = getattr(cp.fft, name)

    def call(x: Any, *, n: int, axis: int, norm: str = "backward") -> Any:
        half = x.dtype == "float16"
        if half:
            x = x.astype("float32")
        if x.size == 0:
            return _nothing(cp, name, x, n, axis)
        result = plain(x, n=n, axis=axis, norm=norm)
        return result.astype("float16") if half and name in _TO_REAL else result

    return call


def _nothing(cp: Any, name: str, x: Any, n: int, axis: int) -> Any:
    """The transform where another axis is empty, or of no points, which are padded with 0."""
    single = x.dtype.name in ("float32", "complex64")
    real = ("float32" if single else "float64", "complex64" if single else "complex128")
    length = n // 2 + 1 if name in ("rfft", "ihfft") else n
    shape = (*x.shape[:axis], length, *x.shape[axis + 1 :])
    return cp.zeros(shape, dtype=real[0] if name in _TO_REAL else real[1])


def _along_several(one: dict[str, Function], name: str) -> Function:
    """rfftn is real along the last axis first, irfftn real along it at the end."""

    def call(x: Any, *, s: Sequence[int], axes: Sequence[int], norm: str = "backward") -> Any:
        steps = [(name.removesuffix("n"), s[-1], axes[-1])]
        others = "ifft" if name.startswith("i") else "fft"
        rest = [(others, n, axis) for n, axis in zip(s[:-1], axes[:-1], strict=True)]
        steps = rest + steps if name == "irfftn" else steps + rest
        for step, n, axis in steps:
            x = one[step](x, n=n, axis=axis, norm=norm)
        return x

    return call


def functions(cp: Any) -> dict[str, Function]:
    """By name."""
    one = {name: _along_one(cp, name) for name in _ALONG_ONE}
    several = {n: _along_several(one, n) for n in ("fftn", "ifftn", "rfftn", "irfftn")}
    return one | several
