"""What an elementwise operation must give: NumPy under the dtype rules of the standard.

Values come from NumPy in a wider type where rounding matters, so that a tolerance is one of the
function under test and not of the reference.
"""

from __future__ import annotations

from fractions import Fraction

import ml_dtypes
import numpy as np

import arrayforge as xp
from arrayforge import _core

BOOL = ("bool",)
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
HALF = ("float16", "bfloat16")
REAL = (*HALF, "float32", "float64")
COMPLEX = ("complex64", "complex128")
INTEGER = (*SIGNED, *UNSIGNED)
FLOATING = (*REAL, *COMPLEX)
DTYPES = (*BOOL, *INTEGER, *FLOATING)
STANDARD = tuple(name for name in DTYPES if name not in HALF)

ACCEPTED = {
    "all": DTYPES,
    "numeric": (*INTEGER, *FLOATING),
    "real_numeric": (*INTEGER, *REAL),
    "integer": INTEGER,
    "integer_or_boolean": (*BOOL, *INTEGER),
    "boolean": BOOL,
    "floating": FLOATING,
    "real_floating": REAL,
}
OPS = {name: (arity, accepts, result) for name, arity, accepts, result in _core._op_table()}
UNARY = tuple(name for name, row in OPS.items() if row[0] == 1)
BINARY = tuple(name for name, row in OPS.items() if row[0] == 2)

# NumPy reads booleans as logic, or as int8 where it has no logic for them. What is in neither list
# and does not take booleans by the standard is an error, as in NumPy.
BOOLEAN_LOGIC = {
    *("add", "multiply", "maximum", "minimum", "abs"),
    *("less", "less_equal", "greater", "greater_equal", "isfinite", "isinf", "isnan"),
}
BOOLEAN_AS_INT8 = {
    *("floor_divide", "remainder", "pow", "square"),
    *("bitwise_left_shift", "bitwise_right_shift"),
}

# Results that are correctly rounded, or need no rounding: every bit counts.
ELEMENTARY = {
    *("exp", "expm1", "log", "log1p", "log2", "log10", "logaddexp", "hypot", "pow"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
}


def np_dtype(name):
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def host(x):
    """The values of an array of arrayforge as one of NumPy."""
    if x.dtype is xp.bfloat16:
        wide = np.asarray(xp.astype(x, xp.float32).to_device("cpu"))
        with np.errstate(invalid="ignore"):
            return wide.astype(ml_dtypes.bfloat16)
    return np.asarray(x.to_device("cpu"))


def device_array(values, device=None):
    """The array with the values and the dtype of one of NumPy, in memory of its own."""
    if values.dtype == ml_dtypes.bfloat16:
        with np.errstate(invalid="ignore"):  # a signalling NaN
            wide = xp.asarray(values.astype(np.float32), device=device)
        return xp.astype(wide, xp.bfloat16)
    return xp.asarray(values, device=device, copy=True)


def samples(name):
    """Values of a dtype that operations stumble over."""
    dtype = np_dtype(name)
    if name == "bool":
        return np.array([False, True])
    if name in INTEGER:
        info = np.iinfo(dtype)
        width = info.bits
        wanted = [0, 1, 2, 3, 5, 7, 10, 100, width - 1, width, 64, info.max, info.max - 1]
        wanted += [-1, -2, -3, -7, -100, info.min, info.min + 1, info.max // 2 + 1]
        return np.array(sorted({v for v in wanted if info.min <= v <= info.max}), dtype)
    if name in COMPLEX:
        parts = [0.0, 1.0, -1.0, 0.5, -2.5, 3.25]
        return np.array([complex(a, b) for a in parts for b in parts if a or b], dtype)
    info = ml_dtypes.finfo(dtype)
    small, tiny, big = info.smallest_normal, info.smallest_subnormal, info.max
    values = [0.0, 1.0, 0.5, 0.25, 2.0, 2.5, 3.0, 3.75, 7.25, 100.0, 0.001, np.inf, np.nan]
    values += [small, tiny, big, 1 + float(info.eps), 1 - float(info.eps), 0.7853981633974483]
    values = np.array([float(v) for v in values]).astype(dtype)
    return np.concatenate([values, -values])


def grid(name):
    """Operands whose pairs are all pairs of samples: x[i, j] is s[i], y[i, j] is s[j]."""
    s = samples(name)
    x, y = np.meshgrid(s, s, indexing="ij")
    return np.ascontiguousarray(x), np.ascontiguousarray(y)


def input_dtype(op, common):
    """The dtype an operation computes in for operands of one dtype, or None for an error."""
    accepts = OPS[op][1]
    if common in ACCEPTED[accepts]:
        return common
    if common == "bool" and op in BOOLEAN_LOGIC:
        return "bool"
    if common == "bool" and op in BOOLEAN_AS_INT8:
        return "int8"
    if accepts == "boolean":
        return "bool"
    if accepts in ("floating", "real_floating") and common in (*BOOL, *INTEGER):
        return "float64"
    return None


def result_dtype(op, computed):
    rule = OPS[op][2]
    if rule == "boolean":
        return "bool"
    if rule == "component" and computed in COMPLEX:
        return "float32" if computed == "complex64" else "float64"
    return computed


def _integer_power(x, y):
    """Exact, modulo 2**bits; a negative exponent leaves 1 / x**-y without its fraction."""
    bits = 8 * x.dtype.itemsize

    def one(a, b):
        value = pow(a, b, 1 << bits) if b >= 0 else (a ** (b % 2) if abs(a) == 1 else 0)
        value &= (1 << bits) - 1
        signed = x.dtype.kind == "i" and value >> (bits - 1)
        return value - (1 << bits) if signed else value

    flat = [one(int(a), int(b)) for a, b in zip(x.ravel(), y.ravel(), strict=True)]
    return np.array(flat, dtype=x.dtype).reshape(x.shape)


def _exact_division(x, y):
    """floor(x / y) and the remainder as exact fractions, where both are finite and y is not 0."""
    wide_x, wide_y = x.astype(np.float64), y.astype(np.float64)
    with np.errstate(all="ignore"):
        quotient = np.floor(wide_x / wide_y)
        rest = np.remainder(wide_x, wide_y)
    # The sign of a zero quotient is the one of x / y.
    for i in np.ndindex(x.shape):
        a, b = float(wide_x[i]), float(wide_y[i])
        if not (np.isfinite(a) and np.isfinite(b)) or b == 0:
            continue
        exact = Fraction(a) / Fraction(b)
        q = exact.numerator // exact.denominator
        quotient[i] = _float(Fraction(q)) if q else np.copysign(0.0, np.copysign(1, a * b or a / b))
        r = Fraction(a) - q * Fraction(b)
        rest[i] = _float(r) if r else np.copysign(0.0, b)
    return quotient, rest


def _float(fraction):
    try:
        return float(fraction)
    except OverflowError:
        return np.inf if fraction > 0 else -np.inf


def _wide(values):
    kind = values.dtype.kind
    if kind == "c":
        return values.astype(np.clongdouble)
    return values.astype(np.float64).astype(np.longdouble) if kind in "fV" else values


def _round_to(values, dtype):
    """Rounded to dtype; through float64 on the way to bfloat16, which NumPy does not know."""
    return (
        values.astype(np.float64).astype(dtype)
        if dtype == ml_dtypes.bfloat16
        else values.astype(dtype)
    )


def expected(op, *operands):
    """The result for operands of one dtype; None where it is an error."""
    name = operands[0].dtype.name
    computed = input_dtype(op, name)
    if computed is None:
        return None
    operands = [x.astype(np_dtype(computed)) for x in operands]
    result = np_dtype(result_dtype(op, computed))
    with np.errstate(all="ignore"):
        return _round_to(_values(op, computed, operands), result)


def _values(op, computed, operands):
    if computed == "bfloat16" and op != "nextafter":
        operands = [x.astype(np.float32) for x in operands]
    function = getattr(np, op)
    if op == "nextafter":
        # The standard: of equal operands the second, whose sign a zero may show.
        return np.where(operands[0] == operands[1], operands[1], function(*operands))
    if computed in INTEGER and op == "pow":
        return _integer_power(*operands)
    if computed in REAL and op in ("floor_divide", "remainder"):
        return _exact_division(*operands)[op == "remainder"]
    if computed in COMPLEX and op == "round":
        z = operands[0]
        return np.rint(z.real) + 1j * np.rint(z.imag)
    if op == "imag" and computed not in COMPLEX:
        return np.zeros_like(operands[0])
    if op in ELEMENTARY or (computed in COMPLEX and op in ("divide", "reciprocal", "multiply")):
        return function(*map(_wide, operands))
    if op == "reciprocal":
        return 1 / operands[0]
    return function(*operands)


def _ordered(values):
    """Floats as integers in which neighbours differ by one; both zeros are 0."""
    size = values.dtype.itemsize
    bits = values.view(f"i{size}").astype(np.int64)
    return np.where(bits < 0, np.iinfo(f"i{size}").min - bits, bits)


def ulps(actual, wanted):
    """Steps between two arrays of real floats, 0 for two NaNs and huge for one."""
    a, b = (_ordered(np.ascontiguousarray(x)) for x in (actual, wanted))
    larger, smaller = (f(a, b).astype(np.uint64) for f in (np.maximum, np.minimum))
    steps = (larger - smaller).astype(np.float64)  # modulo 2**64, which no two floats reach
    nan = np.isnan(actual), np.isnan(wanted)
    return np.where(nan[0] & nan[1], 0.0, np.where(nan[0] | nan[1], np.inf, steps))


def tolerance(op, name):
    """In units in the last place; for complex numbers in units of the modulus."""
    name = input_dtype(op, name) or name
    if name in COMPLEX:
        # A few roundings, as tests/test_complex_values.py allows against mpmath.
        return 16 if op in ELEMENTARY else 4
    if op in ELEMENTARY and name in ("float32", "float64"):
        return 2  # what the issue promises
    if op in ELEMENTARY or op in ("floor_divide", "remainder"):
        # A value rounded to float32 and again to 16 bits; a quotient beyond 2**53 rounded twice.
        return 1
    return 0


def assert_same(actual, wanted, tolerance, case):
    """Dtype, shape and values agree, zeros with their sign; case says which one failed."""
    assert actual.dtype == wanted.dtype, f"{case}: dtype {actual.dtype}, expected {wanted.dtype}"
    assert actual.shape == wanted.shape, f"{case}: shape {actual.shape}, expected {wanted.shape}"
    if wanted.dtype.kind == "c":
        # Which part is infinite or NaN is the matter of tests/test_special_values_complex.py.
        bound = tolerance * np.finfo(wanted.dtype).eps
        with np.errstate(all="ignore"):
            close = np.abs(actual - wanted) <= bound * np.abs(wanted)
        finite = np.isfinite(actual), np.isfinite(wanted)
        wrong = np.where(finite[1], ~(close & finite[0]), finite[0])
    elif wanted.dtype.kind in "fV":
        signs = (actual == 0) & (np.signbit(actual) != np.signbit(wanted))
        wrong = (ulps(actual, wanted) > tolerance) | (signs & (wanted == 0))
    else:
        wrong = actual != wanted
    if not np.any(wrong):
        return
    at = tuple(int(i[0]) for i in np.nonzero(np.atleast_1d(wrong)))
    got, want = np.atleast_1d(actual)[at], np.atleast_1d(wanted)[at]
    raise AssertionError(f"{case}: at {at} {got!r}, expected {want!r}, {np.sum(wrong)} wrong")
