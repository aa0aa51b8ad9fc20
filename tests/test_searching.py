"""Searching functions against NumPy: dtypes, layouts, ties, special values."""

import math

import numpy as np
import pytest
from values import EVERY, SHAPES, STANDARD, array, host, layouts, lives_on, needs, numbers, same

import arrayforge as xp

NAN, INF = math.nan, math.inf
ORDERED = [d for d in EVERY if "complex" not in d]


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.parametrize("dtype", ORDERED)
def test_places_of_extremes(device, name, dtype):
    needs(device, dtype)
    for shape in [*SHAPES, (3, 40), (50, 2)]:
        for x, source in layouts(numbers(shape, dtype), device):
            if not source.size:
                continue
            for axis in (None, *range(-len(shape), len(shape))):
                for keepdims in (False, True):
                    result = getattr(xp, name)(x, axis=axis, keepdims=keepdims)
                    # Few values, so that ties are the rule and the first of them is wanted.
                    same(result, getattr(np, name)(source, axis=axis, keepdims=keepdims))
                    assert lives_on(result, device)


def test_places_of_special_values(device):
    table = [
        ([1.0, NAN, 3.0, NAN], 1, 1),
        ([-INF, -INF], 0, 0),
        ([0.0, -0.0], 0, 0),
        ([-0.0, 0.0], 0, 0),
        ([1.0, INF, -INF, INF], 1, 2),
    ]
    for values, greatest, least in table:
        x = xp.asarray(values, device=device)
        same(xp.argmax(x), np.int64(greatest))
        same(xp.argmin(x), np.int64(least))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_first_nan_is_found_anywhere(dtype):
    for size in (2, 9, 31, 64, 100):
        for place in range(size):
            values = np.arange(size, dtype=dtype)
            values[place:] = NAN
            x = array(values)
            assert int(xp.argmax(x)) == int(xp.argmin(x)) == place


@pytest.mark.parametrize("dtype", STANDARD)
def test_count_nonzero(device, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        for x, source in layouts(numbers(shape, dtype), device):
            axes = [None, (), *range(-len(shape), len(shape)), tuple(range(len(shape)))]
            for axis in axes:
                for keepdims in (False, True):
                    result = xp.count_nonzero(x, axis=axis, keepdims=keepdims)
                    expected = (source != 0).sum(axis=axis, keepdims=keepdims, dtype="int64")
                    same(result, expected)


def test_nan_and_negative_zero_count_as_they_compare(device):
    x = xp.asarray([NAN, -0.0, 0.0, INF], device=device)
    same(xp.count_nonzero(x), np.int64(2))
    same(xp.nonzero(x)[0], np.asarray([0, 3]))


@pytest.mark.parametrize("dtype", STANDARD)
def test_nonzero(device, dtype):
    needs(device, dtype)
    for shape in SHAPES[1:]:
        for x, source in layouts(numbers(shape, dtype), device):
            result = xp.nonzero(x)
            assert type(result) is tuple
            for indices, expected in zip(result, np.nonzero(source), strict=True):
                same(indices, expected)
                assert lives_on(indices, device)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("dtype", [d for d in ORDERED if d not in ("bool", "bfloat16")])
def test_searchsorted(device, side, dtype):
    needs(device, dtype)
    for size in (0, 1, 5, 8, 100):
        pool = np.sort(numbers((size,), dtype, seed=1))
        for shape in SHAPES:
            for x2, values in layouts(numbers(shape, dtype), device):
                result = xp.searchsorted(array(pool, device), x2, side=side)
                same(result, np.searchsorted(pool, values, side=side))
                assert lives_on(result, device)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("kind", ["int64", "int32", "uint8"])
def test_searchsorted_with_a_sorter(device, side, kind):
    needs(device, kind)
    pool = numbers((40,))
    order = np.argsort(pool, kind="stable").astype(kind)
    values = numbers((3, 4), seed=2) + 0.5
    values = np.concatenate([values, numbers((3, 4), seed=3)])
    options = {"side": side, "sorter": array(order, device)}
    result = xp.searchsorted(array(pool, device), array(values, device), **options)
    same(result, np.searchsorted(pool, values, side=side, sorter=order))
    reversed_pool = array(np.sort(pool)[::-1].copy(), device)[::-1]
    same(
        xp.searchsorted(reversed_pool, array(values, device), side=side),
        np.searchsorted(np.sort(pool), values, side=side),
    )


def test_searchsorted_promotes_and_takes_scalars():
    pool = np.asarray([1, 3, 5], "int32")
    same(xp.searchsorted(array(pool), xp.asarray([2.5, 5.5, 3.0])), np.asarray([1, 3, 1]))
    same(xp.searchsorted(array(pool), 3, side="right"), np.int64(2))
    same(xp.searchsorted(xp.asarray([1.0, 2.0]), 1.5), np.int64(1))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_nans_are_greatest(side, dtype):
    pool = np.asarray([-INF, -1.0, -0.0, 0.0, 2.0, INF, NAN, NAN], dtype)
    values = np.asarray([NAN, INF, -INF, 0.0, -0.0, 1.0, 3.0], dtype)
    same(
        xp.searchsorted(array(pool), array(values), side=side), np.searchsorted(pool, values, side)
    )


@pytest.mark.parametrize("dtype", EVERY)
def test_where(device, dtype):
    needs(device, f"{dtype} bool")
    for shape in SHAPES:
        first, second = numbers(shape, dtype, seed=4), numbers(shape, dtype, seed=5)
        for condition, mask in layouts(numbers(shape, "bool"), device):
            result = xp.where(condition, array(first, device), array(second, device))
            same(result, np.where(mask, first, second), dtype)
        for x, source in layouts(first, device):
            mask = numbers(shape, "bool", seed=6)
            same(
                xp.where(array(mask, device), source_like(x), x),
                np.where(mask, source, source),
                dtype,
            )


def source_like(x):
    return xp.asarray(x, copy=True)


def test_where_broadcasts_and_promotes(device):
    needs(device, "int32 float32")
    condition = np.asarray([[True], [False]])
    ints, floats = np.asarray([1, 2, 3], "int32"), np.asarray([[0.5], [1.5]], "float32")
    masks = xp.asarray(condition, device=device)
    x1, x2 = array(ints, device), array(floats, device)
    same(xp.where(masks, x1, x2), np.where(condition, ints, floats))
    same(xp.where(masks, x1, 7), np.where(condition, ints, np.int32(7)))
    same(xp.where(masks, 0.25, x2), np.where(condition, np.float32(0.25), floats))


def test_conditions_of_numbers_are_outside_the_standard():
    condition = xp.asarray([2.0, 0.0, math.nan])
    same(xp.where(condition, 1, xp.zeros(3)), [1.0, 0.0, 1.0])
    with xp.strict(), pytest.raises(TypeError, match=r"where\(\): "):
        xp.where(condition, 1, xp.zeros(3))


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda x: xp.argmax(x[:0, :])),
        (ValueError, lambda x: xp.argmin(x[:0, :], axis=0)),
        (IndexError, lambda x: xp.argmax(x, axis=2)),
        (TypeError, lambda x: xp.argmax(xp.astype(x, xp.complex64))),
        (ValueError, lambda x: xp.searchsorted(x, x)),
        (ValueError, lambda x: xp.searchsorted(x[0, :], x, side="both")),
        (IndexError, lambda x: xp.searchsorted(x[0, :], x, sorter=xp.asarray([0, 3, 1]))),
        (TypeError, lambda x: xp.searchsorted(x[0, :], x, sorter=x[0, :])),
        (ValueError, lambda x: xp.nonzero(x[0, 0])),
        (IndexError, lambda x: xp.count_nonzero(x, axis=5)),
        (ValueError, lambda x: xp.where(x > 0, x[:1, :2], x)),
    ],
)
def test_errors(error, call):
    with pytest.raises(error, match=r"^[a-z_]+\(\): [^A-Z]"):
        call(xp.ones((2, 3)))


def test_extremes_of_an_empty_row_are_empty():
    assert host(xp.argmax(xp.zeros((0, 3)), axis=1)).shape == (0,)
