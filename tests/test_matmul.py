"""matmul against NumPy: dtypes, vectors, stacks, empty operands, errors."""

import numpy as np
import pytest

import arrayforge as xp


def to_array(source):
    source = np.asarray(source)
    x = xp.zeros(source.shape, dtype=getattr(xp, source.dtype.name))
    if source.size:
        np.asarray(memoryview(x))[...] = source
    return x


SHAPES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((2, 0), (0, 3)),
    ((0, 3), (3, 2)),
    ((3,), (5, 3, 2)),
    ((70, 80), (80, 90)),
]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("dtype", ["int8", "uint64", "float32", "float64", "complex128"])
def test_values(shapes, dtype):
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 9, shape).astype(dtype) for shape in shapes)
    result = np.asarray(memoryview(xp.matmul(to_array(a), to_array(b))))
    expected = a @ b
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    # Sums of small integers are exact in every dtype.
    np.testing.assert_array_equal(result, expected)


def test_dtypes_promote():
    result = xp.matmul(xp.ones((2, 3), dtype=xp.float32), xp.ones((3, 2), dtype=xp.float64))
    assert result.dtype == xp.float64


@pytest.mark.parametrize("shapes", [((3, 4), (5, 2)), ((), (3,)), ((2, 3, 4), (5, 4, 2))])
def test_shapes_that_do_not_fit(shapes):
    with pytest.raises(ValueError, match=r"matmul\(\): "):
        xp.matmul(*(xp.zeros(shape) for shape in shapes))


def test_booleans_are_refused():
    x = xp.ones((2, 2), dtype=xp.bool)
    with pytest.raises(TypeError, match="numeric"):
        xp.matmul(x, x)
