"""Set functions against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
