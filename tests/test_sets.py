"""Set functions against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from values import EVERY, SHAPES, array, host, layouts, lives_on, needs, numbers, same

import arrayforge as xp

VALUES = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.5, float("inf"), float("-inf"), float("nan")])


@given(st.lists(VALUES, max_size=12), st.sampled_from(["float64", "complex128"]))
def test_unique_all(values, dtype):
    source = np.asarray(values, dtype=dtype)
    result = xp.unique_all(xp.asarray(source))
    assert result._fields == ("values", "indices", "inverse_indices", "counts")
    found, indices, inverse, counts = (np.asarray(part) for part in result)
    expected = np.unique_all(source)
    np.testing.assert_array_equal(found, expected.values)
    np.testing.assert_array_equal(counts, expected.counts)
    np.testing.assert_array_equal(indices, expected.indices)
    np.testing.assert_array_equal(found[inverse], source)
    np.testing.assert_array_equal(np.asarray(xp.unique_values(xp.asarray(source))), found)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32", "complex64"])
def test_unique_keeps_dtype_and_shape(dtype):
    source = np.asarray([[1, 0, 1], [0, 0, 1]], dtype=dtype)
    x = xp.asarray(source)
    values, inverse = xp.unique_inverse(x)
    assert values.dtype == x.dtype
    assert inverse.shape == (2, 3)
    np.testing.assert_array_equal(np.asarray(values)[np.asarray(inverse)], source)
    assert np.asarray(xp.unique_counts(x).counts).tolist() == [3, 3]
    assert xp.unique_values(x).dtype == x.dtype


@given(st.lists(VALUES, max_size=8), st.lists(VALUES, max_size=8), st.booleans())
def test_isin(left, right, invert):
    for dtype in ("float64", "complex128"):
        x1, x2 = np.asarray(left, dtype=dtype), np.asarray(right, dtype=dtype)
        result = xp.isin(xp.asarray(x1), xp.asarray(x2), invert=invert)
        np.testing.assert_array_equal(np.asarray(result), np.isin(x1, x2, invert=invert))


def test_isin_with_scalars():
    x = xp.asarray([1, 2, 3])
    assert np.asarray(xp.isin(x, 2)).tolist() == [False, True, False]
    assert bool(xp.isin(3, x))
    assert not bool(xp.isin(3, x, invert=True))
    with pytest.raises(TypeError, match="two Python scalars"):
        xp.isin(1, 2)


@pytest.mark.parametrize("dtype", EVERY)
def test_unique_on_every_device_and_layout(device, dtype):
    needs(device, dtype)
    for shape in [*SHAPES, (60,)]:
        for x, source in layouts(numbers(shape, dtype), device):
            values, first, inverse, counts = np.unique_all(source)
            found = xp.unique_all(x)
            assert found._fields == ("values", "indices", "inverse_indices", "counts")
            same(found.values, values, dtype, signs=False)
            same(found.indices, first)
            same(found.inverse_indices, inverse)
            same(found.counts, counts)
            # The standard leaves the order open; NumPy's own function does not sort.
            alone = host(xp.unique_values(x))
            assert alone.dtype == source.dtype
            np.testing.assert_array_equal(np.sort(alone), values)
            pair = xp.unique_counts(x)
            assert pair._fields == ("values", "counts")
            same(pair.values, values, dtype, signs=False)
            same(pair.counts, counts)
            pair = xp.unique_inverse(x)
            assert pair._fields == ("values", "inverse_indices")
            same(pair.values, values, dtype, signs=False)
            same(pair.inverse_indices, inverse)
            assert lives_on(found.counts, device)


def test_every_nan_is_unique_and_zeros_are_one_value():
    nan = float("nan")
    x = xp.asarray([nan, -0.0, 0.0, nan, 1.0, 0.0])
    found = xp.unique_all(x)
    same(found.values, [-0.0, 1.0, nan, nan])
    assert host(found.indices).tolist() == [1, 4, 0, 3]
    assert host(found.inverse_indices).tolist() == [2, 0, 0, 3, 1, 0]
    assert host(found.counts).tolist() == [3, 1, 1, 1]


@pytest.mark.parametrize("dtype", EVERY)
@pytest.mark.parametrize("invert", [False, True])
def test_isin_on_every_device_and_layout(device, dtype, invert):
    needs(device, dtype)
    for shape in SHAPES:
        for x, source in layouts(numbers(shape, dtype), device):
            for size in (0, 1, 3):
                pool = numbers((size,), dtype, seed=7)
                result = xp.isin(x, array(pool, device), invert=invert)
                expected = (source[..., None] == pool).any(axis=-1) != invert
                same(result, expected)
                assert lives_on(result, device)


def test_isin_promotes_and_takes_any_shape():
    x = xp.asarray([[1, 2], [3, 300]], dtype=xp.int16)
    same(xp.isin(x, xp.asarray([[2.0], [300.0]])), [[False, True], [False, True]])
    same(xp.isin(x, xp.asarray(3, dtype=xp.int8)), [[False, False], [True, False]])
    same(xp.isin(x, 300), [[False, False], [False, True]])
    same(xp.isin(x, 2.5, invert=True), [[True, True], [True, True]])
    same(xp.isin(300, x), True)
    same(xp.isin(xp.asarray(2**53 + 1), xp.asarray([2**53])), False)
