"""Fourier transforms against NumPy, and their errors."""

import numpy as np
import pytest

import arrayforge as xp

NORMS = ["backward", "ortho", "forward"]
GENERATOR = np.random.default_rng(3)


def close(result, expected):
    result = np.asarray(result)
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    np.testing.assert_allclose(result, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("norm", NORMS)
def test_one_axis(name, dtype, norm):
    a = GENERATOR.normal(size=(3, 4, 5)).astype(dtype)
    if name in ("rfft", "ihfft") and dtype.startswith("complex"):
        with pytest.raises(TypeError, match="expected a real dtype"):
            getattr(xp.fft, name)(xp.asarray(a), norm=norm)
        return
    for n, axis in ((None, -1), (7, 1), (2, 0)):
        result = getattr(xp.fft, name)(xp.asarray(a), n=n, axis=axis, norm=norm)
        close(result, getattr(np.fft, name)(a, n=n, axis=axis, norm=norm))


@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn"])
@pytest.mark.parametrize("norm", NORMS)
def test_several_axes(name, norm):
    a = GENERATOR.normal(size=(3, 4, 5))
    for s, axes in ((None, None), (None, (0, 1)), ((2, 6), (-1, 0))):
        result = getattr(xp.fft, name)(xp.asarray(a), s=s, axes=axes, norm=norm)
        close(result, getattr(np.fft, name)(a, s=s, axes=axes, norm=norm))


@pytest.mark.parametrize("n", [1, 2, 7, 8])
def test_frequencies_and_shifts(n):
    close(xp.fft.fftfreq(n, d=0.5), np.fft.fftfreq(n, 0.5))
    close(xp.fft.rfftfreq(n, d=0.5), np.fft.rfftfreq(n, 0.5))
    a = GENERATOR.normal(size=(n, 3))
    for axes in (None, 0, (0, 1)):
        close(xp.fft.fftshift(xp.asarray(a), axes=axes), np.fft.fftshift(a, axes))
        close(xp.fft.ifftshift(xp.asarray(a), axes=axes), np.fft.ifftshift(a, axes))


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda x: xp.fft.fft(x, norm="none")),
        (ValueError, lambda x: xp.fft.fft(x, n=0)),
        (IndexError, lambda x: xp.fft.fft(x, axis=1)),
        (TypeError, lambda x: xp.fft.rfft(xp.astype(x, xp.complex128))),
        (ValueError, lambda x: xp.fft.fftn(x, s=(2, 2))),
        (ValueError, lambda x: xp.fft.rfftn(x, axes=())),
        (ValueError, lambda x: xp.fft.fftfreq(0)),
        (TypeError, lambda x: xp.fft.fftfreq(4, dtype=xp.complex128)),
    ],
)
def test_errors(error, call):
    with pytest.raises(error, match=r"^[a-z_]+\(\): [^A-Z]"):
        call(xp.asarray([1.0, 2.0, 3.0]))
