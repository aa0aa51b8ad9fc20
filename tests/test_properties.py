"""Drawn cases against NumPy: indexing, reshaping, broadcasting, reductions, scalars.

Every array is a view of NumPy's memory with NumPy's strides, so that sharing can be asked of NumPy,
and what one side writes the other sees. The draws are the same in every run.
"""

from __future__ import annotations

import math

import numpy as np
from drawn import arrays, cases, full_shapes, index_array, keys, ours, outcome, seeds, shapes
from hypothesis import given
from hypothesis import strategies as st
from values import INTEGERS, STANDARD, host

import arrayforge as xp


@cases(900)
@given(st.data())
def test_getitem(data):
    values = data.draw(arrays())
    key = data.draw(keys(values.shape))
    x = xp.asarray(values)
    expected, error = outcome(lambda: values[key])
    found, our_error = outcome(lambda: x[ours(key)])
    if error is None and our_error is IndexError and expected.size == 0:
        return  # NumPy does not look at indices where nothing is selected
    same_error(error, our_error, key)
    if error is not None:
        return
    assert found.shape == np.shape(expected)
    np.testing.assert_array_equal(np.asarray(found), expected)
    # An array without axes is an integer to us; NumPy copies what it picks.
    items = key if isinstance(key, tuple) else (key,)
    picked = any(isinstance(item, np.ndarray) and item.ndim == 0 for item in items)
    if isinstance(expected, np.ndarray) and expected.size and not picked:
        assert np.shares_memory(np.asarray(found), values) == np.shares_memory(expected, values)
        if np.shares_memory(expected, values):
            assert strides(found) == strides(expected)


def zero_step(key):
    items = key if isinstance(key, tuple) else (key,)
    return any(isinstance(item, slice) and item.step == 0 for item in items)


def same_error(expected, found, key):
    """The same class of error; of two mistakes either may be named."""
    if zero_step(key):
        assert found in (IndexError, ValueError)
    else:
        assert found is expected


def strides(x):
    """Strides that matter."""
    if x.size == 0:
        return []
    return [step for side, step in zip(x.shape, x.strides, strict=True) if side > 1]


@cases(600)
@given(st.data())
def test_setitem(data):
    values = data.draw(arrays(writable=True))
    key = data.draw(keys(values.shape))
    target, error = outcome(lambda: values[key])
    shape = data.draw(shapes) if error is not None else np.shape(target)
    kind = data.draw(st.sampled_from(["scalar", "same", "tail", "stretched", "longer", "any"]))
    if kind == "tail":
        shape = shape[data.draw(st.integers(0, len(shape))) :]
    elif kind == "stretched":
        shape = tuple(1 if data.draw(st.booleans()) else side for side in shape)
    elif kind == "longer":
        shape = (1, *shape)
    elif kind == "any":
        shape = data.draw(shapes)
    value = -1 - np.arange(math.prod(shape), dtype=data.draw(st.sampled_from(["int32", "float64"])))
    value = -1.5 if kind == "scalar" else value.reshape(shape)
    expected = values.copy()
    _, error = outcome(lambda: expected.__setitem__(key, value))
    before = values.copy()
    x = xp.asarray(values)
    _, our_error = outcome(lambda: x.__setitem__(ours(key), ours(value)))
    if error is None and our_error is IndexError and np.size(target) == 0:
        return
    if error in (ValueError, TypeError) and our_error is None:
        # Axes of size 1 may lead, for NumPy too, though not everywhere.
        tail = np.shape(value)[np.ndim(value) - np.ndim(target) :]
        assert np.broadcast_shapes(tail, np.shape(target)) == np.shape(target)
        return
    if {error, our_error} == {IndexError, ValueError} and not zero_step(key):
        assert outcome(lambda: x[ours(key)])[1] is IndexError  # key and value are both wrong
        return
    same_error(error, our_error, key)
    np.testing.assert_array_equal(values, before if error is not None else expected)


@cases(250)
@given(st.data())
def test_setitem_from_itself(data):
    values = data.draw(arrays(of=full_shapes.filter(bool), writable=True))
    first, second = (data.draw(keys(values.shape)) for _ in range(2))
    expected = values.copy()
    _, error = outcome(lambda: expected.__setitem__(first, expected[second].copy()))
    if error is not None:
        return
    x = xp.asarray(values)
    _, error = outcome(lambda: x.__setitem__(ours(first), x[ours(second)]))
    if error is IndexError:
        assert 0 in (np.size(values[first]), np.size(values[second]))  # indices NumPy ignores
        return
    assert error is None
    np.testing.assert_array_equal(values, expected)


@cases(500)
@given(st.data())
def test_reshape(data):
    values = data.draw(arrays())
    x = xp.asarray(values)
    target = list(data.draw(shapes))
    if data.draw(st.integers(0, 3)):
        # Factors of the size, so that most targets fit.
        rest, target = values.size, []
        while rest > 1 and len(target) < 4:
            factor = data.draw(st.sampled_from([n for n in range(1, rest + 1) if rest % n == 0]))
            target.append(factor)
            rest //= factor
        target.append(rest)
    if target and data.draw(st.booleans()):
        target[data.draw(st.integers(0, len(target) - 1))] = -1
    copy = data.draw(st.sampled_from([None, True, False]))
    expected, error = outcome(lambda: np.reshape(values, tuple(target), copy=copy))
    found, our_error = outcome(lambda: xp.reshape(x, tuple(target), copy=copy))
    assert our_error is error
    if error is None:
        assert found.shape == expected.shape
        np.testing.assert_array_equal(np.asarray(found), expected)
        if expected.size:
            shared = np.shares_memory(expected, values)
            assert np.shares_memory(np.asarray(found), values) == shared


@cases(400)
@given(st.data())
def test_broadcasting(data):
    first, second = data.draw(arrays()), data.draw(arrays())
    if data.draw(st.booleans()):
        shape = tuple(1 if data.draw(st.booleans()) else side for side in first.shape)
        second = data.draw(arrays(of=st.just(shape[data.draw(st.integers(0, len(shape))) :])))
    x, y = xp.asarray(first), xp.asarray(second)
    expected, error = outcome(lambda: np.broadcast_shapes(first.shape, second.shape))
    found, our_error = outcome(lambda: xp.broadcast_shapes(x.shape, y.shape))
    assert (found, our_error) == (expected, error)
    for name in ("add", "multiply", "maximum", "less", "atan2"):
        result, our_error = outcome(lambda name=name: getattr(xp, name)(x, y))
        assert our_error is error
        if error is None:
            theirs = getattr(np, {"atan2": "arctan2"}.get(name, name))(first, second)
            assert result.shape == theirs.shape
            np.testing.assert_allclose(np.asarray(result), theirs, rtol=1e-15)
    if error is None:
        for one, other in zip(
            xp.broadcast_arrays(x, y), np.broadcast_arrays(first, second), strict=True
        ):
            np.testing.assert_array_equal(np.asarray(one), other)
    target, error = outcome(lambda: np.broadcast_to(first, second.shape))
    result, our_error = outcome(lambda: xp.broadcast_to(x, second.shape))
    assert our_error is error
    if error is None:
        np.testing.assert_array_equal(np.asarray(result), target)


REDUCTIONS = ["sum", "prod", "max", "min", "mean", "var", "std", "all", "any", "count_nonzero"]


@cases(500)
@given(st.data())
def test_reductions(data):
    dtypes = ("bool", "int8", "int64", "uint16", "float32", "float64", "complex128")
    values = data.draw(arrays(of=st.lists(st.integers(0, 7), max_size=5).map(tuple), dtypes=dtypes))
    name = data.draw(st.sampled_from(REDUCTIONS))
    if values.dtype.kind == "c" and name in ("max", "min"):
        name = "sum"
    axis = data.draw(
        st.none() | st.integers(-3, 3) | st.lists(st.integers(-3, 3), max_size=3).map(tuple)
    )
    keepdims = data.draw(st.booleans())
    x = xp.asarray(values)
    if name == "prod":
        values = values % 3 if values.dtype.kind in "iuf" else values * 0 + 1
        x = xp.asarray(values)
    options = {"axis": axis, "keepdims": keepdims}
    expected, error = outcome(lambda: getattr(np, name)(values, **options))
    found, our_error = outcome(lambda: getattr(xp, name)(x, **options))
    if values.ndim == 0 and axis not in (None, ()):
        assert our_error is IndexError  # NumPy has a first axis where there is none
        return
    if error is ValueError and our_error is None:
        assert found.size == 0  # NumPy refuses extremes of nothing even where there is no result
        return
    assert our_error is error
    if error is not None:
        return
    expected = np.asarray(expected)
    if values.dtype.kind == "u" and name in ("sum", "prod"):
        expected = expected.astype("uint64")
    if name in ("mean", "var", "std") and values.dtype.kind in "biu":
        expected = expected.astype("float64")
    assert found.shape == expected.shape
    assert found.dtype.name == expected.dtype.name
    np.testing.assert_allclose(
        host(found), expected, rtol=1e-5 if values.dtype == "float32" else 1e-12
    )


BINARY = ["add", "subtract", "multiply", "divide", "maximum", "equal", "less"]
scalars = (
    st.booleans()
    | st.integers(-130, 300)
    | st.sampled_from(
        [2**31, 2**63, -(2**63), 2**64, 0.5, -2.0, 1e300, math.inf, math.nan, 1j, 2.0 + 0j]
    )
)


@cases(1000)
@given(st.sampled_from(STANDARD), scalars, st.sampled_from(BINARY), st.booleans())
def test_scalars(dtype, scalar, name, reflected):
    values = np.asarray([1, 0, 3]).astype(dtype)
    if name == "divide":
        values = np.asarray([1, 1, 2]).astype(dtype)
    x = xp.asarray(values)
    arguments = (scalar, x) if reflected else (x, scalar)
    theirs = (scalar, values) if reflected else (values, scalar)
    with np.errstate(all="ignore"):
        expected, error = outcome(lambda: getattr(np, name)(*theirs))
    found, our_error = outcome(lambda: getattr(xp, name)(*arguments))
    if name in ("maximum", "less") and "c" in (
        values.dtype.kind,
        np.asarray(scalar).dtype.kind,
    ):
        assert our_error is TypeError  # complex numbers have no order
        return
    if our_error is OverflowError and error is None:
        assert name in ("equal", "less")  # NumPy compares with integers the dtype does not hold
        return
    assert our_error is error
    if error is not None:
        return
    assert found.dtype.name == expected.dtype.name
    if np.isfinite(expected).all() or expected.dtype.kind != "c":
        np.testing.assert_allclose(host(found), expected, rtol=1e-6, atol=0)


@cases(300)
@given(st.data())
def test_take(data):
    values = data.draw(arrays(of=full_shapes.filter(bool), dtypes=("int16", "float64")))
    axis = data.draw(st.integers(-values.ndim, values.ndim - 1))
    size = values.shape[axis]
    seed = data.draw(seeds)
    index = index_array(seed, size, tuple(seed.integers(0, 4, seed.integers(3)).tolist()))
    kind = data.draw(st.sampled_from([k for k in INTEGERS if k[0] == "i" or (index >= 0).all()]))
    index = index.astype(kind)
    expected, error = outcome(lambda: np.take(values, index, axis=axis))
    found, our_error = outcome(lambda: xp.take(xp.asarray(values), ours(index), axis=axis))
    assert our_error is error
    if error is None:
        np.testing.assert_array_equal(np.asarray(found), expected)
    shape = list(values.shape)
    shape[axis] = seed.integers(6)
    index = seed.integers(-size, size, shape)
    found = xp.take_along_axis(xp.asarray(values), ours(index), axis=axis)
    np.testing.assert_array_equal(np.asarray(found), np.take_along_axis(values, index, axis))


@cases(300)
@given(st.data())
def test_views(data):
    """Permuting, squeezing, expanding, flipping and moving axes share memory as NumPy's do."""
    values = data.draw(arrays(of=shapes.filter(bool)))
    x = xp.asarray(values)
    ndim = values.ndim
    axes = tuple(data.draw(st.permutations(range(ndim))))
    some = tuple(data.draw(st.sets(st.integers(0, ndim), max_size=2)))
    ones = tuple(i for i in range(ndim) if values.shape[i] == 1)
    within = tuple(i for i in some if i < ndim)
    pairs = [
        (xp.permute_dims(x, axes), np.transpose(values, axes)),
        (xp.expand_dims(x, some or (0,)), np.expand_dims(values, some or (0,))),
        (xp.squeeze(x, ones), np.squeeze(values, ones)),
        (xp.flip(x, axis=within), np.flip(values, within)),
        (
            xp.moveaxis(x, within, tuple(range(len(within)))),
            np.moveaxis(values, within, tuple(range(len(within)))),
        ),
        (xp.flip(x), np.flip(values)),
    ]
    for found, expected in pairs:
        assert found.shape == expected.shape
        np.testing.assert_array_equal(np.asarray(found), expected)
        assert strides(found) == strides(expected)
        if expected.size:
            assert np.shares_memory(np.asarray(found), values)
