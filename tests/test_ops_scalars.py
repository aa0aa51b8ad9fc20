"""Python scalars on either side, operators, reflected operators: as the function on arrays."""

import operator

import numpy as np
import op_reference as ref
import pytest

import arrayforge as xp

BINARY_OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "pow": operator.pow,
    "bitwise_and": operator.and_,
    "bitwise_or": operator.or_,
    "bitwise_xor": operator.xor,
    "bitwise_left_shift": operator.lshift,
    "bitwise_right_shift": operator.rshift,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}
COMPARISONS = {
    name: BINARY_OPERATORS[name]
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
}
UNARY_OPERATORS = {
    "negative": operator.neg,
    "positive": operator.pos,
    "abs": operator.abs,
    "bitwise_invert": operator.invert,
}
SCALARS = (True, False, 0, 1, 3, 0.0, 2.5, -1.5, 1.5 - 0.5j)


def common_dtype(dtype, scalar):
    """The dtype of an array with a Python scalar, which contributes its kind only."""
    if isinstance(scalar, bool):
        return dtype
    if isinstance(scalar, int):
        return "int64" if dtype == "bool" else dtype
    if isinstance(scalar, float):
        return dtype if dtype in ref.FLOATING else "float64"
    if dtype in ref.COMPLEX:
        return dtype
    return "complex64" if dtype in ("float16", "bfloat16", "float32") else "complex128"


def vectors():
    """Values of every dtype, more than a vector register holds."""
    return {name: np.resize(ref.samples(name), 70) for name in ref.DTYPES}


def same(op, actual, wanted, dtype, case):
    got = ref.host(actual)
    if op in ("maximum", "minimum") and wanted.dtype.kind in "fV":
        got, wanted = got + np.zeros_like(got), wanted + np.zeros_like(wanted)
    ref.assert_same(got, wanted, ref.tolerance(op, dtype), f"{op} {dtype} {case}")


@pytest.mark.parametrize("dtype", [d for d in ref.DTYPES if d != "bfloat16"])
def test_dtype_with_a_scalar_is_numpy_s(dtype):
    for scalar in SCALARS:
        assert np.result_type(np.ones(1, dtype), scalar) == common_dtype(dtype, scalar)


@pytest.mark.parametrize("op", ref.BINARY)
def test_scalars_on_either_side(op):
    function, symbol = getattr(xp, op), BINARY_OPERATORS.get(op)
    for dtype, values in vectors().items():
        array = ref.device_array(values)
        for scalar in SCALARS:
            common = common_dtype(dtype, scalar)
            with np.errstate(all="ignore"):
                x = values.astype(ref.np_dtype(common))
            y = np.full(x.shape, scalar).astype(x.dtype)
            calls = [("right", function, (array, scalar), (x, y))]
            calls += [("left", function, (scalar, array), (y, x))]
            if symbol:
                calls += [("operator", symbol, (array, scalar), (x, y))]
                calls += [("reflected", symbol, (scalar, array), (y, x))]
            for side, call, arguments, operands in calls:
                wanted = ref.expected(op, *operands)
                case = f"{side} {scalar!r}"
                if wanted is None:
                    # 1 < x asks for x > 1, and the message says so.
                    with pytest.raises(TypeError, match=r"^\w+\(\): expected "):
                        call(*arguments)
                    continue
                same(op, call(*arguments), wanted, common, case)


@pytest.mark.parametrize("op", BINARY_OPERATORS)
def test_operators_are_the_functions(op):
    function, symbol = getattr(xp, op), BINARY_OPERATORS[op]
    for dtype in ref.DTYPES:
        x, y = (ref.device_array(a) for a in ref.grid(dtype))
        if ref.input_dtype(op, dtype) is None:
            with pytest.raises(TypeError, match=rf"^{op}\(\): "):
                symbol(x, y)
            continue
        ref.assert_same(ref.host(symbol(x, y)), ref.host(function(x, y)), 0, f"{op} {dtype}")
        zero_d = x[1, 0]
        for a, b in ((x, zero_d), (zero_d, x), (zero_d, zero_d)):
            ref.assert_same(ref.host(symbol(a, b)), ref.host(function(a, b)), 0, f"{op} {dtype}")


@pytest.mark.parametrize("op", UNARY_OPERATORS)
def test_unary_operators_are_the_functions(op):
    for dtype, values in vectors().items():
        x = ref.device_array(values)
        wanted = ref.expected(op, values)
        if wanted is None:
            with pytest.raises(TypeError, match=rf"^{op}\(\): "):
                UNARY_OPERATORS[op](x)
            continue
        same(op, UNARY_OPERATORS[op](x), wanted, dtype, "operator")


@pytest.mark.parametrize("op", BINARY_OPERATORS)
def test_operators_leave_strangers_to_the_other_side(op):
    symbol = BINARY_OPERATORS[op]

    class Other:
        def answer(self, other):
            return "theirs"

        __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = answer
        __rpow__ = __rand__ = __ror__ = __rxor__ = __rlshift__ = __rrshift__ = answer
        __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = answer
        __hash__ = None

    x = xp.ones(2, dtype=xp.int64)
    assert symbol(x, Other()) == "theirs"
    for stranger in ("text", None, [1, 2], object()):
        if op in ("equal", "not_equal"):
            assert symbol(x, stranger) is (op == "not_equal")
        else:
            with pytest.raises(TypeError):
                symbol(x, stranger)
            if not isinstance(stranger, str):  # text % x formats
                with pytest.raises(TypeError):
                    symbol(stranger, x)


@pytest.mark.parametrize("op", ref.BINARY)
def test_integers_out_of_range(op):
    function, symbol = getattr(xp, op), BINARY_OPERATORS.get(op)
    if ref.input_dtype(op, "int64") != "int64" or op in COMPARISONS:
        return
    for dtype in ref.INTEGER:
        info = np.iinfo(dtype)
        x = xp.ones(3, dtype=getattr(xp, dtype))
        for scalar in (int(info.min) - 1, int(info.max) + 1, 2**70, -(2**70)):
            for call in [function] + [symbol] * (symbol is not None):
                with pytest.raises(
                    OverflowError, match=rf"^{op}\(\): Python integer {scalar} is out"
                ):
                    call(x, scalar)
                with pytest.raises(OverflowError, match=f"out of range for {dtype}"):
                    call(scalar, x)
        for scalar in (int(info.min), int(info.max)):
            function(x, scalar)
            function(scalar, x)


@pytest.mark.parametrize("op", COMPARISONS)
def test_integers_out_of_range_compare_as_numbers(op, device):
    compare = COMPARISONS[op]
    for dtype in ref.INTEGER:
        if str(device) == "dependent" and dtype != "int64":
            continue  # it has no other
        info = np.iinfo(dtype)
        x = xp.asarray([[1, 2, 3]], dtype=getattr(xp, dtype), device=device)
        for scalar in (int(info.min) - 1, int(info.max) + 1, 2**70, -(2**70)):
            for call in (getattr(xp, op), compare):
                result = call(x, scalar)
                assert result.dtype is xp.bool
                assert ref.host(result).tolist() == [[compare(1, scalar)] * 3]
                assert ref.host(call(scalar, x)).tolist() == [[compare(scalar, 1)] * 3]


def test_integers_that_no_float_holds():
    for dtype in ref.FLOATING:
        with pytest.raises(OverflowError):
            xp.ones(1, dtype=getattr(xp, dtype)) + 10**400


SCALAR_TYPES = {
    np.bool_: "bool",
    np.int8: "int64",
    np.uint64: "int64",
    np.float16: "float64",
    np.float32: "float64",
    np.float64: "float64",
    np.complex64: "complex128",
}


@pytest.mark.parametrize("kind", SCALAR_TYPES, ids=lambda t: t.__name__)
def test_numpy_scalars_count_as_python_scalars(kind):
    x = xp.asarray([1, 2], dtype=xp.float32)
    scalar = kind(1)
    result = x + scalar
    assert result.dtype is (xp.complex64 if kind is np.complex64 else xp.float32)
    assert ref.host(result).tolist() == [2, 3]
    assert ref.host(xp.multiply(scalar, x)).tolist() == [1, 2]


@pytest.mark.parametrize("dtype", ref.REAL)
def test_scalars_round_once(dtype):
    """A scalar becomes the nearest number of the dtype before it takes part."""
    value = {"float16": 2049.0, "bfloat16": 257.0, "float32": 16777217.0, "float64": 2.0**53}[dtype]
    value += 1e-3 if dtype != "float64" else 0
    x = xp.zeros(3, dtype=getattr(xp, dtype))
    wanted = np.array(value).astype(ref.np_dtype(dtype))
    for result in (x + value, value + x, xp.maximum(x, value), xp.where(x == 0, value, x)):
        assert ref.host(result).tolist() == [float(wanted)] * 3
