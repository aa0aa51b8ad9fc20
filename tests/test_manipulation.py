"""Manipulation, creation and sets against NumPy, and their errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arrayforge as xp

SHAPES = [(), (0,), (1,), (5,), (2, 3), (0, 3), (2, 1, 4)]


def numbers(shape, dtype="float64"):
    return np.arange(int(np.prod(shape)), dtype=dtype).reshape(shape)


def same(result, expected):
    result = np.asarray(result)
    assert result.shape == expected.shape
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["int32", "float32", "complex128"])
def test_roll_and_tile(shape, dtype):
    source = numbers(shape, dtype)
    x = xp.asarray(source)
    for shift in (0, 1, -2, 2**70):
        same(xp.roll(x, shift), np.roll(source, shift % max(source.size, 1)))
    for axis in range(-len(shape), len(shape)):
        same(xp.roll(x, 3, axis=axis), np.roll(source, 3, axis=axis))
    for counts in ((), (2,), (1, 1), (2, 0), (3, 1, 2)):
        same(xp.tile(x, counts), np.tile(source, counts))


@pytest.mark.parametrize("shape", SHAPES)
def test_repeat(shape):
    source = numbers(shape)
    x = xp.asarray(source)
    for times in (0, 1, 3):
        same(xp.repeat(x, times), np.repeat(source, times))
        for axis in range(-len(shape), len(shape)):
            same(xp.repeat(x, times, axis=axis), np.repeat(source, times, axis=axis))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8))
def test_repeat_by_an_array(counts):
    source = numbers((len(counts), 2))
    result = xp.repeat(xp.asarray(source), xp.asarray(counts), axis=0)
    same(result, np.repeat(source, counts, axis=0))


def test_axes_and_stacks():
    source = numbers((2, 3, 4))
    x = xp.asarray(source)
    same(xp.moveaxis(x, 0, -1), np.moveaxis(source, 0, -1))
    same(xp.moveaxis(x, [0, 1], [-1, 0]), np.moveaxis(source, [0, 1], [-1, 0]))
    same(xp.expand_dims(x, (0, -1)), np.expand_dims(source, (0, -1)))
    for axis in range(-4, 4):
        same(xp.stack([x, x], axis=axis), np.stack([source, source], axis=axis))
    parts = xp.unstack(x, axis=1)
    assert type(parts) is tuple
    for part, i in zip(parts, range(3), strict=True):
        same(part, source[:, i])
    both = xp.broadcast_arrays(xp.asarray([1.0, 2.0]), xp.asarray([[3.0]]))
    assert type(both) is tuple
    same(both[1], np.asarray([[3.0, 3.0]]))


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda x: xp.roll(x, (1, 2), axis=(0,))),
        (IndexError, lambda x: xp.roll(x, 1, axis=2)),
        (ValueError, lambda x: xp.repeat(x, -1)),
        (ValueError, lambda x: xp.repeat(x, xp.asarray([1, 2, 3, 4]), axis=0)),
        (ValueError, lambda x: xp.tile(x, (-1,))),
        (ValueError, lambda x: xp.stack([x, x[:1, :]])),
        (ValueError, lambda x: xp.stack([])),
        (ValueError, lambda x: xp.moveaxis(x, (0, 1), (0,))),
        (IndexError, lambda x: xp.moveaxis(x, 0, 5)),
        (IndexError, lambda x: xp.unstack(x, axis=2)),
        (ValueError, lambda x: xp.squeeze(x, 0)),
        (IndexError, lambda x: xp.expand_dims(x, 4)),
        (ValueError, lambda x: xp.diff(x, n=-1)),
        (ValueError, lambda x: xp.meshgrid(x)),
        (ValueError, lambda x: xp.meshgrid(x[0, :], indexing="ji")),
        (ValueError, lambda x: xp.tril(x[0, :])),
    ],
)
def test_errors(error, call):
    with pytest.raises(error, match=r"^[a-z_]+\(\): [^A-Z]"):
        call(xp.asarray(numbers((2, 3))))


def test_roll_returns_a_copy():
    x = xp.asarray([1.0, 2.0])
    xp.roll(x, 0)[0] = 5.0
    same(x, np.asarray([1.0, 2.0]))


@pytest.mark.parametrize("size", [(3, 3), (2, 4), (4, 2), (0, 3), (3, 0)])
@pytest.mark.parametrize("k", [-5, -2, -1, 0, 1, 3, 9])
def test_triangles_and_eye(size, k):
    same(xp.eye(*size, k=k), np.eye(*size, k=k))
    source = numbers((2, *size)) + 1
    same(xp.tril(xp.asarray(source), k=k), np.tril(source, k=k))
    same(xp.triu(xp.asarray(source), k=k), np.triu(source, k=k))


def test_eye_takes_any_k():
    for k in (2**100, -(2**100)):
        same(xp.eye(3, k=k), np.zeros((3, 3)))
    same(xp.triu(xp.asarray(np.ones((2, 2))), k=2**100), np.zeros((2, 2)))


@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_meshgrid(indexing, count):
    vectors = [numbers((n,)) for n in (2, 3, 4)[:count]]
    grids = xp.meshgrid(*(xp.asarray(v) for v in vectors), indexing=indexing)
    assert type(grids) is tuple
    for grid, expected in zip(grids, np.meshgrid(*vectors, indexing=indexing), strict=True):
        same(grid, expected)


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_diff(n):
    source = numbers((3, 5)) ** 3
    x = xp.asarray(source)
    for axis in (-1, 0):
        same(xp.diff(x, axis=axis, n=n), np.diff(source, axis=axis, n=n))
    if n:
        joined = xp.diff(x, n=n, prepend=x, append=x)
        same(joined, np.diff(source, n=n, prepend=source, append=source))


def test_concat_of_mixed_dtypes_without_an_axis():
    parts = [xp.asarray(5, dtype=xp.int16), xp.asarray([6, 7], dtype=xp.int32), xp.asarray([[8]])]
    joined = xp.concat(parts, axis=None)
    assert joined.dtype is xp.int64
    assert joined.tolist() == [5, 6, 7, 8]
