"""Fourier transforms against NumPy, and their errors."""

import numpy as np
import pytest
from values import COMPLEX, REAL, array, host, layouts, lives_on, needs
from values import close as near

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


SINGLE = ("float32", "complex64")


def samples(shape, dtype):
    generator = np.random.default_rng(len(shape))
    values = generator.normal(size=shape) + 1j * generator.normal(size=shape)
    return (values if dtype.startswith("complex") else values.real).astype(dtype)


def takes(name, dtype):
    return not (name in ("rfft", "rfftn", "ihfft") and dtype.startswith("complex"))


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
@pytest.mark.parametrize("dtype", [*REAL, *COMPLEX])
def test_every_size_and_layout(device, name, dtype):
    needs(device, f"{dtype} complex64" if dtype in SINGLE else f"{dtype} complex128")
    if not takes(name, dtype):
        return
    for size in (1, 2, 3, 5, 8, 15, 31, 64):
        if size == 1 and name in ("irfft", "hfft"):
            continue
        a = samples((size,), dtype)
        result = getattr(xp.fft, name)(array(a, device))
        near(result, getattr(np.fft, name)(a))
        assert lives_on(result, device)
    for x, a in layouts(samples((2, 3, 4), dtype), device):
        for axis in (-3, -1, 1):
            for n in (None, 2, 5):
                result = getattr(xp.fft, name)(x, axis=axis, n=n)
                near(result, getattr(np.fft, name)(a, axis=axis, n=n), steps=16)


@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn"])
@pytest.mark.parametrize("dtype", [*REAL, *COMPLEX])
def test_every_combination_of_axes(device, name, dtype):
    needs(device, f"{dtype} complex64" if dtype in SINGLE else f"{dtype} complex128")
    if not takes(name, dtype):
        return
    for x, a in layouts(samples((3, 4, 5), dtype), device):
        for s, axes in ((None, None), (None, (1,)), ((2, 7), (0, 2)), ((4, 4), (-1, -3))):
            for norm in NORMS:
                options = {"s": s, "axes": axes, "norm": norm}
                result = getattr(xp.fft, name)(x, **options)
                near(result, getattr(np.fft, name)(a, **options), steps=32)
        near(
            getattr(xp.fft, name)(x, s=(3, 4)), getattr(np.fft, name)(a, s=(3, 4), axes=(1, 2)), 32
        )


def test_there_and_back(device):
    needs(device, "complex128")
    a = samples((4, 7), "complex128")
    x = array(a, device)
    for norm in NORMS:
        near(xp.fft.ifft(xp.fft.fft(x, norm=norm), norm=norm), a)
        near(xp.fft.ifftn(xp.fft.fftn(x, norm=norm), norm=norm), a, steps=16)
        real = xp.fft.irfft(xp.fft.rfft(array(a.real.copy(), device), norm=norm), n=7, norm=norm)
        near(real, a.real)
        signal = a.real.copy()
        near(xp.fft.hfft(xp.fft.ihfft(array(signal, device), norm=norm), n=7, norm=norm), signal)


@pytest.mark.parametrize("n", [1, 2, 3, 8, 9])
@pytest.mark.parametrize("dtype", REAL)
def test_frequencies_of_a_dtype(device, n, dtype):
    needs(device, dtype)
    for d in (1.0, 0.1, 3):
        for name in ("fftfreq", "rfftfreq"):
            result = getattr(xp.fft, name)(n, d=d, dtype=getattr(xp, dtype), device=device)
            near(result, getattr(np.fft, name)(n, d).astype(dtype), steps=2)
            assert lives_on(result, device)


@pytest.mark.parametrize("dtype", ["bool", "int32", *REAL, *COMPLEX])
def test_shifts_of_every_layout(device, dtype):
    needs(device, dtype)
    for shape in ((5,), (4, 3), (2, 0), (1, 1, 6)):
        values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
        for x, a in layouts(values, device):
            for axes in (None, 0, -1, tuple(range(len(shape)))):
                for name in ("fftshift", "ifftshift"):
                    result = getattr(xp.fft, name)(x, axes=axes)
                    expected = getattr(np.fft, name)(a, axes)
                    assert result.dtype.name == dtype
                    np.testing.assert_array_equal(np.asarray(result.to_device("cpu")), expected)


def test_integers_are_transformed_in_double_precision():
    x = xp.asarray([1, 2, 3])
    near(xp.fft.fft(x), np.fft.fft([1.0, 2.0, 3.0]))
    near(xp.fft.rfft(x), np.fft.rfft([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
def test_no_point_at_all_stands_for_zeros(device, name):
    """NumPy's irfft hands out memory that nobody wrote there."""
    needs(device, "complex128")
    real = name in ("rfft", "ihfft")
    x = xp.zeros((3, 0), dtype=xp.float64 if real else xp.complex128, device=device)
    result = host(getattr(xp.fft, name)(x, n=8))
    assert result.shape == (3, 5 if real else 8)
    assert not result.any()
    if name == "irfft":
        assert not host(xp.fft.irfftn(x, s=(4, 8))).any()
