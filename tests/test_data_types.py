"""Data type functions and dtype objects: answers for every dtype, and errors."""

import copy
import pickle

import ml_dtypes
import numpy as np
import pytest
from values import (
    BFLOAT16,
    COMPLEX,
    EVERY,
    HALF,
    INTEGERS,
    REAL,
    SHAPES,
    SIGNED,
    UNSIGNED,
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

KINDS = {
    "bool": ("bool",),
    "signed integer": SIGNED,
    "unsigned integer": UNSIGNED,
    "integral": INTEGERS,
    "real floating": (*REAL, *HALF),
    "complex floating": COMPLEX,
    "numeric": (*INTEGERS, *REAL, *HALF, *COMPLEX),
}


def np_dtype(name):
    return BFLOAT16 if name == "bfloat16" else np.dtype(name)


def converts(source, target):
    """Whether astype takes the pair, and NumPy gives it a meaning."""
    return not (source.startswith("complex") and target not in ("bool", *COMPLEX))


@pytest.mark.parametrize("source", EVERY)
@pytest.mark.parametrize("target", EVERY)
def test_astype(device, source, target):
    needs(device, f"{source} {target}")
    if not converts(source, target):
        with pytest.raises(TypeError, match=r"astype\(\): a complex array has no real counterpart"):
            xp.astype(xp.zeros(2, dtype=getattr(xp, source)), getattr(xp, target))
        return
    for shape in SHAPES:
        values = numbers(shape, source)
        if target in UNSIGNED and values.dtype.kind not in "biu":
            values = np.abs(values)  # what a negative float is as an unsigned number is undefined
        for x, expected in layouts(values, device):
            result = xp.astype(x, getattr(xp, target))
            same(result, expected.astype(np_dtype(target)), target)
            assert lives_on(result, device)


@pytest.mark.parametrize("target", [*REAL, *HALF])
@pytest.mark.parametrize("source", [*REAL, *HALF])
def test_astype_rounds_and_keeps_special_values(source, target):
    values = [0.1, -0.0, 1 / 3, 65504.0, 1e-7, -2.5, np.inf, -np.inf, np.nan, 5.9e-8]
    values = np.asarray(values).astype(np_dtype(source))
    x = xp.astype(xp.asarray(values.astype("float64")), getattr(xp, source))
    same(xp.astype(x, getattr(xp, target)), values.astype(np_dtype(target)), target)


def test_astype_wraps_integers_and_truncates_floats():
    x = xp.asarray([300, -1, 2**40 + 5])
    for dtype in INTEGERS:
        same(xp.astype(x, getattr(xp, dtype)), host(x).astype(dtype))
    same(xp.astype(xp.asarray([2.9, -2.9, 0.5]), xp.int32), np.asarray([2, -2, 0], "int32"))
    same(xp.astype(xp.asarray([0.0, -0.0, np.nan, 1e-300]), xp.bool), [False, False, True, True])


def test_astype_copies_unless_told_otherwise(device):
    x = xp.asarray([1.0, 2.0], device=device)
    assert xp.astype(x, xp.float64) is not x
    same(xp.astype(x, xp.float64, copy=False), [1.0, 2.0])
    copied = xp.astype(x, xp.float64)
    copied[0] = 5.0
    same(x, [1.0, 2.0])


def test_astype_without_a_copy_is_the_array_itself():
    x = xp.asarray([1.0, 2.0])
    assert xp.astype(x, xp.float64, copy=False) is x


def test_can_cast():
    for source in EVERY:
        for target in EVERY:
            pair = getattr(xp, source), getattr(xp, target)
            same_kind = any(source in KINDS[k] and target in KINDS[k] for k in ("bool", "integral"))
            floating = (*REAL, *HALF, *COMPLEX)
            same_kind = same_kind or (source in floating and target in floating)
            expected = same_kind and bool(np.can_cast(np_dtype(source), np_dtype(target)))
            assert xp.can_cast(*pair) is expected, (source, target)
            assert xp.can_cast(xp.zeros(2, dtype=pair[0]), pair[1]) is expected


@pytest.mark.parametrize("dtype", [*REAL, *HALF, *COMPLEX])
def test_finfo(dtype):
    kind = getattr(xp, dtype)
    expected = ml_dtypes.finfo(np_dtype(dtype))
    for info in (xp.finfo(kind), xp.finfo(xp.zeros((2,), dtype=kind))):
        for field in ("eps", "max", "min", "smallest_normal"):
            value = getattr(info, field)
            assert type(value) is float
            assert value == float(getattr(expected, field)), field
        assert type(info.bits) is int
        assert info.bits == expected.bits
        assert info.dtype.name == expected.dtype.name


@pytest.mark.parametrize("dtype", INTEGERS)
def test_iinfo(dtype):
    kind = getattr(xp, dtype)
    expected = np.iinfo(dtype)
    for info in (xp.iinfo(kind), xp.iinfo(xp.zeros((2,), dtype=kind))):
        assert (info.bits, info.max, info.min) == (expected.bits, expected.max, expected.min)
        assert all(type(v) is int for v in (info.bits, info.max, info.min))
        assert info.dtype is kind


@pytest.mark.parametrize("dtype", EVERY)
def test_isdtype(dtype):
    kind = getattr(xp, dtype)
    for name, members in KINDS.items():
        assert xp.isdtype(kind, name) is (dtype in members)
        assert xp.isdtype(kind, (name,)) is (dtype in members)
    for other in EVERY:
        assert xp.isdtype(kind, getattr(xp, other)) is (dtype == other)
    assert xp.isdtype(kind, ("bool", "numeric")) is True
    assert xp.isdtype(kind, (xp.bool, "complex floating")) is (dtype in ("bool", *COMPLEX))
    assert xp.isdtype(kind, ()) is False


def promoted(first, second):
    """NumPy's rule; bfloat16, which has none with wider integers, goes where float16 goes."""
    if first == second:
        return first
    if "bfloat16" in (first, second):
        other = second if first == "bfloat16" else first
        if other in ("bool", "int8", "uint8"):
            return "bfloat16"
        if other == "float16":
            return "float32"
        first, second = other, "float16"
    return np.result_type(first, second).name


def test_result_type():
    for first in EVERY:
        for second in EVERY:
            pair = getattr(xp, first), getattr(xp, second)
            expected = promoted(first, second)
            assert xp.result_type(*pair).name == expected, (first, second)
            assert xp.result_type(xp.zeros(1, dtype=pair[0]), pair[1]).name == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((xp.int8, 1), "int8"),
        ((xp.uint8, True), "uint8"),
        ((xp.int32, 1.5), "float64"),
        ((xp.float32, 1), "float32"),
        ((xp.float32, 2.5), "float32"),
        ((xp.float32, 1j), "complex64"),
        ((xp.float64, 1j), "complex128"),
        ((xp.bool, True), "bool"),
        ((xp.int8, xp.int16, xp.float32), "float32"),
        ((1.5, xp.float32, xp.float32), "float32"),
        ((xp.bfloat16, 2.5), "bfloat16"),
        ((xp.float16, 1j), "complex64"),
    ],
)
def test_result_type_with_scalars(arguments, expected):
    assert xp.result_type(*arguments).name == expected
    assert xp.result_type(*reversed(arguments)).name == expected


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (TypeError, lambda: xp.finfo(xp.int32)),
        (TypeError, lambda: xp.iinfo(xp.float32)),
        (TypeError, lambda: xp.iinfo(xp.bool)),
        (ValueError, lambda: xp.isdtype(xp.int32, "integer")),
        (ValueError, lambda: xp.result_type()),
        (TypeError, lambda: xp.astype(xp.ones(2), "text")),
        (TypeError, lambda: xp.astype(3, xp.int8)),
        (TypeError, lambda: xp.can_cast(1, xp.int8)),
    ],
)
def test_errors(error, call):
    with pytest.raises(error, match=r"^[a-z_]+\(\): [^A-Z]"):
        call()


@pytest.mark.parametrize("dtype", EVERY)
def test_dtype_objects(dtype):
    kind = getattr(xp, dtype)
    assert kind.name == dtype
    assert str(kind).endswith(dtype)
    assert kind.itemsize == np_dtype(dtype).itemsize
    assert np.dtype(kind) == np_dtype(dtype)
    assert bool(kind)
    assert kind == kind
    assert hash(kind) == hash(getattr(xp, dtype))
    for strange in (None, "abc", float, 3, object()):
        assert (kind == strange) is False
        assert (kind != strange) is True
    for other in EVERY:
        assert (kind == getattr(xp, other)) is (dtype == other)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(kind, protocol)) is kind
    assert copy.copy(kind) is copy.deepcopy(kind) is kind


def test_spellings_of_dtypes():
    x = xp.asarray([1, 2])
    for spelling in ("float32", np.float32, np.dtype("float32"), xp.float32):
        assert xp.astype(x, spelling).dtype is xp.float32
    for spelling, dtype in (
        (bool, xp.bool),
        (int, xp.int64),
        (float, xp.float64),
        (complex, xp.complex128),
    ):
        assert xp.zeros(2, dtype=spelling).dtype is dtype


def test_devices_move_every_dtype(device):
    for dtype in EVERY:
        if holds(device, dtype):
            values = numbers((2, 3), dtype)
            there = array(values).to_device(device)
            assert lives_on(there, device)
            same(there, values, dtype)
