"""PyTorch as an engine: values against NumPy by op, dtype and layout, and every correction."""

import numpy as np
import op_reference as ref
import pytest

import arrayforge as xp

torch = pytest.importorskip("torch")

DEVICE = "torch:cpu"
WIDE = ("uint16", "uint32", "uint64")
# What PyTorch rounds less well than NumPy's reference, in units in the last place; logaddexp loses
# digits where its result is close to 0.
LOOSE = {"sqrt": 1, "logaddexp": 40}
LAYOUTS = {
    "contiguous": lambda x: x,
    "strided": lambda x: x[::2, ::3],
    "reversed": lambda x: x[::-1, ::-2],
    "transposed": lambda x: x.T,
    "0-d": lambda x: x[1, 0],
    "empty": lambda x: x[:0],
}


def on_torch(values):
    return ref.device_array(np.ascontiguousarray(values)).to_device(DEVICE)


def check(op, actual, wanted, dtype, case):
    assert actual.device == DEVICE
    got = ref.host(actual)
    if op in ("maximum", "minimum") and wanted.dtype.kind in "fV":  # of zeros either may be chosen
        got, wanted = got + np.zeros_like(got), wanted + np.zeros_like(wanted)
    tolerance = max(ref.tolerance(op, dtype), LOOSE.get(op, 0))
    ref.assert_same(got, wanted, tolerance, f"{op} {dtype} {case}")


def grids(op):
    """dtype, operands and the result for all pairs of values that operations stumble over."""
    for dtype in ref.DTYPES:
        given = ref.grid(dtype)
        if dtype == "bool":
            given = tuple(np.tile(x, (4, 4)) for x in given)
        given = given[: ref.OPS[op][0]]
        wanted = ref.expected(op, *given)
        if wanted is not None:
            yield dtype, given, wanted


@pytest.mark.parametrize("op", ref.OPS)
def test_values_and_dtypes(op):
    with xp.checked():
        for dtype, given, wanted in grids(op):
            operands = [on_torch(x) for x in given]
            for layout, view in LAYOUTS.items():
                result = getattr(xp, op)(*map(view, operands))
                check(op, result, view(wanted), dtype, layout)
            for operand, values in zip(operands, given, strict=True):
                ref.assert_same(ref.host(operand), values, 0, f"{op} {dtype} operand")


@pytest.mark.parametrize("op", ref.BINARY)
def test_python_scalars_on_either_side(op):
    function = getattr(xp, op)
    for dtype, (x, y), wanted in grids(op):
        if ref.input_dtype(op, dtype) != dtype:
            continue
        line = on_torch(x[:, 0])
        for j in range(y.shape[1]):
            scalar = y[0, j].item() if dtype != "bfloat16" else float(y[0, j])
            if op == "copysign" and scalar != scalar:
                continue  # the sign of a NaN gets lost between Python's floats and 16 bits
            check(op, function(line, scalar), wanted[:, j], dtype, f"array, {scalar}")
            check(op, function(scalar, line), wanted[j, :], dtype, f"{scalar}, array")


@pytest.mark.parametrize("op", ref.OPS)
def test_results_are_no_operands(op):
    """A write to a result changes no operand, except of views of complex parts."""
    for dtype, given, _ in grids(op):
        if op in ("real", "imag") and dtype in ref.COMPLEX:
            continue
        operands = [on_torch(x) for x in given]
        result = getattr(xp, op)(*operands)
        result[...] = 1
        for operand, values in zip(operands, given, strict=True):
            ref.assert_same(ref.host(operand), values, 0, f"{op} {dtype} operand")
