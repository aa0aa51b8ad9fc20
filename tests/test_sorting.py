"""Sorting and searching against NumPy, and their errors."""

import numpy as np
import pytest

import arrayforge as xp


def to_array(source):
    source = np.asarray(source)
    x = xp.zeros(source.shape, dtype=getattr(xp, source.dtype.name))
    if source.size:
        np.asarray(memoryview(x))[...] = source
    return x


def same(result, expected):
    result = np.asarray(memoryview(result))
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)


def numbers(shape, dtype):
    return np.random.default_rng(1).integers(0, 50, shape).astype(dtype)


SHAPES = [(1,), (0,), (40,), (3, 17), (4, 0), (2, 5, 30), (40_000, 2)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "float64", "complex64"])
def test_sort_and_argsort(shape, dtype):
    source = numbers(shape, dtype)
    for axis in range(-len(shape), len(shape)):
        x = to_array(source)
        same(xp.sort(x, axis=axis), np.sort(source, axis=axis))
        same(xp.argsort(x, axis=axis), np.argsort(source, axis=axis, kind="stable"))
        same(xp.sort(x, axis=axis, descending=True), np.flip(np.sort(source, axis=axis), axis))


def test_ties_keep_their_order_both_ways():
    x = to_array([2, 1, 2, 1, 3])
    same(xp.argsort(x), np.asarray([1, 3, 0, 2, 4]))
    same(xp.argsort(x, descending=True), np.asarray([4, 0, 2, 1, 3]))


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(side):
    source = np.sort(numbers((100,), "float32"))
    values = numbers((3, 5, 1), "float64") + 0.5
    same(
        xp.searchsorted(to_array(source), to_array(values), side=side),
        np.searchsorted(source, values, side=side),
    )
    same(
        xp.searchsorted(to_array(source), 7, side=side),
        np.asarray(np.searchsorted(source, 7, side)),
    )
    mixed = numbers((50,), "int32")
    order = np.argsort(mixed)
    same(
        xp.searchsorted(to_array(mixed), to_array(mixed), side=side, sorter=to_array(order)),
        np.searchsorted(mixed, mixed, side=side, sorter=order),
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["bool", "int8", "float32", "complex128"])
def test_nonzero(shape, dtype):
    source = numbers(shape, dtype) * numbers(shape, dtype).astype("bool")
    result = xp.nonzero(to_array(source))
    assert type(result) is tuple
    for one, expected in zip(result, np.nonzero(source), strict=True):
        same(one, expected)


def test_errors():
    scalar, vector, matrix = xp.zeros(()), xp.zeros((3,)), xp.zeros((2, 2))
    with pytest.raises(ValueError, match="nonzero"):
        xp.nonzero(scalar)
    with pytest.raises(IndexError, match="sort"):
        xp.sort(vector, axis=1)
    with pytest.raises(ValueError, match="one-dimensional"):
        xp.searchsorted(matrix, vector)
    with pytest.raises(ValueError, match="side"):
        xp.searchsorted(vector, vector, side="middle")
    with pytest.raises(IndexError, match="out of range"):
        xp.searchsorted(vector, vector, sorter=to_array([0, 1, 3]))
