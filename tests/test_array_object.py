"""Attributes, methods and protocols of arrays."""

import copy
import math
import operator
import pickle

import numpy as np
import pytest
from values import (
    EVERY,
    SHAPES,
    STANDARD,
    array,
    holds,
    host,
    layouts,
    lives_on,
    needs,
    numbers,
    same,
)

import arrayforge as xp


@pytest.mark.parametrize("dtype", EVERY)
def test_attributes(device, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        for x, source in layouts(numbers(shape, dtype), device):
            assert (x.shape, x.ndim, x.size) == (source.shape, source.ndim, source.size)
            assert all(type(n) is int for n in (*x.shape, x.ndim, x.size))
            assert (x.itemsize, x.nbytes) == (source.itemsize, source.size * source.itemsize)
            assert x.dtype is getattr(xp, dtype)
            assert lives_on(x, device)
            same(x.T, source.T, dtype)
            if x.ndim >= 2:
                same(x.mT, np.swapaxes(source, -1, -2), dtype)


def test_strides_are_those_of_numpy():
    for shape in SHAPES:
        values = np.zeros(shape)
        for view in (values, values.T, values[..., None], np.broadcast_to(values, (2, *shape))):
            if view.size:  # the stride of an axis of size 1 is nobody's business
                pairs = zip(view.shape, xp.asarray(view).strides, view.strides, strict=True)
                assert all(ours == theirs for side, ours, theirs in pairs if side > 1)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_parts_are_views(dtype):
    x = array(numbers((2, 3), dtype))
    same(x.real, host(x).real)
    same(x.imag, host(x).imag)
    x.imag[0, 0] = 9.0
    assert x[0, 0].item().imag == 9.0
    real = xp.asarray([1.5, -2.0])
    same(real.real, [1.5, -2.0])
    same(real.imag, [0.0, 0.0], signs=False)


@pytest.mark.parametrize("dtype", STANDARD)
def test_python_values(device, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        for x, source in layouts(numbers(shape, dtype), device):
            assert x.tolist() == source.tolist()
            for leaf, other in zip(leaves(x.tolist()), leaves(source.tolist()), strict=True):
                assert type(leaf) is type(other)
            if source.size == 1:
                assert x.item() == source.item()
                assert type(x.item()) is type(source.item())


def leaves(values):
    if not isinstance(values, list):
        return [values]
    return [leaf for item in values for leaf in leaves(item)]


@pytest.mark.parametrize("dtype", STANDARD)
def test_conversions_to_python_scalars(device, dtype):
    needs(device, dtype)
    for value in (0, 1, 3):
        source = np.asarray(value).astype(dtype)
        x = array(source, device)
        assert bool(x) is bool(source)
        assert type(complex(x)) is complex
        assert complex(x) == complex(source)
        if source.dtype.kind != "c":
            assert float(x) == float(source)
            assert int(x) == int(source)
        if source.dtype.kind in "iu":
            assert operator.index(x) == int(source)
            assert list(range(5))[x] == int(source)


def test_conversions_that_make_no_sense():
    for convert in (bool, int, float, complex):
        with pytest.raises((TypeError, ValueError)):
            convert(xp.ones((2,)))
    with pytest.raises(TypeError):
        operator.index(xp.asarray(1.0))
    with pytest.raises(TypeError):
        float(xp.asarray(1j))
    with pytest.raises(ValueError, match=r"item\(\): "):
        xp.ones((2,)).item()
    with pytest.raises(OverflowError):
        int(xp.asarray(math.inf))
    with pytest.raises(ValueError, match="NaN"):
        int(xp.asarray(math.nan))


def test_length_and_iteration(device):
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], device=device)
    assert len(x) == 3
    rows = list(x)
    assert [row.shape for row in rows] == [(2,)] * 3
    same(rows[1], [3.0, 4.0])
    first, second = x[0, :]
    assert (float(first), float(second)) == (1.0, 2.0)
    for failing in (len, iter):
        with pytest.raises(TypeError):
            failing(x[0, 0])


METHODS = {
    "sum": ({}, {"axis": 1}, {"keepdims": True}),
    "mean": ({}, {"axis": 0}),
    "min": ({}, {"axis": -1}),
    "max": ({}, {"axis": 0, "keepdims": True}),
    "any": ({}, {"axis": 0}),
    "all": ({}, {"axis": 1}),
}


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_the_functions(device, name):
    source = numbers((3, 4))
    x = array(source, device)
    for options in METHODS[name]:
        expected = getattr(source, name)(**options)
        same(getattr(x, name)(**options), expected)
        same(getattr(xp, name)(x, **options), expected)


def test_methods_of_shape_and_dtype(device):
    source = numbers((2, 1, 6))
    x = array(source, device)
    same(x.reshape((3, 4)), source.reshape(3, 4))
    same(x.reshape((-1, 2), copy=True), source.reshape(-1, 2))
    same(x.astype(xp.int64), source.astype("int64"))
    if holds(device, "float32"):
        same(x.astype("float32"), source.astype("float32"))
        same(x.squeeze(1), source.squeeze(1))
    copied = x.copy()
    copied[0, 0, 0] = 99.0
    same(x, source)


def test_strict_mode_has_no_methods():
    x = xp.ones((2, 2))
    with xp.strict():
        for name in (*METHODS, "reshape", "astype", "squeeze"):
            with pytest.raises(TypeError, match="outside the standard"):
                getattr(x, name)()


@pytest.mark.parametrize("dtype", EVERY)
def test_pickle_and_copy(dtype):
    for shape in SHAPES:
        for x, source in layouts(numbers(shape, dtype)):
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
                same(pickle.loads(pickle.dumps(x, protocol)), source, dtype)
            for again in (copy.copy(x), copy.deepcopy(x)):
                same(again, source, dtype)
    x = xp.asarray([1.0, 2.0])
    one, two = copy.deepcopy([x, x])
    assert one is two
    one[0] = 5.0
    same(x, [1.0, 2.0])


def test_copies_stay_on_their_device(device):
    x = xp.asarray([1.0, 2.0], device=device)
    for again in (copy.copy(x), copy.deepcopy(x), x.copy()):
        assert lives_on(again, device)
        again[0] = 7.0
        same(x, [1.0, 2.0])


def test_namespace_of_an_array(device):
    x = xp.asarray([1.0], device=device)
    for version in (None, "2021.12", "2022.12", "2023.12", "2024.12", "2025.12"):
        assert x.__array_namespace__(api_version=version) is xp
    with pytest.raises(ValueError, match="9999"):
        x.__array_namespace__(api_version="9999.12")


def test_equality_with_strangers_and_no_hash():
    x = xp.asarray([1.0])
    assert (x == "a") is False
    assert (x != None) is True  # noqa: E711
    with pytest.raises(TypeError):
        hash(x)


def test_moving_between_devices(device):
    for shape in SHAPES:
        values = numbers(shape)
        there = array(values).to_device(device)
        assert lives_on(there, device)
        same(there, values)
        if str(there.device) != "cpu":  # a wrapper is on the device it wraps, and stays a wrapper
            assert there.to_device("cpu")._raw is None
        same(there.to_device("cpu"), values)
    with pytest.raises(ValueError, match=r"to_device\(\): streams"):
        array(numbers((2,)), device).to_device("cpu", stream=3)
