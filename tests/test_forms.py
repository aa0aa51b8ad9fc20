"""Methods, attributes and in-place products give the values and dtypes of their functions."""

import numpy as np
import pytest

import arrayforge as xp

VALUES = [[0.0, 0.0, 0.0], [8.25, -2.0, 4.0]]


@pytest.fixture(params=("cpu", "mutable", "immutable", "wrapping"))
def array(request, on):
    """array(values): on the device, which has all the functions."""
    if request.param == "cpu":
        return lambda values: xp.asarray(values, copy=True)
    return lambda values: on(request.param, np.array(values))


def same(result, expected):
    """Values, shape and dtype are those of the NumPy array."""
    expected = np.asarray(expected)
    assert isinstance(result, xp.Array)
    host = np.asarray(result.to_device("cpu"))
    assert result.dtype.name == host.dtype.name == expected.dtype.name
    assert result.shape == expected.shape
    np.testing.assert_array_equal(host, expected)


@pytest.mark.parametrize("name", ["sum", "mean", "min", "max", "any", "all"])
@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"axis": 1, "keepdims": True}])
def test_methods_reduce(array, name, options):
    x = array(VALUES)
    same(getattr(x, name)(**options), getattr(np.asarray(VALUES), name)(**options))


def test_methods_change_shape_and_dtype(array):
    a = np.asarray(VALUES)
    x = array(VALUES)
    same(x.reshape((3, 2)), a.reshape(3, 2))
    same(x.astype(xp.float32), a.astype("float32"))
    same(x.astype(xp.int64), a.astype("int64"))
    same(array([VALUES]).squeeze(0), a)


def test_attributes_permute(array):
    a = np.asarray(VALUES)
    same(array(VALUES).T, a.T)
    same(array([VALUES, VALUES]).mT, np.stack([a.T, a.T]))


@pytest.mark.parametrize("dtype", ["float32", "complex64", "complex128"])
def test_attributes_part(array, dtype):
    a = np.asarray(VALUES).astype(dtype)
    if a.dtype.kind == "c":
        a += 1j * a[:, ::-1]
    x = array(a)
    same(x.real, a.real)
    same(x.imag, a.imag)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_matrices_multiply_by_operators(array, dtype):
    a = np.asarray([[1, 2, 3], [4, 5, 6]], dtype=dtype)
    b = np.asarray([[2, 0, 1], [1, 3, 0], [0, 1, 4]], dtype=dtype)
    x = array(a)
    kept = x
    expected = a @ b
    same(x @ array(b), expected)
    x @= array(b)
    assert x is kept
    same(x, expected)
