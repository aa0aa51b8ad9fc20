"""Sorting and searching against NumPy, and their errors."""

import math

import numpy as np
import pytest
from values import EVERY, array, host, layouts, lives_on, needs
from values import numbers as few
from values import same as equal

import arrayforge as xp

NAN, INF = math.nan, math.inf
ORDERED = [d for d in EVERY if "complex" not in d]


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


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("dtype", ORDERED)
def test_every_layout(device, dtype, descending):
    needs(device, dtype)
    for shape in [(1,), (9,), (3, 20), (2, 1, 5), (3, 0), (300,)]:
        for x, source in layouts(few(shape, dtype), device):
            for axis in range(-len(shape), len(shape)):
                options = {"axis": axis, "descending": descending}
                ordered, places = xp.sort(x, **options), xp.argsort(x, **options)
                expected = (
                    np.flip(np.sort(source, axis), axis) if descending else np.sort(source, axis)
                )
                equal(ordered, expected, dtype, signs=False)
                equal(places, stable_order(source, axis, descending))
                assert lives_on(ordered, device)
                loose = {**options, "stable": False}
                equal(xp.sort(x, **loose), expected, dtype, signs=False)
                taken = np.take_along_axis(source, host(xp.argsort(x, **loose)), axis)
                np.testing.assert_array_equal(taken, expected)


def stable_order(source, axis, descending):
    """Equal elements keep their order, both ways."""
    if not descending:
        return np.argsort(source, axis=axis, kind="stable")
    # The order of the reversed rows, reversed: ties end in the order they had.
    flipped = np.argsort(np.flip(source, axis), axis=axis, kind="stable")
    return np.flip(source.shape[axis] - 1 - flipped, axis)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_nans_come_last_and_zeros_are_equal(dtype):
    values = np.asarray([NAN, 1.0, -INF, 0.0, -0.0, NAN, INF, -1.0, -0.0, 0.0], dtype)
    x = array(values)
    equal(xp.sort(x), np.sort(values), signs=False)
    equal(xp.argsort(x), np.argsort(values, kind="stable"))
    assert host(xp.argsort(x, descending=True))[2:].tolist() == [6, 1, 3, 4, 8, 9, 7, 2]
    assert host(xp.argsort(x, descending=True))[:2].tolist() == [0, 5]
    assert np.isnan(host(xp.sort(x, descending=True))[:2]).all()
    many = np.tile(values, 200)
    equal(xp.argsort(array(many)), np.argsort(many, kind="stable"))
    equal(xp.sort(array(many)), np.sort(many), signs=False)


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int32", "uint64", "int64"])
def test_extremes_of_integers(dtype):
    info = np.iinfo(dtype)
    edge = [info.max, info.min, 0, 1, info.max - 1, info.min + 1, info.max // 2 + 1]
    for values in (np.asarray(edge, dtype), np.asarray(edge * 300, dtype)):
        equal(xp.sort(array(values)), np.sort(values))
        equal(xp.argsort(array(values)), np.argsort(values, kind="stable"))
        equal(xp.sort(array(values), descending=True), np.sort(values)[::-1])


def test_sorting_leaves_its_argument_alone(device):
    x = xp.asarray([3.0, 1.0, 2.0], device=device)
    equal(xp.sort(x), [1.0, 2.0, 3.0])
    equal(x, [3.0, 1.0, 2.0])


def test_strict_mode_sorts_real_numbers_only():
    for dtype in ("bool", "complex64"):
        x = array(few((3,), dtype))
        with xp.strict():
            for function in (xp.sort, xp.argsort):
                with pytest.raises(TypeError, match=r"sort\(\): "):
                    function(x)
