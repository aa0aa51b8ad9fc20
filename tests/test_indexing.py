"""x[key] and x[key] = value against NumPy, for keys of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arrayforge as xp

Key = tuple[Any, ...]


def native(values: np.ndarray) -> Any:
    x = xp.zeros(values.shape, dtype=getattr(xp, values.dtype.name), device="cpu")
    if values.size:
        np.asarray(memoryview(x))[...] = values
    return x


def host(x: Any) -> np.ndarray:
    return np.array(memoryview(x)).reshape(x.shape)


def counting(*shape: int, dtype: str = "float64") -> np.ndarray:
    return np.arange(np.prod(shape, dtype=int), dtype=dtype).reshape(shape)


def translated(key: Any) -> Any:
    """The key with NumPy arrays turned into ours."""
    if isinstance(key, tuple):
        return tuple(translated(item) for item in key)
    if isinstance(key, slice):
        return slice(translated(key.start), translated(key.stop), key.step)
    return native(key) if isinstance(key, np.ndarray) else key


bounds = st.none() | st.integers(-6, 6) | st.integers(-3, 3).map(np.array)
steps = st.none() | st.integers(-3, 3).filter(bool)
index_dtypes = st.sampled_from(["int64", "int32", "int8", "uint8"])


@st.composite
def keys(draw: st.DrawFn) -> tuple[np.ndarray, Key]:
    """An array and a key that fits it."""
    shape = tuple(draw(st.lists(st.integers(0, 4), min_size=0, max_size=4)))
    common = tuple(draw(st.lists(st.integers(1, 3), max_size=2)))
    seed = np.random.default_rng(draw(st.integers(0, 2**16)))
    rest = list(shape)
    items: list[Any] = []
    advanced = draw(st.booleans())
    ellipsis_at = draw(st.integers(0, 5))
    masks = 0
    while rest:
        if len(items) == ellipsis_at:
            items.append(...)
            del rest[: draw(st.integers(0, len(rest)))]
            continue
        kinds = ["slice", "none"] + ["int"] * (rest[0] > 0)
        if advanced:
            kinds += ["array"] * (rest[0] > 0) + ["mask"] * (masks == 0) + ["bool"] * (masks == 0)
        kind = draw(st.sampled_from(kinds))
        if kind == "slice":
            items.append(slice(draw(bounds), draw(bounds), draw(steps)))
        elif kind == "none":
            items.append(None)
            continue
        elif kind == "int":
            items.append(draw(st.integers(-rest[0], rest[0] - 1)))
        elif kind == "array":
            dtype = draw(index_dtypes)
            low = 0 if dtype == "uint8" else -rest[0]
            view = tuple(1 if draw(st.booleans()) else side for side in common)
            items.append(seed.integers(low, rest[0], view).astype(dtype))
        elif kind == "bool":
            masks = 1
            items.append(draw(st.booleans()))
            continue
        else:
            masks = 1
            axes = draw(st.integers(1, min(2, len(rest))))
            mask = np.zeros(tuple(rest[:axes]), dtype=bool)
            if mask.size:  # one true element broadcasts with any other index
                mask.flat[seed.integers(mask.size)] = True
            items.append(mask)
            del rest[: axes - 1]
        del rest[:1]
        if draw(st.integers(0, 7)) == 0:
            break
    return counting(*shape), tuple(items)


def fits(values: np.ndarray, key: Key) -> bool:
    try:
        values[key]
    except IndexError:
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(keys(), st.sampled_from(["C", "F", "reversed"]))
def test_getitem_as_numpy(case: tuple[np.ndarray, Key], layout: str) -> None:
    values, key = case
    x = native(values)
    if layout == "F":
        x, values = x.T if x.ndim == 2 else x, values.T if values.ndim == 2 else values
    elif layout == "reversed" and values.ndim:
        x, values = x[::-1], values[::-1]
    if not fits(values, key):
        return
    expected = values[key]
    try:
        result = x[translated(key)]
    except IndexError:  # NumPy leaves indices unchecked where nothing is selected
        assert expected.size == 0
        return
    assert result.shape == np.shape(expected)
    np.testing.assert_array_equal(host(result), expected)


@settings(max_examples=300, deadline=None)
@given(keys(), st.sampled_from(["scalar", "same", "row", "int"]))
def test_setitem_as_numpy(case: tuple[np.ndarray, Key], kind: str) -> None:
    values, key = case
    if not fits(values, key):
        return
    x = native(values)
    shape = np.shape(values[key])
    if 0 in shape:
        return
    value: Any = -7.5
    if kind == "same":
        value = -1.0 - counting(*shape)
    elif kind == "row":
        value = -1.0 - counting(*shape[-1:])
    elif kind == "int":
        value = (-counting(*shape)).astype("int32")
    values[key] = value
    x[translated(key)] = translated(value)
    np.testing.assert_array_equal(host(x), values)


def test_basic_keys_are_views_and_advanced_ones_copy() -> None:
    x = native(counting(3, 4))
    x[1:, ::-2][0, 0] = -1.0
    assert float(x[1, 3]) == -1.0
    x[native(np.array([0, 1])), 0][0] = 99.0
    assert float(x[0, 0]) == 0.0


def test_zero_dimensional_arrays_as_index_and_bound() -> None:
    x = native(counting(5))
    two = native(np.array(2))
    assert float(x[two]) == 2.0
    np.testing.assert_array_equal(host(x[two:]), [2.0, 3.0, 4.0])
    np.testing.assert_array_equal(host(x[:two]), [0.0, 1.0])


def test_lists_and_numpy_arrays() -> None:
    values = counting(3, 4)
    x = native(values)
    np.testing.assert_array_equal(host(x[[2, 0]]), values[[2, 0]])
    np.testing.assert_array_equal(host(x[:, np.array([3, 1])]), values[:, [3, 1]])
    np.testing.assert_array_equal(host(x[values > 5]), values[values > 5])
    assert x[[]].shape == (0, 4)
    x[[0, 2]] = [[1.0], [2.0]]
    values[[0, 2]] = [[1.0], [2.0]]
    np.testing.assert_array_equal(host(x), values)


def test_masks_with_sides_of_zero() -> None:
    x = native(counting(2, 3))
    assert x[native(np.zeros((0, 3), bool))].shape == (0,)
    assert x[native(np.zeros(0, bool))].shape == (0, 3)


def test_large_gathers_use_the_same_rules() -> None:
    values = counting(300, 400)
    x = native(values)
    rows = np.random.default_rng(0).integers(-300, 300, 1000)
    np.testing.assert_array_equal(host(x[native(rows)]), values[rows])
    np.testing.assert_array_equal(host(x[:, native(rows)]), values[:, rows])
    mask = values % 3 == 0
    np.testing.assert_array_equal(host(x[native(mask)]), values[mask])


def test_overlapping_values_are_copied_first() -> None:
    values = counting(10)
    x = native(values)
    x[1:] = x[:-1]
    values[1:] = values[:-1].copy()
    np.testing.assert_array_equal(host(x), values)
    order = np.arange(10)[::-1].copy()
    x[native(order)] = x
    np.testing.assert_array_equal(host(x), values[::-1])
    m = native(np.array([True, False, True]))
    m[m] = m[:2]
    np.testing.assert_array_equal(host(m), [True, False, False])


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "float32", "complex128"])
def test_every_item_size(dtype: str) -> None:
    values = counting(4, 6).astype(dtype)
    x = native(values)
    index = np.array([[3, 1], [0, -1]])
    np.testing.assert_array_equal(host(x[native(index)]), values[index])
    np.testing.assert_array_equal(host(x[:, native(index)]), values[:, index])
    x[:, native(index)] = x[0, 0]
    values[:, index] = values[0, 0]
    np.testing.assert_array_equal(host(x), values)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (3, "index 3 is out of range for axis 0 of size 3"),
        ((0, -5), "index -5 is out of range for axis 1 of size 4"),
        (10**30, "out of range"),
        ((0, 0, 0), "too many indices, 3 for shape"),
        ((..., ...), "at most one ellipsis"),
        (1.0, "got 1.0"),
        ("a", "got 'a'"),
        (np.array([0, 3]), "index 3 is out of range for axis 0 of size 3"),
        (np.zeros(2, bool), "mask of shape"),
        (np.zeros((3, 4, 1), bool), "too many indices"),
        (np.zeros(2), "array of float64"),
        ((np.array([0, 1]), np.array([0, 1, 2])), "cannot be broadcast together"),
    ],
)
def test_errors(key: Any, message: str) -> None:
    x = native(counting(3, 4))
    with pytest.raises(IndexError, match=message.replace("(", r"\(")):
        x[translated(key)]
    with pytest.raises(IndexError):
        x[translated(key)] = 0.0


def test_errors_of_values() -> None:
    x = native(counting(3, 4))
    with pytest.raises(ValueError, match="does not broadcast"):
        x[0] = native(counting(3))
    with pytest.raises(ValueError, match="does not broadcast"):
        x[native(np.array([0, 1]))] = native(counting(3))
    with pytest.raises(TypeError, match="complex"):
        x[0] = native(np.zeros(4, complex))
    with pytest.raises(TypeError):
        del x[0]
    with pytest.raises(ValueError, match="zero"):
        x[::0]


def test_strict_mode_takes_the_forms_of_the_standard_only() -> None:
    x = native(counting(3, 4))
    index = native(np.array([0, 1]))
    with xp.strict():
        assert x[index, index].shape == (2,)
        assert x[index, 0].shape == (2,)
        assert x[native(np.zeros(3, bool))].shape == (0, 4)
        assert x[0, ...].shape == (4,)
        for key in (0, (index, ...), (slice(None), index), [0, 1], (native(np.zeros(3, bool)), 0)):
            with pytest.raises(TypeError, match="outside the standard"):
                x[key]
        with pytest.raises(TypeError, match="outside the standard"):
            x[index, index] = 0.0


def test_take_and_nonzero() -> None:
    values = counting(3, 4, 5)
    x = native(values)
    index = np.array([[2, -1], [0, 1]])
    for axis in (0, 1, -1):
        np.testing.assert_array_equal(
            host(xp.take(x, native(index), axis=axis)), np.take(values, index, axis=axis)
        )
        order = np.argsort(-values, axis=axis)
        np.testing.assert_array_equal(
            host(xp.take_along_axis(x, native(order), axis=axis)),
            np.take_along_axis(values, order, axis=axis),
        )
    with pytest.raises(IndexError, match="index 3 is out of range for axis 0 of size 3"):
        xp.take(x, native(np.array([3])), axis=0)
    mask = values % 7 == 0
    for ours, theirs in zip(xp.nonzero(native(mask)), np.nonzero(mask), strict=True):
        np.testing.assert_array_equal(host(ours), theirs)


@pytest.mark.parametrize(
    ("shape", "mask", "rest"),
    [((1,), (0,), ()), ((3, 2), (0,), (2,)), ((3, 2), (0, 2), ()), ((3, 2), (3, 0), ())],
)
def test_a_mask_without_elements_fits_axes_of_any_size(device, shape, mask, rest):
    """The standard allows it, for each axis."""
    x = xp.ones(shape, device=device)
    nothing = xp.zeros(mask, dtype=xp.bool, device=device)
    for key in (nothing, (nothing,), (nothing, ...)):
        assert x[key].shape == (0, *rest)
        x[key] = 5.0
    assert x.to_device("cpu").tolist() == np.ones(shape).tolist()
