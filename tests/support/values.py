"""Comparing arrays of any device with NumPy's, and arrays of every layout to compare."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

import arrayforge as xp

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
INTEGERS = (*SIGNED, *UNSIGNED)
REAL = ("float32", "float64")
HALF = ("float16", "bfloat16")
COMPLEX = ("complex64", "complex128")
STANDARD = ("bool", *INTEGERS, *REAL, *COMPLEX)
EVERY = (*STANDARD, *HALF)
SHAPES = [(), (1,), (5,), (0,), (3, 4), (2, 1, 3), (4, 0, 2)]

# Rounding steps near 1 of each floating dtype; tolerances are multiples of them.
EPS = {
    "bfloat16": 2.0**-7,
    "float16": 2.0**-10,
    **dict.fromkeys(("float32", "complex64"), 2.0**-23),
    **dict.fromkeys(("float64", "complex128"), 2.0**-52),
}


def host(x):
    """The values of an array on any device as an array of NumPy's own."""
    assert isinstance(x, xp.Array), f"expected an Array, got {type(x).__name__}"
    return np.array(np.asarray(x.to_device("cpu")))


def same(result, expected, dtype=None, signs=True):
    """The array equals NumPy's in shape, dtype and every value; NaN is NaN, zeros have signs."""
    expected = np.asarray(expected)
    assert result.shape == expected.shape
    assert result.dtype.name == (dtype or expected.dtype.name)
    found = host(result)
    if dtype is not None:
        expected = expected.astype(found.dtype)
    if found.dtype == BFLOAT16:  # NumPy does not know its NaN
        found, expected = found.astype("float32"), expected.astype("float32")
    np.testing.assert_array_equal(found, expected)
    if signs and found.dtype.kind == "f" and found.size:
        known = found == found
        np.testing.assert_array_equal(np.signbit(found)[known], np.signbit(expected)[known])


def close(result, expected, steps=8.0, dtype=None):
    """The array equals NumPy's up to some rounding steps of its dtype, of its largest value."""
    expected = np.asarray(expected)
    name = dtype or expected.dtype.name
    assert result.shape == expected.shape
    assert result.dtype.name == name
    found = host(result)
    wide = np.complex128 if name.startswith("complex") else np.float64
    found, expected = found.astype(wide), expected.astype(wide)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = finite.max() if finite.size else 1.0
    tolerance = steps * EPS[name]
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * scale)


def holds(device, *dtypes):
    """Whether the device has all the dtypes."""
    implementation = device.backend.implementation
    known = EVERY if implementation is None else implementation.dtypes(str(device))
    return all(name in known for name in dtypes)


def needs(device, dtypes):
    """Skips a test where the device lacks dtypes it is about: that alone a user cannot have."""
    missing = [d for d in dtypes.split() if not holds(device, d)]
    if missing:
        pytest.skip(f"{device} has no {', '.join(missing)}")


def array(values, device=None):
    """NumPy's array on a device, in memory of its own."""
    return xp.asarray(np.asarray(values), device=device, copy=True if device is None else None)


def numbers(shape, dtype="float64", seed=0):
    """Small whole numbers of either sign: sums and products of them are exact."""
    dtype = BFLOAT16 if dtype == "bfloat16" else np.dtype(dtype)
    generator = np.random.default_rng([seed, *shape])
    values = generator.integers(-4, 5, shape)
    if dtype.kind == "b":
        return np.asarray(values > 0)
    if dtype.kind == "u":
        return np.asarray(np.abs(values)).astype(dtype)
    if dtype.kind == "c":
        values = values + 1j * generator.integers(-4, 5, shape)
    return np.asarray(values).astype(dtype)


def layouts(values, device=None):
    """The same values laid out in every way: (array, its values as NumPy's)."""
    values = np.asarray(values)
    yield array(values, device), values
    if values.ndim == 0:
        yield array(np.stack([values, values]), device)[1, ...], values
        return
    doubled = np.repeat(values, 2, axis=-1)
    yield array(doubled, device)[..., ::2], values
    turned = np.ascontiguousarray(values.T)
    yield xp.permute_dims(array(turned, device), tuple(reversed(range(values.ndim)))), values
    yield array(values[::-1].copy(), device)[::-1, ...], values
    one = values[..., :1]
    yield xp.broadcast_to(array(one, device), values.shape), np.broadcast_to(one, values.shape)


def lives_on(x, device):
    """Whether the array belongs to the device's backend; a wrapper shows the device it wraps."""
    implementation = device.backend.implementation
    if implementation is None:
        return x.device == device and x._raw is None
    shown = xp.asarray(0).device if getattr(implementation, "wraps", False) else device
    return x.device == shown and x._raw is not None
