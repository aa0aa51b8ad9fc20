"""asarray of everything it takes: nesting, scalars, buffers, arrays; and what it refuses."""

import array as buffers
import math

import numpy as np
import pytest
from values import EVERY, SHAPES, STANDARD, host, layouts, lives_on, needs, numbers, same

import arrayforge as xp


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (True, "bool"),
        (3, "int64"),
        (-2.5, "float64"),
        (1 + 2j, "complex128"),
        ([], "float64"),
        ([[], []], "float64"),
        ([1, 2, 3], "int64"),
        ([True, 2], "int64"),
        ([True, 2, 0.5], "float64"),
        ([1, 2j], "complex128"),
        (((1, 2), [3, 4]), "int64"),
        ([[[1.0]], [[2.0]]], "float64"),
        (range(4), "int64"),
        ([range(2), range(2, 4)], "int64"),
        ([math.nan, math.inf, -math.inf, -0.0], "float64"),
    ],
)
def test_python_values(device, values, dtype):
    needs(device, dtype)
    result = xp.asarray(values, device=device)
    if isinstance(values, list):
        values = [list(v) if isinstance(v, range) else v for v in values]
    same(result, np.asarray(values, dtype=dtype))
    assert lives_on(result, device)


def test_large_integers_keep_every_bit():
    values = [2**64 - 1, 2**63, 2**53 + 1, 0]
    assert xp.asarray(values, dtype=xp.uint64).tolist() == values
    values = [2**63 - 1, -(2**63), 2**53 + 1]
    assert xp.asarray(values).tolist() == values
    for value, dtype in ((2**64, xp.uint64), (-1, xp.uint8), (128, xp.int8), (2**63, xp.int64)):
        with pytest.raises(OverflowError, match=r"asarray\(\): "):
            xp.asarray([value], dtype=dtype)


def test_the_sign_of_nan_is_kept():
    x = xp.asarray([math.copysign(math.nan, -1.0), math.nan])
    assert xp.signbit(x).tolist() == [True, False]


def test_nested_arrays_and_scalars_of_numpy():
    x = xp.asarray([1.5, 2.5])
    same(xp.asarray([[x[0], x[1]], [x[1], 3]]), [[1.5, 2.5], [2.5, 3.0]])
    same(xp.asarray([np.float32(1.5), np.int8(2)]), np.asarray([np.float32(1.5), np.int8(2)]))
    for scalar in (
        np.bool_(True),
        np.int16(-3),
        np.uint64(2**64 - 1),
        np.float32(0.1),
        np.complex64(1j),
    ):
        same(xp.asarray(scalar), np.asarray(scalar))


def test_arrays_of_any_rank_are_nested_sequences():
    x = np.arange(6, dtype=np.int16).reshape(2, 3)
    ours = xp.asarray(x)
    same(xp.asarray([ours, ours + 1]), np.asarray([x, x + 1]))
    same(xp.asarray([[ours.T, x.T * 0.5]]), np.asarray([[x.T, x.T * 0.5]]))
    same(xp.asarray([ours[0, :], [7, 8, 9.5]]), np.asarray([x[0], [7, 8, 9.5]]))
    same(xp.asarray([ours[:, :0]]), np.asarray([x[:, :0]]))
    same(xp.asarray([ours[::-1, 1], x[1, ::2]], dtype=xp.complex64), np.complex64([[4, 1], [3, 5]]))
    for ragged in ([ours, x[:1]], [ours, x[0]], [x[0], ours], [ours, 1], [1, ours]):
        with pytest.raises(ValueError, match=r"asarray\(\): nested sequences must be regular"):
            xp.asarray(ragged)
    nested = xp.ones((1,) * 40)
    for _ in range(30):
        nested = [nested]
    with pytest.raises(ValueError, match="nested deeper than 64 levels"):
        xp.asarray(nested)


def test_arrays_of_an_engine_are_joined_by_stack(on):
    x = on("mutable", [1.0, 2.0])
    with pytest.raises(ValueError, match=r"obj\[1\] is an array of shape \(2,\).* stack\(\)"):
        xp.asarray([[3.0, 4.0], x], device=x.device)
    joined = xp.asarray([x[0], x[1]], device=x.device)
    assert joined.to_device("cpu").tolist() == [1.0, 2.0]


@pytest.mark.parametrize("dtype", STANDARD)
def test_numpy_arrays_of_any_layout(device, dtype):
    needs(device, dtype)
    for shape in SHAPES:
        source = numbers(shape, dtype)
        for view in (source, source.T, source[..., None][..., 0], np.flip(source)):
            same(xp.asarray(view, device=device), view)
        if shape:
            same(xp.asarray(source[::2], device=device), source[::2])


def test_memory_is_shared_where_it_can_be():
    source = np.arange(6.0).reshape(2, 3)
    x = xp.asarray(source.T)
    source[0, 1] = 50.0
    assert float(x[1, 0]) == 50.0
    copied = xp.asarray(source, copy=True)
    source[0, 0] = -1.0
    assert float(copied[0, 0]) == 0.0
    alias = xp.asarray(x, copy=False)
    alias[0, 0] = 7.0
    assert float(x[0, 0]) == 7.0
    assert source[0, 0] == 7.0
    again = xp.asarray(x, copy=True)
    again[0, 0] = 8.0
    assert float(x[0, 0]) == 7.0


def test_buffers():
    same(xp.asarray(b"\x01\xff"), np.asarray([1, 255], "uint8"))
    same(xp.asarray(bytearray(b"ab")), np.asarray([97, 98], "uint8"))
    same(xp.asarray(buffers.array("f", [0.5, 1.5])), np.asarray([0.5, 1.5], "float32"))
    same(xp.asarray(memoryview(np.ones((2, 2), "int16"))), np.ones((2, 2), "int16"))


@pytest.mark.parametrize("target", EVERY)
def test_a_dtype_converts(device, target):
    needs(device, target)
    kind = getattr(xp, target)
    result = xp.asarray([0, 1, 2, 3], dtype=kind, device=device)
    assert result.dtype is kind
    wanted = [0, 1, 1, 1] if target == "bool" else [0, 1, 2, 3]
    assert host(result).tolist() == wanted
    for x, source in layouts(np.asarray([[0, 1], [1, 0]]), device):
        assert host(xp.asarray(x, dtype=kind)).tolist() == source.tolist()


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda: xp.asarray([[1], [1, 2]])),
        (ValueError, lambda: xp.asarray([1, [2]])),
        (TypeError, lambda: xp.asarray("text")),
        (TypeError, lambda: xp.asarray(["a"])),
        (TypeError, lambda: xp.asarray(None)),
        (TypeError, lambda: xp.asarray({1, 2})),
        (TypeError, lambda: xp.asarray(x for x in [1])),
        (TypeError, lambda: xp.asarray([1j], dtype=xp.float64)),
        (ValueError, lambda: xp.asarray([1], copy=False)),
        (ValueError, lambda: xp.asarray(xp.ones(2), dtype=xp.float32, copy=False)),
    ],
)
def test_errors(error, call):
    with pytest.raises(error, match=r"^asarray\(\): [^A-Z]"):
        call()
