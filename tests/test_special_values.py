"""The special cases of the standard for real numbers, in every layout of the loops."""

import math

import numpy as np
import pytest
from special_cases import members, outcome, rows

import arrayforge as xp

UNARY = {
    "abs": "nan nan; -0 0; 0 0; -inf inf; inf inf",
    "acos": "nan nan; >1 nan; <-1 nan; 1 0",
    "acosh": "nan nan; <1 nan; 1 0; inf inf",
    "asin": "nan nan; >1 nan; <-1 nan; 0 0; -0 -0",
    "asinh": "nan nan; 0 0; -0 -0; inf inf; -inf -inf",
    "atan": "nan nan; 0 0; -0 -0; inf pi/2; -inf -pi/2",
    "atanh": "nan nan; <-1 nan; >1 nan; -1 -inf; 1 inf; 0 0; -0 -0",
    "ceil": "whole x; inf inf; -inf -inf; 0 0; -0 -0; nan nan; -0.5 -0; 0.5 1",
    "cos": "nan nan; 0 1; -0 1; inf nan; -inf nan",
    "cosh": "nan nan; 0 1; -0 1; inf inf; -inf inf",
    "exp": "nan nan; 0 1; -0 1; inf inf; -inf 0",
    "expm1": "nan nan; 0 0; -0 -0; inf inf; -inf -1",
    "floor": "whole x; inf inf; -inf -inf; 0 0; -0 -0; nan nan; -0.5 -1; 0.5 0",
    "log": "nan nan; <0 nan; 0 -inf; -0 -inf; 1 0; inf inf",
    "log1p": "nan nan; <-1 nan; -1 -inf; -0 -0; 0 0; inf inf",
    "log2": "nan nan; <0 nan; 0 -inf; -0 -inf; 1 0; inf inf; 2 1; 0.25 -2",
    "log10": "nan nan; <0 nan; 0 -inf; -0 -inf; 1 0; inf inf; 10 1",
    "negative": "nan nan; 0 -0; -0 0; inf -inf; -inf inf",
    "positive": "any x",
    "reciprocal": "nan nan; 0 inf; -0 -inf; inf 0; -inf -0",
    "round": "whole x; inf inf; -inf -inf; 0 0; -0 -0; nan nan; 0.5 0; 1.5 2; 2.5 2; -0.5 -0",
    "sign": "<0 -1; 0 0; -0 0; >0 1; nan nan",
    "sin": "nan nan; 0 0; -0 -0; inf nan; -inf nan",
    "sinh": "nan nan; 0 0; -0 -0; inf inf; -inf -inf",
    "square": "nan nan; -inf inf; inf inf; -0 0",
    "sqrt": "nan nan; <0 nan; 0 0; -0 -0; inf inf",
    "tan": "nan nan; 0 0; -0 -0; inf nan; -inf nan",
    "tanh": "nan nan; 0 0; -0 -0; inf 1; -inf -1",
    "trunc": "whole x; inf inf; -inf -inf; 0 0; -0 -0; nan nan; -0.5 -0; 0.5 0",
}

BINARY = {
    "add": """
        nan any nan;  any nan nan;  inf -inf nan;  -inf inf nan;  inf inf inf;  -inf -inf -inf
        inf finite inf;  -inf finite -inf;  finite inf inf;  finite -inf -inf
        -0 -0 -0;  -0 0 0;  0 -0 0;  0 0 0;  +-0 nonzero x2;  nonzero +-0 x1""",
    "subtract": """
        nan any nan;  any nan nan;  inf inf nan;  -inf -inf nan;  inf finite inf
        finite inf -inf;  -0 0 -0;  0 0 0;  nonzero +-0 x1""",
    "multiply": """
        nan any nan;  any nan nan;  +-inf +-0 nan;  +-0 +-inf nan;  +-inf +-inf signinf
        +-inf nonzero signinf;  nonzero +-inf signinf;  +-0 finite sign0""",
    "divide": """
        nan any nan;  any nan nan;  +-inf +-inf nan;  +-0 +-0 nan
        +-0 nonzero sign0;  nonzero +-0 signinf;  +-inf nonzero signinf;  nonzero +-inf sign0""",
    "floor_divide": """
        nan any nan;  any nan nan;  +-inf +-inf nan;  +-0 +-0 nan
        +-0 nonzero sign0;  nonzero +-0 signinf;  +-inf nonzero signinf;  nonzero +-inf sign0""",
    "remainder": """
        nan any nan;  any nan nan;  +-inf +-inf nan;  +-0 +-0 nan;  +-0 >0 0
        +-0 <0 -0;  >0 +-0 nan;  <0 +-0 nan;  +-inf nonzero nan;  + inf x1;  + -inf x2;  - inf x2
        - -inf x1""",
    "atan2": """
        nan any nan;  any nan nan;  >0 +-0 pi/2;  0 >0 0;  0 0 0;  0 -0 pi;  0 <0 pi
        -0 >0 -0;  -0 0 -0;  -0 -0 -pi;  -0 <0 -pi;  <0 +-0 -pi/2;  + inf 0;  + -inf pi
        - inf -0;  - -inf -pi;  inf finite pi/2;  -inf finite -pi/2;  inf inf pi/4
        inf -inf 3pi/4;  -inf inf -pi/4;  -inf -inf -3pi/4""",
    "copysign": """
        number <0 -|x1|;  number -0 -|x1|;  number 0 |x1|;  number >0 |x1|
        number -nan -|x1|;  number nan |x1|""",
    "hypot": """
        +-inf any inf;  any +-inf inf;  +-0 any |x2|;  any +-0 |x1|
        finite nan nan;  nan finite nan;  nan nan nan""",
    "logaddexp": """
        nan any nan;  any nan nan;  inf number inf;  number inf inf
        -inf -inf -inf;  -inf nonzero x2;  nonzero -inf x1""",
    "maximum": """
        nan any nan;  any nan nan;  inf number inf;  number inf inf;  -inf number x2
        number -inf x1;  - + x2;  + - x1""",
    "minimum": """
        nan any nan;  any nan nan;  -inf number -inf;  number -inf -inf;  inf number x2
        number inf x1;  - + x1;  + - x2""",
    "nextafter": "nan any nan;  any nan nan;  -0 0 0;  0 -0 -0;  inf inf inf;  -inf -inf -inf",
    "pow": """
        not1 nan nan;  any 0 1;  any -0 1;  nan not0 nan;  1 number 1
        big inf inf;  big -inf 0;  +-1 +-inf 1;  small inf 0;  small -inf inf
        inf >0 inf;  inf <0 0;  -inf odd>0 -inf;  -inf notodd>0 inf;  -inf odd<0 -0
        -inf notodd<0 0;  0 >0 0;  0 <0 inf;  -0 odd>0 -0;  -0 notodd>0 0;  -0 odd<0 -inf
        -0 notodd<0 inf;  - frac nan""",
}
PREDICATES = {
    "isfinite": "+-inf 0; nan 0; finite 1",
    "isinf": "+-inf 1; nan 0; finite 0",
    "isnan": "nan 1; -nan 1; number 0",
    "signbit": "0 0; -0 1; inf 0; -inf 1; + 0; - 1; nan 0; -nan 1",
    "equal": "nan any 0; any nan 0; inf inf 1; -inf -inf 1; +-0 +-0 1; inf -inf 0; + - 0",
    "not_equal": "nan any 1; any nan 1; inf inf 0; -inf -inf 0; +-0 +-0 0; inf -inf 1; + - 1",
    "less": "nan any 0; any nan 0; +-0 +-0 0; -inf finite 1; finite inf 1; - + 1; + - 0",
    "less_equal": "nan any 0; any nan 0; +-0 +-0 1; -inf finite 1; inf inf 1; - + 1; + - 0",
    "greater": "nan any 0; any nan 0; +-0 +-0 0; inf finite 1; finite -inf 1; + - 1; - + 0",
    "greater_equal": "nan any 0; any nan 0; +-0 +-0 1; inf finite 1; inf inf 1; + - 1; - + 0",
}
TABLES = UNARY | BINARY | PREDICATES
DTYPES = {"float16": np.float16, "bfloat16": np.float32, "float32": np.float32}
DTYPES |= {"float64": np.float64}


def cases(text, dtype):
    """(operands, value, whether the sign counts) for every row and every member of its classes."""
    for *classes, result in rows(text.replace(";", "\n")):
        operands = [[]]
        for word in classes:
            operands = [[*some, x] for some in operands for x in members(word, dtype)]
        for some in operands:
            yield some, *outcome(result, *some)


def agrees(got, wanted, signed, rounding):
    if math.isnan(wanted):
        return math.isnan(got)
    if wanted == 0 or math.isinf(wanted):
        same_sign = math.copysign(1, got) == math.copysign(1, wanted)
        return abs(got) == abs(wanted) and (same_sign or not signed)
    return abs(got - wanted) <= rounding * abs(wanted)


# Multiples of pi are approximate by the standard; they and operands round to the dtype once.
ROUNDING = {"float16": 1e-3, "bfloat16": 8e-3, "float32": 2e-7, "float64": 3e-16}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", TABLES)
def test_special_cases(name, dtype):
    function, to = getattr(xp, name), getattr(xp, dtype)
    table = list(cases(TABLES[name], DTYPES[dtype]))
    columns = [np.array(c) for c in zip(*(operands for operands, _, _ in table), strict=True)]
    arrays = [xp.astype(xp.asarray(c), to) for c in columns]
    spread = [xp.repeat(a, 3)[::3] for a in arrays]
    zero_d = [function(*(a[i] for a in arrays)) for i in range(len(table))]
    results = {"vector": function(*arrays), "strided": function(*spread), "0-d": xp.stack(zero_d)}
    if len(arrays) == 2:
        pairs = list(zip(*arrays, strict=True))
        results["scalar x1"] = xp.stack([function(float(a), b) for a, b in pairs])
        results["scalar x2"] = xp.stack([function(a, float(b)) for a, b in pairs])
    for layout, result in results.items():
        got = np.asarray(xp.astype(result, xp.float64)).tolist()
        for value, (operands, wanted, signed) in zip(got, table, strict=True):
            message = f"{name}{tuple(operands)} {dtype} {layout}: {value}, expected {wanted}"
            assert agrees(value, wanted, signed, ROUNDING[dtype]), message


def test_every_operation_on_real_floats_has_its_table():
    exact = {"real", "conj", "imag"}  # the identity and zero
    wanted = {
        name
        for name, _, accepts, _ in xp._core._op_table()
        if accepts in ("all", "numeric", "real_numeric", "floating", "real_floating")
    }
    assert set(TABLES) == wanted - exact


@pytest.mark.parametrize("dtype", DTYPES)
def test_copysign_gives_nan_the_sign(dtype):
    x = xp.asarray([math.nan, -math.nan], dtype=getattr(xp, dtype))
    for sign, wanted in ((1.0, False), (-0.0, True), (-math.inf, True), (-math.nan, True)):
        result = xp.signbit(xp.copysign(x, sign))
        assert np.asarray(result).tolist() == [wanted, wanted]


@pytest.mark.parametrize("dtype", DTYPES)
def test_clip_and_where_with_nan(dtype):
    x = xp.asarray([1.0, math.nan, -math.inf, 5.0], dtype=getattr(xp, dtype))
    clipped = np.asarray(xp.astype(xp.clip(x, 0.0, 2.0), xp.float64)).tolist()
    assert clipped[0] == 1
    assert math.isnan(clipped[1])
    assert clipped[2:] == [0, 2]
    for bounds in ((math.nan, 2.0), (0.0, math.nan), (math.nan, None), (None, math.nan)):
        assert np.asarray(xp.isnan(xp.clip(x, *bounds))).all()
    chosen = xp.where(xp.isnan(x), 0.0, x)
    assert np.asarray(xp.astype(chosen, xp.float64)).tolist() == [1, 0, -math.inf, 5]
