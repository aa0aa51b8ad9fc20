"""Sums, products, means, spreads and extremes against NumPy: dtypes, axes, layouts."""

import math

import numpy as np
import pytest
from values import (
    EVERY,
    HALF,
    SHAPES,
    STANDARD,
    array,
    close,
    host,
    layouts,
    lives_on,
    needs,
    numbers,
    same,
)

import arrayforge as xp

NAN, INF = math.nan, math.inf


def axes_of(ndim):
    """Every way to name axes of an array: none, all, one, several, from the end."""
    yield None
    yield ()
    yield from range(-ndim, ndim)
    if ndim > 1:
        yield (0, -1)
        yield tuple(range(ndim))


def sum_dtype(dtype):
    if dtype in ("bool", "int8", "int16", "int32", "int64"):
        return "int64"
    return "uint64" if dtype.startswith("uint") else dtype


@pytest.mark.parametrize("name", ["sum", "prod"])
@pytest.mark.parametrize("dtype", EVERY)
def test_sum_and_prod(device, name, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        for x, source in layouts(numbers(shape, dtype), device):
            wide = source.astype("float64") if dtype in HALF else source
            for axis in axes_of(len(shape)):
                for keepdims in (False, True):
                    result = getattr(xp, name)(x, axis=axis, keepdims=keepdims)
                    expected = getattr(np, name)(wide, axis=axis, keepdims=keepdims)
                    same(result, expected, sum_dtype(dtype), signs=False)
                    assert lives_on(result, device)


@pytest.mark.parametrize("name", ["sum", "prod", "cumulative_sum", "cumulative_prod"])
@pytest.mark.parametrize("source", ["int64", "uint8", "float32", "float64"])
@pytest.mark.parametrize(
    "target", ["int8", "uint8", "int16", "int64", "uint64", "float32", "float64", "complex128"]
)
def test_a_dtype_is_the_one_of_the_result(name, source, target):
    values = np.asarray([[100, 7, 50], [90, 3, 120]], dtype=source)
    if np.dtype(source).kind == "f" and np.dtype(target).kind in "iu":
        values = values % 5
    result = getattr(xp, name)(array(values), axis=1, dtype=getattr(xp, target))
    # Integers of every width wrap alike, so the conversion may come first or last.
    same(result, getattr(np, name)(values.astype(target), axis=1, dtype=target))


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("dtype", [d for d in EVERY if "complex" not in d])
def test_extremes(device, name, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        for x, source in layouts(numbers(shape, dtype), device):
            for axis in axes_of(len(shape)):
                if not source.size:
                    continue
                for keepdims in (False, True):
                    expected = getattr(np, name)(source, axis=axis, keepdims=keepdims)
                    result = getattr(xp, name)(x, axis=axis, keepdims=keepdims)
                    same(result, expected, dtype, signs=False)


def test_extremes_of_special_values(device):
    table = [
        ([1.0, NAN, 3.0], NAN, NAN),
        ([NAN, INF], NAN, NAN),
        ([-INF, 2.0, INF], INF, -INF),
        ([-INF, -INF], -INF, -INF),
    ]
    for values, greatest, least in table:
        x = xp.asarray(values, device=device)
        same(xp.max(x), greatest)
        same(xp.min(x), least)
    rows = xp.asarray([[1.0, NAN], [2.0, 3.0]], device=device)
    same(xp.max(rows, axis=1), [NAN, 3.0])
    same(xp.min(rows, axis=0), [1.0, NAN])


def test_the_place_of_a_nan_does_not_matter():
    for dtype in ("float16", "float32", "float64"):
        for size in (1, 7, 16, 33, 100, 1000):
            for place in {0, size // 2, size - 1}:
                values = np.arange(size, dtype=dtype)
                values[place] = NAN
                for name in ("max", "min", "sum", "mean", "var", "prod"):
                    assert math.isnan(float(getattr(xp, name)(array(values)))), (name, dtype, size)


@pytest.mark.parametrize("name", ["max", "min"])
def test_extremes_of_nothing(name):
    x = xp.zeros((0, 3))
    with pytest.raises(ValueError, match=rf"{name}\(\): "):
        getattr(xp, name)(x)
    with pytest.raises(ValueError, match=rf"{name}\(\): "):
        getattr(xp, name)(x, axis=0)
    same(getattr(xp, name)(x, axis=1), np.zeros(0))
    same(getattr(xp, name)(x, axis=()), np.zeros((0, 3)))


@pytest.mark.parametrize("dtype", ["int64", "float32", "float64", "complex64", "complex128"])
def test_mean_var_std(device, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        for x, source in layouts(numbers(shape, dtype), device):
            if not source.size:
                continue
            for axis in axes_of(len(shape)):
                for keepdims in (False, True):
                    options = {"axis": axis, "keepdims": keepdims}
                    close(xp.mean(x, **options), np.mean(source, **options))
                    close(xp.var(x, **options), np.var(source, **options))
                    close(xp.std(x, **options), np.std(source, **options))


@pytest.mark.parametrize("correction", [0, 1, 0.5, 2.5, -1])
def test_correction(device, correction):
    source = numbers((4, 6))
    x = array(source, device)
    for axis in (None, 0, 1, (0, 1)):
        for name in ("var", "std"):
            result = getattr(xp, name)(x, axis=axis, correction=correction)
            close(result, getattr(np, name)(source, axis=axis, ddof=correction))


def test_no_freedom_left_and_nothing_to_average():
    x = xp.asarray([[1.0, 2.0, 4.0]])
    for correction in (3, 3.5, 10):
        for name in ("var", "std"):
            same(getattr(xp, name)(x, axis=1, correction=correction), [NAN])
            same(getattr(xp, name)(x, axis=0, correction=correction), [NAN] * 3)
    for name in ("mean", "var", "std"):
        same(getattr(xp, name)(xp.zeros((0,))), NAN)
        same(getattr(xp, name)(xp.zeros((2, 0)), axis=1), [NAN, NAN])
        same(getattr(xp, name)(xp.zeros((2, 0)), axis=0), np.zeros(0))


def test_sums_of_special_values(device):
    table = [
        ([1.0, NAN], NAN, NAN),
        ([INF, 1.0], INF, INF),
        ([INF, -INF], NAN, -INF),
        ([INF, 0.0], INF, NAN),
    ]
    for values, total, product in table:
        x = xp.asarray(values, device=device)
        with np.errstate(invalid="ignore"):
            same(xp.sum(x), total)
            same(xp.prod(x), product)
            same(xp.mean(x), total)


def test_sum_and_product_of_nothing(device):
    for dtype in ("int64", "float64"):
        x = xp.zeros((0,), dtype=getattr(xp, dtype), device=device)
        same(xp.sum(x), np.zeros((), dtype))
        same(xp.prod(x), np.ones((), dtype))
    x = xp.zeros((3, 0), device=device)
    same(xp.sum(x, axis=1), np.zeros(3))
    same(xp.prod(x, axis=1, keepdims=True), np.ones((3, 1)))


def test_narrow_floats_add_up_in_float32():
    for dtype in HALF:
        ones = xp.ones((20_000,), dtype=getattr(xp, dtype))
        # Adding one by one stops at 2048 in float16, at 256 in bfloat16.
        assert abs(float(xp.sum(ones)) - 20_000) <= 20_000 * 2.0**-8
        assert float(xp.mean(ones)) == 1.0
        assert float(xp.var(ones)) == 0.0
        assert xp.sum(ones).dtype is xp.mean(ones).dtype is getattr(xp, dtype)
        last = xp.cumulative_sum(ones)[-1]
        assert abs(float(last) - 20_000) <= 20_000 * 2.0**-8
    big = xp.full((4,), 60000.0, dtype=xp.float16)
    assert float(xp.mean(big)) == float(big[0])


def test_products_do_not_overflow_on_the_way():
    values = np.asarray([1e30, 1e30, 1e-30, 1e-30], "float32")
    close(xp.prod(array(values)), np.float32(1.0))


def test_long_sums_are_as_accurate_as_those_of_numpy():
    values = np.random.default_rng(5).uniform(0, 1, 10_000_000).astype("float32")
    exact = math.fsum(values)
    x = xp.asarray(values)
    assert (
        abs(float(xp.sum(x)) - exact) <= abs(float(np.sum(values)) - exact) + 2.0**-23 * exact / 4
    )
    assert abs(float(xp.mean(x)) - exact / values.size) <= 2.0**-24
    rows = values.reshape(1000, 10_000)
    columns = xp.sum(xp.asarray(rows), axis=0)
    exact = rows.astype("float64").sum(axis=0)
    ours, theirs = (np.abs(np.asarray(s) - exact).max() for s in (columns, rows.sum(axis=0)))
    assert ours <= theirs + np.abs(exact).max() * 2.0**-24


@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
@pytest.mark.parametrize("dtype", STANDARD)
def test_running(device, name, dtype):
    needs(device, dtype)
    for shape in SHAPES[1:]:
        for x, source in layouts(numbers(shape, dtype), device):
            for axis in range(-len(shape), len(shape)):
                for initial in (False, True):
                    options = {"axis": axis, "include_initial": initial}
                    result = getattr(xp, name)(x, **options)
                    same(
                        result, getattr(np, name)(source, **options), sum_dtype(dtype), signs=False
                    )


def test_running_over_special_values(device):
    x = xp.asarray([1.0, INF, 2.0, NAN, 3.0], device=device)
    same(xp.cumulative_sum(x), [1.0, INF, INF, NAN, NAN])
    same(xp.cumulative_prod(x), [1.0, INF, INF, NAN, NAN])
    same(xp.cumulative_sum(x, include_initial=True), [0.0, 1.0, INF, INF, NAN, NAN])
    same(xp.cumulative_prod(x, include_initial=True), [1.0, 1.0, INF, INF, NAN, NAN])


def test_long_running_sums():
    values = np.random.default_rng(6).normal(size=(3, 50_000))
    for x, source in layouts(values):
        for axis in (0, 1):
            close(xp.cumulative_sum(x, axis=axis), np.cumsum(source, axis=axis), steps=64)


def test_booleans_are_counted():
    x = xp.asarray([True, False, True])
    same(xp.sum(x), np.int64(2))
    same(xp.mean(x), np.float64(2 / 3))
    with xp.strict(), pytest.raises(TypeError, match="booleans do not add up"):
        xp.sum(x)


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "mean", "var", "std"])
def test_errors(name):
    x = xp.ones((2, 3))
    function = getattr(xp, name)
    with pytest.raises(IndexError, match=rf"{name}\(\): "):
        function(x, axis=2)
    with pytest.raises(IndexError, match=rf"{name}\(\): "):
        function(x, axis=(0, -3))
    with pytest.raises(ValueError, match=rf"{name}\(\): "):
        function(x, axis=(0, -2))
    with pytest.raises(TypeError, match=rf"{name}\(\): "):
        function(x, axis="rows")
    with pytest.raises(TypeError, match=rf"{name}\(\): "):
        function([1.0, 2.0])


def test_running_errors():
    for name in ("cumulative_sum", "cumulative_prod"):
        function = getattr(xp, name)
        with pytest.raises(ValueError, match=rf"{name}\(\): axis is required"):
            function(xp.ones((2, 3)))
        with pytest.raises(IndexError, match=rf"{name}\(\): "):
            function(xp.ones((2, 3)), axis=2)
        assert host(function(xp.ones((2,)))).shape == (2,)


def test_complex_numbers_have_no_order():
    for name in ("max", "min"):
        with pytest.raises(TypeError, match=rf"{name}\(\): "):
            getattr(xp, name)(xp.asarray([1j]))


@pytest.mark.parametrize("name", ["sum", "prod", "cumulative_sum", "cumulative_prod"])
def test_complex_numbers_do_not_add_up_to_real_ones(device, name):
    needs(device, "complex128")
    x = xp.asarray([1j, 2.0], device=device)
    with pytest.raises(TypeError, match=rf"^{name}\(\): complex numbers do not add up to uint8"):
        getattr(xp, name)(x, dtype=xp.uint8)
