"""Composites of the extension "Fourier transform functions"."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import arrayforge as xp

from . import _host
from ._arguments import axis_index, axis_tuple, countable, default_dtype, floating

if TYPE_CHECKING:
    from ._typing import Array, Axes, Device, DType

_NORMS = ("backward", "ortho", "forward")


def _check(name: str, x: Array, norm: str) -> None:
    if norm not in _NORMS:
        raise ValueError(f"{name}(): norm must be one of {', '.join(_NORMS)}, got {norm!r}")
    if name in ("rfft", "rfftn", "ihfft") and xp.isdtype(x.dtype, "complex floating"):
        raise TypeError(f"{name}(): expected a real dtype, got {x.dtype}")


def _check_size(name: str, size: int) -> int:
    size = operator.index(size)
    if size < 1:
        raise ValueError(f"{name}(): transforms need at least one point, got {size}")
    countable(name, (size,))
    return size


def _along_one(name: str, x: Array, n: int | None, axis: int, norm: str) -> Array:
    _check(name, x, norm)
    axis = axis_index(name, axis, x.ndim)
    size = x.shape[axis]
    if n is None and name in ("irfft", "hfft"):
        size = 2 * (size - 1)
    n = _check_size(name, size if n is None else n)
    countable(name, (*x.shape[:axis], n, *x.shape[axis + 1 :]), 16)
    return _host.fft(name, _padded(name, x, axis), n=n, axis=axis, norm=norm)


def _padded(name: str, x: Array, axis: int) -> Array:
    """Points are missing at the end, where zeros stand for them; NumPy's inverses of real input
    read memory that nobody wrote where there is no point at all."""
    if x.shape[axis] > 0 or name not in ("irfft", "hfft", "irfftn"):
        return x
    shape = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    return cast("Array", xp.zeros(shape, dtype=x.dtype, device=x.device))


def _along_several(
    name: str, x: Array, s: Sequence[int] | None, axes: Sequence[int] | None, norm: str
) -> Array:
    _check(name, x, norm)
    if axes is None:
        count = x.ndim if s is None else len(s)
        if count > x.ndim:
            raise ValueError(f"{name}(): s must have at most {x.ndim} entries, got {s}")
        axes = range(x.ndim - count, x.ndim)
    axes = axis_tuple(name, axes, x.ndim, any_sequence=True)
    if not axes:
        if name in ("rfftn", "irfftn"):
            raise ValueError(f"{name}(): expected at least one axis, got none")
        x = floating(name, x)
        return cast("Array", xp.astype(x, xp.result_type(x.dtype, xp.complex64)))
    if s is None:
        sizes = [x.shape[i] for i in axes]
        if name == "irfftn":
            sizes[-1] = 2 * (sizes[-1] - 1)
    else:
        sizes = list(s)
    if len(sizes) != len(axes):
        raise ValueError(f"{name}(): s and axes must be equally long, got {s} and {axes}")
    sizes = [_check_size(name, size) for size in sizes]
    others = (x.shape[i] for i in range(x.ndim) if i not in axes)
    countable(name, (*others, *sizes), 16)
    return _host.fft(name, _padded(name, x, axes[-1]), s=sizes, axes=axes, norm=norm)


def fft(x: Array, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """Discrete Fourier transform."""
    return _along_one("fft", x, n, axis, norm)


def ifft(x: Array, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """Inverse discrete Fourier transform."""
    return _along_one("ifft", x, n, axis, norm)


def fftn(
    x: Array,
    /,
    *,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str = "backward",
) -> Array:
    """Discrete Fourier transform over several axes."""
    return _along_several("fftn", x, s, axes, norm)


def ifftn(
    x: Array,
    /,
    *,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str = "backward",
) -> Array:
    """Inverse discrete Fourier transform over several axes."""
    return _along_several("ifftn", x, s, axes, norm)


def rfft(x: Array, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """Discrete Fourier transform of real input."""
    return _along_one("rfft", x, n, axis, norm)


def irfft(x: Array, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """Inverse of rfft."""
    return _along_one("irfft", x, n, axis, norm)


def rfftn(
    x: Array,
    /,
    *,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str = "backward",
) -> Array:
    """Discrete Fourier transform of real input over several axes."""
    return _along_several("rfftn", x, s, axes, norm)


def irfftn(
    x: Array,
    /,
    *,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str = "backward",
) -> Array:
    """Inverse of rfftn."""
    return _along_several("irfftn", x, s, axes, norm)


def hfft(x: Array, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """Discrete Fourier transform of Hermitian input, real."""
    return _along_one("hfft", x, n, axis, norm)


def ihfft(x: Array, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """Inverse of hfft."""
    return _along_one("ihfft", x, n, axis, norm)


def _frequencies(
    name: str,
    ranges: Sequence[tuple[int, int]],
    n: int,
    d: float,
    dtype: DType | None,
    device: Device | None,
) -> Array:
    dtype = default_dtype("real floating", device) if dtype is None else dtype
    steps = xp.concat(
        [xp.arange(start, stop, dtype=dtype, device=device) for start, stop in ranges]
    )
    if not xp.isdtype(steps.dtype, "real floating"):
        raise TypeError(f"{name}(): expected a real floating dtype, got {dtype}")
    return cast("Array", xp.divide(steps, float(d) * n))


def fftfreq(
    n: int, /, *, d: float = 1.0, dtype: DType | None = None, device: Device | None = None
) -> Array:
    """Sample frequencies of fft."""
    n = _check_size("fftfreq", n)
    return _frequencies("fftfreq", ((0, (n + 1) // 2), (-(n // 2), 0)), n, d, dtype, device)


def rfftfreq(
    n: int, /, *, d: float = 1.0, dtype: DType | None = None, device: Device | None = None
) -> Array:
    """Sample frequencies of rfft."""
    n = _check_size("rfftfreq", n)
    return _frequencies("rfftfreq", ((0, n // 2 + 1),), n, d, dtype, device)


def fftshift(x: Array, /, *, axes: Axes = None) -> Array:
    """The zero frequency moved to the centre."""
    shifted = axis_tuple("fftshift", axes, x.ndim, any_sequence=True)
    return cast("Array", xp.roll(x, tuple(x.shape[i] // 2 for i in shifted), axis=shifted))


def ifftshift(x: Array, /, *, axes: Axes = None) -> Array:
    """Inverse of fftshift."""
    shifted = axis_tuple("ifftshift", axes, x.ndim, any_sequence=True)
    return cast("Array", xp.roll(x, tuple(-(x.shape[i] // 2) for i in shifted), axis=shifted))
