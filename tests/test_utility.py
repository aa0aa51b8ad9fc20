"""all, any and diff against NumPy: dtypes, axes, layouts, borders."""

import math

import numpy as np
import pytest
from values import EVERY, SHAPES, STANDARD, array, layouts, lives_on, needs, numbers, same

import arrayforge as xp


@pytest.mark.parametrize("name", ["all", "any"])
@pytest.mark.parametrize("dtype", EVERY)
def test_all_and_any(device, name, dtype):
    needs(device, dtype)
    for shape in [*SHAPES, (2, 70)]:
        for density in (0, 1, 2):
            values = numbers(shape, dtype, seed=density)
            values = np.zeros_like(values) if density == 0 else values
            values = np.ones_like(values) if density == 1 else values
            for x, source in layouts(values, device):
                axes = [None, (), *range(-len(shape), len(shape)), tuple(range(len(shape)))]
                for axis in axes:
                    for keepdims in (False, True):
                        result = getattr(xp, name)(x, axis=axis, keepdims=keepdims)
                        expected = getattr(np, name)(source != 0, axis=axis, keepdims=keepdims)
                        same(result, expected)
                        assert lives_on(result, device)


def test_one_element_decides(device):
    for size in (1, 2, 15, 64, 130):
        for place in {0, size // 2, size - 1}:
            mask = np.zeros(size, dtype=bool)
            mask[place] = True
            assert bool(xp.any(array(mask, device))) is True
            assert bool(xp.all(array(~mask, device))) is False
    nan = xp.asarray([math.nan, -0.0], device=device)
    same(xp.any(nan), True)
    same(xp.all(nan), False)
    same(xp.all(nan[:1]), True)


@pytest.mark.parametrize("dtype", STANDARD)
def test_diff(device, dtype):
    needs(device, dtype)
    for shape in SHAPES[1:]:
        for x, source in layouts(numbers(shape, dtype), device):
            for axis in range(-len(shape), len(shape)):
                for n in (0, 1, 2, 4):
                    result = xp.diff(x, axis=axis, n=n)
                    same(result, np.diff(source, axis=axis, n=n), signs=False)
                    assert lives_on(result, device)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float64", "complex128"])
def test_diff_with_borders(device, dtype):
    needs(device, dtype)
    source, edge = numbers((3, 4), dtype), numbers((3, 2), dtype, seed=1)
    x, border = array(source, device), array(edge, device)
    for n in (1, 2, 3):
        same(xp.diff(x, n=n, prepend=border), np.diff(source, n=n, prepend=edge), signs=False)
        same(xp.diff(x, n=n, append=border), np.diff(source, n=n, append=edge), signs=False)
        both = np.diff(source, n=n, append=edge, prepend=edge)
        same(xp.diff(x, n=n, append=border, prepend=border), both, signs=False)
    rows, row = numbers((1, 4), dtype, seed=2), numbers((2, 4), dtype, seed=3)
    result = xp.diff(x, axis=0, prepend=array(rows, device), append=array(row, device))
    same(result, np.diff(source, axis=0, prepend=rows, append=row), signs=False)


def test_diff_of_special_values(device):
    x = xp.asarray([1.0, math.inf, math.inf, math.nan, 2.0], device=device)
    with np.errstate(invalid="ignore"):
        same(xp.diff(x), [math.inf, math.nan, math.nan, math.nan])


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (IndexError, lambda x: xp.all(x, axis=2)),
        (ValueError, lambda x: xp.any(x, axis=(0, 0))),
        (IndexError, lambda x: xp.diff(x, axis=-3)),
        (ValueError, lambda x: xp.diff(x, n=-1)),
        (ValueError, lambda x: xp.diff(x, prepend=xp.ones((4, 1)))),
        (IndexError, lambda x: xp.diff(x[0, 0])),
    ],
)
def test_errors(error, call):
    with pytest.raises(error, match=r"^[a-z_]+\(\): [^A-Z]"):
        call(xp.ones((2, 3)))
