"""Manipulation functions on every device, dtype and layout against NumPy."""

from functools import partial

import numpy as np
import pytest
from values import EVERY, SHAPES, array, holds, layouts, lives_on, needs, numbers, same

import arrayforge as xp

DTYPES = ["bool", "int8", "int64", "float32", "float64", "complex128", "bfloat16"]


def every_axis(ndim):
    return range(-ndim, ndim)


@pytest.mark.parametrize("dtype", EVERY)
def test_views(device, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        for x, a in layouts(numbers(shape, dtype), device):
            axes = tuple(reversed(range(a.ndim)))
            same(xp.permute_dims(x, axes), np.transpose(a, axes), dtype)
            if a.ndim:
                turned = tuple(np.roll(axes, 1) - a.ndim)
                same(xp.permute_dims(x, turned), np.transpose(a, turned), dtype)
            same(xp.reshape(x, (-1,)), a.reshape(-1), dtype)
            same(xp.reshape(x, (*reversed(shape), 1)), a.reshape(*reversed(shape), 1), dtype)
            assert lives_on(xp.reshape(x, shape), device)


@pytest.mark.parametrize("dtype", DTYPES)
def test_axes(device, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        for x, a in layouts(numbers(shape, dtype), device):
            for axis in range(-a.ndim - 1, a.ndim + 1):
                same(xp.expand_dims(x, axis), np.expand_dims(a, axis), dtype)
                same(xp.squeeze(xp.expand_dims(x, axis), axis), a, dtype)
            same(xp.expand_dims(x, (0, -1)), np.expand_dims(a, (0, -1)), dtype)
            for axis in (None, *every_axis(a.ndim), tuple(range(a.ndim))):
                same(xp.flip(x, axis=axis), np.flip(a, axis), dtype)
            for source in every_axis(a.ndim):
                same(xp.moveaxis(x, source, 0), np.moveaxis(a, source, 0), dtype)
                same(xp.moveaxis(x, 0, source), np.moveaxis(a, 0, source), dtype)
            for target in (shape, (2, *shape), (3, 1, *shape)):
                same(xp.broadcast_to(x, target), np.broadcast_to(a, target), dtype)
            assert lives_on(xp.flip(x), device)


@pytest.mark.parametrize("dtype", DTYPES)
def test_joining(device, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        b = numbers(shape, dtype, seed=1)
        y = array(b, device)
        for x, a in layouts(numbers(shape, dtype), device):
            same(xp.concat([x, y, x], axis=None), np.concat([a, b, a], axis=None), dtype)
            for axis in every_axis(a.ndim):
                same(xp.concat((x, y), axis=axis), np.concat((a, b), axis=axis), dtype)
            for axis in every_axis(a.ndim + 1):
                same(xp.stack([x, y], axis=axis), np.stack([a, b], axis=axis), dtype)
            for axis in every_axis(a.ndim):
                parts = xp.unstack(x, axis=axis)
                assert type(parts) is tuple
                for part, expected in zip(parts, np.unstack(a, axis=axis), strict=True):
                    same(part, expected, dtype)
                    assert lives_on(part, device)


@pytest.mark.parametrize("pair", [("int8", "int64"), ("float32", "float64"), ("uint8", "int8")])
def test_joining_promotes(device, pair):
    needs(device, " ".join((*pair, "int16")))
    a, b = (numbers((2, 3), dtype) for dtype in pair)
    same(xp.concat([array(a, device), array(b, device)]), np.concat([a, b]))
    same(xp.stack([array(a, device), array(b, device)]), np.stack([a, b]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_repeating(device, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        for x, a in layouts(numbers(shape, dtype), device):
            for counts in (2, (3,), (2, 1), (0, 2), (1, 2, 3)):
                same(xp.tile(x, counts), np.tile(a, counts), dtype)
            for times in (0, 1, 3):
                same(xp.repeat(x, times), np.repeat(a, times), dtype)
                for axis in every_axis(a.ndim):
                    same(xp.repeat(x, times, axis=axis), np.repeat(a, times, axis=axis), dtype)
            for axis in every_axis(a.ndim):
                times = np.arange(a.shape[axis]) % 3
                result = xp.repeat(x, array(times, device), axis=axis)
                same(result, np.repeat(a, times, axis=axis), dtype)
            for shift in (0, 1, -2, 7):
                same(xp.roll(x, shift), np.roll(a, shift), dtype)
                for axis in every_axis(a.ndim):
                    same(xp.roll(x, shift, axis=axis), np.roll(a, shift, axis=axis), dtype)
            if a.ndim > 1:
                same(xp.roll(x, (1, -2), axis=(0, -1)), np.roll(a, (1, -2), axis=(0, -1)), dtype)
                same(xp.roll(x, (1, 2), axis=(0, 0)), np.roll(a, 3, axis=0), dtype)


def test_broadcast_arrays(device):
    shapes = ((2, 1), (3,), (), (1, 1, 1))
    arrays = [numbers(shape, seed=i) for i, shape in enumerate(shapes)]
    results = xp.broadcast_arrays(*(array(a, device) for a in arrays))
    assert type(results) is tuple
    for result, expected in zip(results, np.broadcast_arrays(*arrays), strict=True):
        same(result, expected)
        assert lives_on(result, device)
    shape = xp.broadcast_shapes(*shapes)
    assert shape == (1, 2, 3)
    assert all(type(size) is int for size in shape)
    assert xp.broadcast_shapes() == ()
    with pytest.raises(ValueError, match=r"broadcast_shapes\(\): .*negative.*\(2, -1\)"):
        xp.broadcast_shapes((1,), (2, -1))
    assert xp.broadcast_shapes((0,), (1,)) == (0,)


@pytest.mark.parametrize("dtype", DTYPES)
def test_taking(device, dtype):
    needs(device, dtype)
    seed = np.random.default_rng(3)
    for shape in ((5,), (3, 4), (2, 1, 3)):
        for x, a in layouts(numbers(shape, dtype), device):
            for axis in every_axis(a.ndim):
                size = shape[axis]
                for kind in filter(partial(holds, device), ("int64", "int32", "int8")):
                    index = seed.integers(-size, size, 4).astype(kind)
                    result = xp.take(x, array(index, device), axis=axis)
                    same(result, np.take(a, index, axis=axis), dtype)
                index = seed.integers(-size, size, (2, 3))
                result = xp.take(x, array(index, device), axis=axis)
                same(result, np.take(a, index, axis=axis), dtype)
                along = list(shape)
                along[axis] = 4
                index = seed.integers(-size, size, along)
                result = xp.take_along_axis(x, array(index, device), axis=axis)
                same(result, np.take_along_axis(a, index, axis), dtype)
                assert lives_on(result, device)
    a = numbers((4,), dtype)
    same(xp.take(array(a, device), array([0, -1], device)), a[[0, -1]], dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_clip(device, dtype):
    if dtype in ("bool", "complex128"):
        return
    needs(device, dtype)
    for x, a in layouts(numbers((3, 4), dtype), device):
        wide = a.astype("float64")
        for low, high in ((0, 2), (None, 1), (1, None), (2, 0), (None, None)):
            same(xp.clip(x, low, high), clipped(wide, low, high), dtype, signs=False)
        low = numbers((4,), dtype, seed=1)
        result = xp.clip(x, array(low, device), 3)
        same(result, clipped(wide, low.astype("float64"), 3), dtype, signs=False)


def clipped(a, low, high):
    a = a if low is None else np.maximum(a, low)
    return a if high is None else np.minimum(a, high)


def test_clip_of_nans():
    nan = float("nan")
    same(xp.clip(xp.asarray([nan, 1.0]), 0.0, 2.0), [nan, 1.0])
    same(xp.clip(xp.asarray([0.5, 1.0]), nan, 2.0), [nan, nan])
    same(xp.clip(xp.asarray([0.5, 1.0]), 0.0, nan), [nan, nan])
