"""The special cases of the standard for complex numbers a + bj, and the symmetries they imply."""

import math

import numpy as np
import pytest
from special_cases import EVERY, members, outcome, rows

import arrayforge as xp

# a, b, real part, imaginary part.
TABLES = {
    "acos": """
        +-0 0 pi/2 -0;  +-0 nan pi/2 nan;  finite inf pi/2 -inf;  nonzero nan nan nan
        -inf + pi -inf;  inf + 0 -inf;  -inf inf 3pi/4 -inf;  inf inf pi/4 -inf
        +-inf nan nan ?inf;  nan finite nan nan;  nan inf nan -inf;  nan nan nan nan""",
    "acosh": """
        +-0 0 0 pi/2;  finite inf inf pi/2;  nonzero nan nan nan;  0 nan nan ?pi/2
        -inf + inf pi;  inf + inf 0;  -inf inf inf 3pi/4;  inf inf inf pi/4
        +-inf nan inf nan;  nan finite nan nan;  nan inf inf nan;  nan nan nan nan""",
    "asinh": """
        0 0 0 0;  + inf inf pi/2;  finite nan nan nan;  inf + inf 0;  inf inf inf pi/4
        nan 0 nan 0;  nan nonzero nan nan;  nan inf ?inf nan;  nan nan nan nan""",
    "atanh": """
        0 0 0 0;  0 nan 0 nan;  1 0 inf 0;  + inf 0 pi/2;  nonzero nan nan nan
        inf + 0 pi/2;  inf inf 0 pi/2;  inf nan 0 nan;  nan finite nan nan
        nan inf ?0 pi/2;  nan nan nan nan""",
    "cosh": """
        0 0 1 0;  0 inf nan ?0;  0 nan nan ?0;  nonzero inf nan nan;  nonzero nan nan nan
        inf 0 inf 0;  inf nonzero inf*cos(b) inf*sin(b);  inf inf ?inf nan;  inf nan inf nan
        nan +-0 nan ?0;  nan nonzero nan nan;  nan nan nan nan""",
    "exp": """
        +-0 0 1 0;  finite inf nan nan;  finite nan nan nan;  inf 0 inf 0
        -inf finite 0*cos(b) 0*sin(b);  inf nonzero inf*cos(b) inf*sin(b)
        -inf inf ?0 ?0;  inf inf ?inf nan;  -inf nan ?0 ?0;  inf nan ?inf nan
        nan 0 nan 0;  nan nonzero nan nan;  nan +-inf nan nan;  nan nan nan nan""",
    "expm1": """
        +-0 0 0 0;  finite inf nan nan;  finite nan nan nan;  inf 0 inf 0
        -inf finite -1 0*sin(b);  inf nonzero inf*cos(b) inf*sin(b);  -inf inf -1 ?0
        inf inf ?inf nan;  -inf nan -1 ?0;  inf nan ?inf nan;  nan 0 nan 0
        nan nonzero nan nan;  nan +-inf nan nan;  nan nan nan nan""",
    "log": """
        -0 0 -inf pi;  0 0 -inf 0;  finite inf inf pi/2;  finite nan nan nan
        -inf + inf pi;  inf + inf 0;  -inf inf inf 3pi/4;  inf inf inf pi/4
        +-inf nan inf nan;  nan finite nan nan;  nan inf inf nan;  nan nan nan nan""",
    "log1p": """
        -1 0 -inf 0;  finite inf inf pi/2;  finite nan nan nan
        -inf + inf pi;  inf + inf 0;  -inf inf inf 3pi/4;  inf inf inf pi/4
        +-inf nan inf nan;  nan finite nan nan;  nan inf inf nan;  nan nan nan nan""",
    "sign": """
        +-0 +-0 0 0;  nan any nan nan;  any nan nan nan
        + 0 1 0;  - 0 -1 0;  0 + 0 1;  0 - 0 -1""",
    "sinh": """
        0 0 0 0;  0 inf ?0 nan;  0 nan ?0 nan;  + inf nan nan;  + nan nan nan;  inf 0 inf 0
        inf + inf*cos(b) inf*sin(b);  inf inf ?inf nan;  inf nan ?inf nan
        nan 0 nan 0;  nan nonzero nan nan;  nan nan nan nan""",
    "sqrt": """
        +-0 0 0 0;  any inf inf inf;  finite nan nan nan;  -inf + 0 inf;  inf + inf 0
        -inf nan nan ?inf;  inf nan inf nan;  nan finite nan nan;  nan nan nan nan""",
    "tanh": """
        0 0 0 0;  nonzero inf nan nan;  0 inf 0 nan;  nonzero nan nan nan;  0 nan 0 nan
        inf + 1 0;  inf inf 1 ?0;  inf nan 1 ?0;  nan 0 nan 0;  nan nonzero nan nan
        nan nan nan nan""",
    "abs": """
        +-inf any inf -;  any +-inf inf -;  +-0 + |x2| -;  - +-0 |x1| -;  + +-0 |x1| -
        nan finite nan -;  finite nan nan -;  nan nan nan -""",
    "isfinite": "nan any 0 -; any nan 0 -; +-inf any 0 -; any +-inf 0 -; finite finite 1 -",
    "isinf": "+-inf any 1 -; any +-inf 1 -; nan finite 0 -; finite nan 0 -; finite finite 0 -",
    "isnan": "nan any 1 -; any nan 1 -; number number 0 -",
    "conj": "number 0 x1 -0; number inf x1 -inf; inf -inf inf inf; nan 0 nan -0",
    "negative": "0 0 -0 -0; -0 inf 0 -inf; inf -0 -inf 0; nan 1 nan -1",
    "round": "2.5 -0.5 2 -0; inf 0.5 inf 0; nan 1.5 nan 2; -0 inf -0 inf",
}
TRIGONOMETRIC = [*("sin", "cos", "tan", "asin", "acos", "atan"), "sign", "sqrt", "square"]
HYPERBOLIC = ["sinh", "cosh", "tanh", "asinh", "acosh", "atanh"]
EXPONENTIAL = ["exp", "expm1", "log", "log1p", "log2", "log10"]
DTYPES = {"complex64": (np.float32, 2e-7), "complex128": (np.float64, 3e-16)}


def cases(text, part):
    """(a, b, wanted real part, wanted imaginary part), each wanted with whether its sign counts."""
    for first, second, real, imag in rows(text.replace(";", "\n")):
        for a in members(first, part):
            for b in members(second, part):
                # cis() of the operand as the dtype holds it.
                held = (a, float(part(b)) if math.isfinite(b) else b)
                yield a, b, outcome(real, *held), None if imag == "-" else outcome(imag, *held)


def agrees(got, wanted, rounding):
    value, signed = wanted
    if math.isnan(value):
        return math.isnan(got)
    if value == 0 or math.isinf(value):
        return abs(got) == abs(value) and (
            not signed or math.copysign(1, got) == math.copysign(1, value)
        )
    got = got if signed else math.copysign(got, value)
    return abs(got - value) <= rounding * abs(value)


def complex_array(a, b, dtype):
    z = np.empty(len(a), dtype)
    with np.errstate(over="ignore", under="ignore"):
        z.real, z.imag = a, b
    return xp.asarray(z)


def parts(result):
    """Real and imaginary parts as float64; those of real results are zeros."""
    z = np.asarray(result)
    return z.real.astype(np.float64), z.imag.astype(np.float64)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", TABLES)
def test_special_cases(name, dtype):
    part, rounding = DTYPES[dtype]
    table = list(cases(TABLES[name], part))
    function = getattr(xp, name)
    x = complex_array([row[0] for row in table], [row[1] for row in table], dtype)
    forms = {"vector": function(x), "strided": function(xp.repeat(x, 2)[::2])}
    forms["0-d"] = xp.stack([function(z) for z in x])
    for layout, result in forms.items():
        re, im = parts(result)
        for (a, b, real, imag), p, q in zip(table, re.tolist(), im.tolist(), strict=True):
            message = f"{name}({a}, {b}) {dtype} {layout}: {p}, {q}; expected {real}, {imag}"
            assert agrees(p, real, rounding), message
            assert imag is None or agrees(q, imag, rounding), message


def plane(dtype):
    """Every pair of special parts."""
    values = [x for x in EVERY if x == x or math.copysign(1, x) > 0]
    return complex_array(*(g.ravel() for g in np.meshgrid(values, values, indexing="ij")), dtype)


def assert_same_parts(name, x, actual, wanted):
    """Equal up to two roundings; a NaN in x or beside it leaves the signs of the rest open."""
    bound = 4 * np.finfo(np.asarray(wanted).dtype).eps
    actual, wanted = parts(actual), parts(wanted)
    open_sign = np.isnan(wanted[0]) | np.isnan(wanted[1]) | np.isnan(np.asarray(x))
    for got, want in zip(actual, wanted, strict=True):
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        with np.errstate(invalid="ignore", over="ignore"):
            same |= np.abs(got - want) <= bound * np.abs(want)
        same |= open_sign & (np.abs(got) == np.abs(want))
        same &= open_sign | (want != 0) | (np.signbit(got) == np.signbit(want))
        assert same.all(), f"{name}: element {np.argmin(same)}"


def assert_same_sizes(name, actual, wanted):
    """The absolute values of both parts, up to two roundings, and NaN in the same places."""
    bound = 4 * np.finfo(np.asarray(wanted).dtype).eps
    for got, want in zip(parts(actual), parts(wanted), strict=True):
        np.testing.assert_allclose(np.abs(got), np.abs(want), rtol=bound, err_msg=name)


def times_i(z, sign=1.0):
    """z times sign * 1j, exactly: (a, b) becomes (-b, a)."""
    z = np.asarray(z)
    return complex_array(-sign * z.imag, sign * z.real, z.dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*TRIGONOMETRIC, *HYPERBOLIC, *EXPONENTIAL])
def test_conjugates_have_conjugate_values(name, dtype):
    x, function = plane(dtype), getattr(xp, name)
    assert_same_sizes(name, function(x), function(xp.conj(x)))
    inner = xp.isfinite(x) & (xp.imag(x) != 0) & (xp.real(x) != 0) & xp.isfinite(function(x))
    x = x[inner]
    assert_same_parts(name, x, function(x), xp.conj(function(xp.conj(x))))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("name", "other"),
    [("sin", "sinh"), ("tan", "tanh"), ("asin", "asinh"), ("atan", "atanh")],
)
def test_circular_functions_are_hyperbolic_ones_of_a_turned_argument(name, other, dtype):
    """The standard defines their special cases by f(z) = -1j * g(1j * z)."""
    x = plane(dtype)
    turned = times_i(getattr(xp, other)(times_i(x)), -1.0)
    assert_same_parts(name, x, getattr(xp, name)(x), turned)


@pytest.mark.parametrize("dtype", DTYPES)
def test_cos_is_cosh_of_a_turned_argument(dtype):
    x = plane(dtype)
    assert_same_parts("cos", x, xp.cos(x), xp.cosh(times_i(x)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["asinh", "atanh", "sinh", "tanh", "asin", "atan", "sin", "tan"])
def test_odd_functions(name, dtype):
    x, function = plane(dtype), getattr(xp, name)
    assert_same_sizes(name, function(x), function(-x))
    x = x[xp.isfinite(x) & xp.isfinite(function(x))]
    assert_same_parts(name, x, function(x), -function(-x))


@pytest.mark.parametrize("dtype", DTYPES)
def test_components_of_sums(dtype):
    """Each part of a sum or difference is the one of real numbers."""
    x = plane(dtype)
    y = x[::-1]
    for name in ("add", "subtract"):
        result = getattr(xp, name)(x, y)
        for part in (xp.real, xp.imag):
            wanted = getattr(xp, name)(part(x), part(y))
            np.testing.assert_array_equal(np.asarray(part(result)), np.asarray(wanted))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["multiply", "divide"])
def test_products_of_nan_only(name, dtype):
    z = complex_array([math.nan] * 4, [math.nan] * 4, dtype)
    re, im = parts(getattr(xp, name)(z, z))
    assert np.isnan(re).all()
    assert np.isnan(im).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_equality_with_nan_in_either_part(dtype):
    x = complex_array([math.nan, 1, math.nan, 0.0], [1, math.nan, math.nan, 1], dtype)
    assert np.asarray(x == x).tolist() == [False, False, False, True]
    assert np.asarray(x != x).tolist() == [True, True, True, False]
    zeros = complex_array([0.0, -0.0], [-0.0, 0.0], dtype)
    assert np.asarray(zeros == zeros[::-1]).all()
