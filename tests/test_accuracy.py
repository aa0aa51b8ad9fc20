"""Elementary functions of real numbers: at most 2 ulp from mpmath over the whole range.

The bound is the project's promise for float32 and float64. 16-bit floats are computed in float32
and rounded once, which is half an ulp and the seldom double rounding.
"""

import importlib.util
import math
from pathlib import Path

import mpmath
import numpy as np
import op_reference as ref
import pytest

import arrayforge as xp


def _load_benchmark():
    path = Path(__file__).parent.parent / "benchmarks" / "accuracy.py"
    spec = importlib.util.spec_from_file_location("arrayforge_accuracy", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


accuracy = _load_benchmark()
LIMIT = 2.0
DTYPES = ("float32", "float64")

# Angles next to a multiple of pi/2, where the reduction loses most digits (Muller, "Elementary
# Functions": 6381956970095103 * 2**797 is the worst of float64), and the largest ones.
ANGLES = [6381956970095103.0 * 2.0**797, 1e22, 1e16, 2.0**1023, 1.7976931348623157e308]
ANGLES += [math.pi, math.pi / 2, 3 * math.pi / 4, 2.0**20, 2.0**20 + 0.5, 1048577.25, 355.0]
ANGLES += [103993.0, 5e-324, 2.0**-1022, 1e-9, 16367173.0 * 2.0**72, 8388608.5, 3.0e38]
AROUND_ONE = [1 + s * 2.0**-k for k in range(1, 53) for s in (1, -1)]
TINY = [2.0**-k for k in (10, 20, 26, 27, 28, 30, 53, 54, 100, 149, 150, 1022, 1060, 1074)]
EXPONENTS = [709.78, 709.79, 710.4, 710.5, 745.1, 745.2, 88.72, 88.73, 89.4, 103.9, 104.0, 0.5]
EXPONENTS += [math.log(2) / 2, math.log(2), 22.0, 19.0, 9.0, 0.34657359, 0.35]

# Near multiples of pi/2, at the ends of reductions and tables, and where a kernel changes its way.
CORNERS = """
0x1.921fb4p0 0x1.921fb6p0 0x1.5fe0f6p3 0x1.2d97c8p1 0x1.7dba24p20 0x1.fffffep16 0x1.000002p17
0x1.f0a9p30 0x1.6a09e6p-1 0x1.6a09e8p-1 0x1.6a09e6p0 0x1.fffffep-1 0x1.000002p0 0x1.000002p-1
0x1.fffffep-2 0x1.62e43p-2 0x1.0a2b24p3 0x1p-12 0x1p-24 0x1p-40 0x1p60 0x1p64 0x1p100
0x1.fffffep127 0x1p-126 0x1.fffffcp-127 0x1p-149 0x1p-140 0x1p-1022 0x1p-1074
0x1.fffffffffffffp1023 0x1.1542457337d43p3 0x1.5d58a0p6 0x1.154244p3
"""
EVERYWHERE = [float.fromhex(x) for x in CORNERS.split()]

NASTY = dict.fromkeys(("sin", "cos", "tan"), ANGLES + TINY)
NASTY |= dict.fromkeys(("asin", "acos", "atan", "atanh"), AROUND_ONE + TINY)
NASTY |= dict.fromkeys(("exp", "expm1", "sinh", "cosh", "tanh"), EXPONENTS + TINY)
NASTY |= {name: AROUND_ONE + TINY + [1e308, 3e38] for name in ("log", "log2", "log10")}
NASTY |= {"log1p": AROUND_ONE + TINY + [1e308], "acosh": AROUND_ONE + [2.0**k for k in range(60)]}
NASTY |= {"asinh": AROUND_ONE + TINY + [2.0**k for k in range(60)]}


def errors(name, results, arguments, dtype):
    """The largest error in ulp, with the arguments where it occurs."""
    table = accuracy.UNARY | accuracy.BINARY
    reference = accuracy._real(table[name])
    largest = (0.0, None)
    with mpmath.workprec(accuracy.PRECISION):
        for got, *args in zip(results.tolist(), *(a.tolist() for a in arguments), strict=True):
            true = reference(*(mpmath.mpf(a) for a in args))
            error = accuracy.error_in_ulp(got, true, np.dtype(dtype))
            largest = max(largest, (error, args), key=lambda pair: pair[0])
    return largest


def test_the_benchmark_knows_every_function():
    assert set(accuracy.UNARY) | set(accuracy.BINARY) == ref.ELEMENTARY


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", accuracy.UNARY)
def test_nasty_points(name, dtype):
    with np.errstate(over="ignore", under="ignore"):
        x = np.array(NASTY[name] + EVERYWHERE).astype(dtype)
    x = np.unique(np.concatenate([x, -x]))
    x = x[np.isfinite(x) & (x != 0)]
    error, where = errors(name, np.asarray(getattr(xp, name)(xp.asarray(x))), [x], dtype)
    assert error <= LIMIT, f"{name} {dtype}: {error} ulp at {where}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*accuracy.UNARY, *accuracy.BINARY])
def test_sampled_points(name, dtype):
    with mpmath.workprec(accuracy.PRECISION):
        rng = np.random.default_rng(7)
        error, where, count = accuracy.worst(name, np.dtype(dtype), 400, rng)
    assert count > 150
    assert error <= LIMIT, f"{name} {dtype}: {error} ulp at {where}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*accuracy.UNARY, *accuracy.BINARY])
def test_layouts_show_no_difference(name, dtype):
    """Strided operands and the tails of vectors take other loops; the bits stay."""
    rng = np.random.default_rng(17)
    if name in accuracy.UNARY:
        arguments = [accuracy.points(name, np.dtype(dtype), 203, rng)]
    else:
        arguments = [*accuracy.pairs(name, np.dtype(dtype), 203, rng)]
    function = getattr(xp, name)
    whole = np.asarray(function(*map(xp.asarray, arguments)))
    spread = np.asarray(function(*(xp.asarray(np.repeat(a, 2))[::2] for a in arguments)))
    pieces = [function(*(xp.asarray(a[i : i + 1]) for a in arguments)) for i in range(whole.size)]
    np.testing.assert_array_equal(spread, whole)
    np.testing.assert_array_equal(np.asarray(xp.concat(pieces)), whole)


PAIRS = [
    (a, b)
    for a in (1 + 2.0**-23, 1 - 2.0**-24, 2.0, 0.1, 1e30, 1e-30, 1.0, 3.0)
    for b in (0.5, -0.5, 2.0, 3.0, 33.0, -1.0, 1e-3, 127.5, 1e9, -1e9, 1e-30)
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", accuracy.BINARY)
def test_nasty_pairs(name, dtype):
    x, y = (np.array(column).astype(dtype) for column in zip(*PAIRS, strict=True))
    if name != "pow":
        x, y = np.concatenate([x, -x, x, y]), np.concatenate([y, y, np.nextafter(x, 0), x])
    error, where = errors(
        name, np.asarray(getattr(xp, name)(xp.asarray(x), xp.asarray(y))), [x, y], dtype
    )
    assert error <= LIMIT, f"{name} {dtype}: {error} ulp at {where}"


@pytest.mark.parametrize("name", accuracy.UNARY)
def test_every_float16(name):
    """All of them against float64, rounded once."""
    x = np.arange(2**16, dtype=np.uint16).view(np.float16)
    with np.errstate(all="ignore"):
        wanted = getattr(np, name)(x.astype(np.float64)).astype(np.float16)
    got = np.asarray(getattr(xp, name)(xp.asarray(x)))
    steps = ref.ulps(got, wanted)
    at = int(np.argmax(steps))
    assert steps[at] <= 1, f"{name}({x[at]}): {got[at]}, expected {wanted[at]}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "sqrt", "reciprocal"])
def test_arithmetic_rounds_once(name, dtype):
    """Against NumPy bit by bit: IEEE 754 leaves no choice."""
    rng = np.random.default_rng(3)
    size = np.dtype(dtype).itemsize
    bits = rng.integers(0, 2 ** (8 * size) - 1, (2, 5000), dtype=f"u{size}", endpoint=True)
    x, y = bits.view(dtype)
    operands = (x, y) if name in ref.BINARY else (x,)
    with np.errstate(all="ignore"):
        wanted = 1 / x if name == "reciprocal" else getattr(np, name)(*operands)
    got = np.asarray(getattr(xp, name)(*map(xp.asarray, operands)))
    np.testing.assert_array_equal(got, wanted)
    zeros = wanted == 0
    np.testing.assert_array_equal(np.signbit(got)[zeros], np.signbit(wanted)[zeros])


@pytest.mark.parametrize("dtype", DTYPES)
def test_logaddexp_next_to_zero(dtype):
    """The larger operand nearly zero, and sums of exponentials nearly one."""
    rng = np.random.default_rng(11)
    high = rng.normal(size=300) * 10.0 ** rng.integers(-7, 0, 300)
    low = -(10.0 ** rng.uniform(-1, 1.2, 300))
    nearly = -(10.0 ** rng.uniform(-3, 0, 300))
    other = np.log(-np.expm1(nearly)) * (
        1 + rng.normal(size=300) * 10.0 ** rng.uniform(-8, -1, 300)
    )
    x = np.concatenate([high, low, nearly]).astype(dtype)
    y = np.concatenate([low, high, other]).astype(dtype)
    results = np.asarray(xp.logaddexp(xp.asarray(x), xp.asarray(y)))
    error, where = errors("logaddexp", results, [x, y], dtype)
    assert error <= LIMIT, f"{dtype}: {error} ulp at {where}"


@pytest.mark.parametrize("dtype", DTYPES)
def test_quotients_are_exact(dtype):
    """floor_divide and remainder up to the last integer that has a neighbour: no tolerance."""
    rng = np.random.default_rng(13)
    digits = np.finfo(dtype).nmant + 1
    y = (rng.uniform(0.1, 10, 3000) * rng.choice([-1, 1], 3000)).astype(dtype)
    x = (y * 2.0 ** rng.uniform(-3, digits - 1e-3, 3000)).astype(dtype)
    quotients = rng.integers(1, 2 ** (digits // 2), 1000).astype(dtype)
    x[:1000] = y[:1000] * quotients  # nearly whole, before or behind
    for name, wanted in (
        ("floor_divide", ref.expected("floor_divide", x, y)),
        ("remainder", ref.expected("remainder", x, y)),
    ):
        got = np.asarray(getattr(xp, name)(xp.asarray(x), xp.asarray(y)))
        ref.assert_same(got, wanted, 0, f"{name} {dtype}")


@pytest.mark.parametrize("dtype", DTYPES)
def test_powers_of_integers_are_exact(dtype):
    """What the dtype can hold comes out without rounding, as a reader of 11.0**2 expects."""
    largest = 2 ** (np.finfo(dtype).nmant + 1)
    pairs = [(b, k) for b in range(2, 1000) for k in range(1, 54) if b**k <= largest]
    x, y = (np.array(column).astype(dtype) for column in zip(*pairs, strict=True))
    wanted = np.array([float(b**k) for b, k in pairs]).astype(dtype)
    np.testing.assert_array_equal(np.asarray(xp.pow(xp.asarray(x), xp.asarray(y))), wanted)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "name", ["sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "expm1", "log1p"]
)
def test_subnormals_come_back(name, dtype):
    """f(x) rounds to x here: an algorithm that halves its argument loses a bit."""
    step = np.finfo(dtype).smallest_subnormal
    x = np.arange(1, 300).astype(dtype) * step
    x = np.concatenate([x, -x])
    np.testing.assert_array_equal(np.asarray(getattr(xp, name)(xp.asarray(x))), x)


@pytest.mark.parametrize("dtype", DTYPES)
def test_values_that_are_exact(dtype):
    """No ulp away: logarithms of powers of their base, and where tanh has reached 1."""
    x = np.array([10.0**k for k in range(11 if dtype == "float32" else 23)]).astype(dtype)
    np.testing.assert_array_equal(np.asarray(xp.log10(xp.asarray(x))), np.arange(x.size))
    k = np.arange(np.finfo(dtype).minexp, np.finfo(dtype).maxexp)
    x = np.ldexp(np.ones(k.size, dtype), k)
    np.testing.assert_array_equal(np.asarray(xp.log2(xp.asarray(x))), k)
    x = np.array([20.0, 66.0, 1e30, np.inf]).astype(dtype)
    np.testing.assert_array_equal(np.asarray(xp.tanh(xp.asarray(x))), np.ones(4))
    np.testing.assert_array_equal(np.asarray(xp.tanh(xp.asarray(-x))), -np.ones(4))
