"""In-place operators: the same object, the values of the function, overlapping operands."""

import operator

import numpy as np
import op_reference as ref
import pytest

import arrayforge as xp

OPERATORS = {
    "add": operator.iadd,
    "subtract": operator.isub,
    "multiply": operator.imul,
    "divide": operator.itruediv,
    "floor_divide": operator.ifloordiv,
    "remainder": operator.imod,
    "pow": operator.ipow,
    "bitwise_and": operator.iand,
    "bitwise_or": operator.ior,
    "bitwise_xor": operator.ixor,
    "bitwise_left_shift": operator.ilshift,
    "bitwise_right_shift": operator.irshift,
}

# (target, operand): views of one square matrix m, or of one vector v.
OVERLAPS = {
    "itself": lambda m: (m, m),
    "forward": lambda m: (m[1:], m[:-1]),
    "backward": lambda m: (m[:-1], m[1:]),
    "reversed": lambda m: (m, m[::-1, ::-1]),
    "transposed": lambda m: (m, m.T),
    "into transposed": lambda m: (m.T, m),
    "first row": lambda m: (m, m[0]),
    "last row": lambda m: (m, m[-1]),
    "column": lambda m: (m, m[:, 1:2]),
    "one element": lambda m: (m, m[1, 1]),
    "interleaved": lambda m: (m[:, ::2], m[:, 1::2]),
    "even from odd steps": lambda m: (m[0, ::2], m[0, 1::2]),
    "shifted columns": lambda m: (m[:, 1:], m[:, :-1]),
}


def square(dtype):
    """A square matrix of even side, larger than the vectors of any processor."""
    return np.resize(ref.samples(dtype), (38, 38))


@pytest.mark.parametrize("op", OPERATORS)
def test_in_place_is_the_function(op):
    for dtype in ref.DTYPES:
        x, y = ref.grid(dtype)
        wanted = ref.expected(op, x, y)
        if wanted is None or wanted.dtype != x.dtype:
            target = ref.device_array(x)
            with pytest.raises(TypeError, match=rf"^{op}\(\): "):
                OPERATORS[op](target, ref.device_array(y))
            ref.assert_same(ref.host(target), x, 0, f"{op} {dtype} after the error")
            continue
        target = ref.device_array(x)
        view, version = target[:, :1], target._version
        result = OPERATORS[op](target, ref.device_array(y))
        assert result is target
        assert target._version > version
        tolerance = ref.tolerance(op, dtype)
        ref.assert_same(ref.host(target), wanted, tolerance, f"{op} {dtype}")
        ref.assert_same(ref.host(view), wanted[:, :1], tolerance, f"{op} {dtype} view")


@pytest.mark.parametrize("op", OPERATORS)
def test_only_the_target_changes(op):
    for dtype in ref.DTYPES:
        if ref.input_dtype(op, dtype) != dtype:
            continue
        x, y = ref.grid(dtype)
        x, y = np.tile(x, (2, 2)), np.tile(y, (2, 2))
        wanted = ref.expected(op, x, y)
        base = ref.device_array(x)
        inner = base[1::2, ::-2]
        OPERATORS[op](inner, ref.device_array(y)[1::2, ::-2])
        merged = x.copy()
        merged[1::2, ::-2] = wanted[1::2, ::-2]
        ref.assert_same(ref.host(base), merged, ref.tolerance(op, dtype), f"{op} {dtype}")


@pytest.mark.parametrize("op", OPERATORS)
def test_overlapping_operands(op):
    """As if the right side were copied first."""
    function = getattr(xp, op)
    for dtype in ref.DTYPES:
        if ref.input_dtype(op, dtype) != dtype:
            continue
        for case, views in OVERLAPS.items():
            fresh = ref.device_array(square(dtype))
            target, operand = (ref.device_array(ref.host(v)) for v in views(fresh))
            whole = ref.host(fresh).copy()
            views(whole)[0][...] = ref.host(function(target, operand))
            shared, other = views(fresh)
            OPERATORS[op](shared, other)
            ref.assert_same(ref.host(fresh), whole, 0, f"{op} {dtype} {case}")


def test_overlaps_of_long_vectors():
    """Long enough for threads and for the buffers of casts."""
    n = 300_001
    for dtype in (xp.int32, xp.float64, xp.bfloat16, xp.complex64):
        for views in (lambda v: (v[1:], v[:-1]), lambda v: (v[:-1], v[1:]), lambda v: (v, v[::-1])):
            x = xp.astype(xp.arange(n) % 7, dtype)
            before = ref.host(x).copy()
            target, operand = views(x)
            target += operand
            wanted = before.copy()
            views(wanted)[0][...] = views(before)[0] + views(before)[1]
            np.testing.assert_array_equal(ref.host(x), wanted)


@pytest.mark.parametrize("op", OPERATORS)
def test_scalars(op):
    for dtype in ref.DTYPES:
        for scalar in (True, 3, 2.5, 1 + 2j):
            x = np.resize(ref.samples(dtype), 70)
            target = ref.device_array(x)
            try:
                wanted = getattr(xp, op)(target, scalar)
            except TypeError:
                wanted = None
            if wanted is None or wanted.dtype is not target.dtype:
                with pytest.raises(TypeError, match=rf"^{op}\(\): "):
                    OPERATORS[op](target, scalar)
                ref.assert_same(ref.host(target), x, 0, f"{op} {dtype} after the error")
                continue
            assert OPERATORS[op](target, scalar) is target
            ref.assert_same(ref.host(target), ref.host(wanted), 0, f"{op} {dtype} {scalar}")


@pytest.mark.parametrize("op", OPERATORS)
def test_mixed_dtypes_follow_numpy(op):
    """A result that NumPy's same_kind rule casts back is cast, any other is an error."""
    names = [d for d in ref.STANDARD if ref.input_dtype(op, d)]
    for first in names:
        for second in names:
            x, y = np.array([1, 0, 1]).astype(first), np.array([1, 1, 1]).astype(second)
            target = ref.device_array(x)
            try:
                common = np.result_type(x, y).name
                wanted = ref.expected(op, x.astype(common), y.astype(common))
                allowed = wanted is not None and np.can_cast(wanted.dtype, x.dtype, "same_kind")
            except TypeError:
                allowed = False
            case = f"{op} {first} {second}"
            if not allowed:
                with pytest.raises(TypeError, match=rf"^{op}\(\): "):
                    OPERATORS[op](target, ref.device_array(y))
                continue
            OPERATORS[op](target, ref.device_array(y))
            ref.assert_same(ref.host(target), wanted.astype(first), 0, case)


@pytest.mark.parametrize("op", OPERATORS)
def test_the_shape_stays(op):
    dtype = "float64" if ref.input_dtype(op, "float64") else "int64"
    row = xp.ones(3, dtype=getattr(xp, dtype))
    with pytest.raises(xp.ShapeError, match=rf"^{op}\(\): in place the shape must stay \(3,\)"):
        OPERATORS[op](row, xp.ones((2, 3), dtype=row.dtype))
    with pytest.raises(xp.ShapeError, match=rf"^{op}\(\): "):
        OPERATORS[op](row, xp.ones(2, dtype=row.dtype))
    assert ref.host(row).tolist() == [1, 1, 1]


def test_in_place_on_every_backend(device):
    given = np.arange(12.0).reshape(3, 4) + 1
    for op in ("add", "subtract", "multiply", "divide", "floor_divide", "remainder", "pow"):
        x = ref.device_array(given, device)
        result = OPERATORS[op](x, 2)
        assert result is x
        np.testing.assert_array_equal(ref.host(x), getattr(np, op)(given, 2.0), err_msg=op)
        x = ref.device_array(given, device)
        x = OPERATORS[op](x, x[:1, :])
        wanted = getattr(np, op)(given, given[:1, :])
        np.testing.assert_allclose(ref.host(x), wanted, rtol=1e-15, err_msg=op)
