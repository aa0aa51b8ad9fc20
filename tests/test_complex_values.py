"""Complex elementwise functions: accuracy against mpmath, layouts, the ends of the range."""

import math

import mpmath
import numpy as np
import pytest

import arrayforge as xp

INF = math.inf

DTYPES = [("complex64", 2e-6), ("complex128", 4e-15)]


def evaluate(name, values, dtype):
    result = getattr(xp, name)(*(xp.asarray(v, dtype=getattr(xp, dtype)) for v in values))
    return np.asarray(result)


REFERENCE = {
    "expm1": lambda z: mpmath.exp(z) - 1,
    "log1p": lambda z: mpmath.log(1 + z),
    "log2": lambda z: mpmath.log(z) / mpmath.log(2),
    "log10": mpmath.log10,
    "reciprocal": lambda z: 1 / z,
    "sign": lambda z: z / abs(z),
    "square": lambda z: z * z,
    "divide": lambda x, y: x / y,
    "multiply": lambda x, y: x * y,
    "pow": lambda x, y: mpmath.exp(y * mpmath.log(x)),
}
UNARY = [
    "exp",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "sqrt",
    "square",
    "reciprocal",
    "sign",
]


def sample(seed, n=60):
    """Moduli from 1e-9 to 10, all directions, and the neighbourhood of the unit circle."""
    rng = np.random.default_rng(seed)
    direction = np.exp(1j * rng.uniform(-np.pi, np.pi, 2 * n))
    modulus = np.concatenate([np.exp(rng.uniform(-20, 2, n)), 1 + rng.uniform(-1e-3, 1e-3, n)])
    return modulus * direction


def assert_close(name, operands, dtype, tolerance):
    """The error relative to the modulus: a few roundings of float32 or float64."""
    operands = [x.astype(dtype) for x in operands]
    results = evaluate(name, [x.tolist() for x in operands], dtype)
    reference = REFERENCE.get(name) or getattr(mpmath, name)
    with mpmath.workprec(300):
        for result, *values in zip(results.tolist(), *(x.tolist() for x in operands), strict=True):
            expected = reference(*(mpmath.mpc(v) for v in values))
            assert abs(result - expected) <= tolerance * abs(expected), values


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
@pytest.mark.parametrize("name", UNARY)
def test_unary_accuracy(name, dtype, tolerance):
    assert_close(name, [sample(1)], dtype, tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
@pytest.mark.parametrize("name", ["multiply", "divide", "pow"])
def test_binary_accuracy(name, dtype, tolerance):
    assert_close(name, [sample(2), sample(3)[::-1]], dtype, tolerance)


def test_logarithms_keep_small_real_parts():
    """Real parts of about 1e-17 and 1e-24 against mpmath, to four roundings of float64."""
    cases = {"log": 0.6 + 0.8j, "log1p": -5e-13 + 1e-6j}
    with mpmath.workprec(300):
        for name, value in cases.items():
            result = evaluate(name, [[value]], "complex128")[0]
            expected = (REFERENCE.get(name) or mpmath.log)(mpmath.mpc(value)).real
            assert abs(result.real - expected) <= 1e-15 * abs(expected)


@pytest.mark.parametrize(("dtype", "big"), [("complex64", 2.0**100), ("complex128", 2.0**1000)])
def test_no_overflow_or_underflow_on_the_way(dtype, big):
    for scale in (big, 1 / big):
        z = [complex(3 * scale, 4 * scale)]
        assert evaluate("abs", [z], dtype)[0] == 5 * scale
        assert evaluate("divide", [z, z], dtype)[0] == 1
        # Fractions of a power of two times 1/25: a rounding or two of the dtype.
        expected = np.asarray([(3 - 4j) / 25 / scale], dtype=dtype)
        rtol = 4 * np.finfo(dtype).eps
        np.testing.assert_allclose(evaluate("reciprocal", [z], dtype), expected, rtol=rtol)


def test_real_divisor_divides_the_parts():
    quotient = evaluate("divide", [[1 + 2j, 5 - 1j, 1 + 1j], [3, 3, 0]], "complex128")
    assert quotient.tolist()[:2] == [complex(1 / 3, 2 / 3), complex(5 / 3, -1 / 3)]
    assert (quotient[2].real, quotient[2].imag) == (INF, INF)


def test_integer_powers_of_gaussian_integers_are_exact():
    x, y = [1 + 2j, 2 + 1j, -3 + 1j, 1j], [2, 10, 5, 4]
    expected = [(-3 + 4j), (-237 - 3116j), (12 + 316j), 1]
    assert evaluate("pow", [x, y], "complex128").tolist() == expected
    assert evaluate("pow", [[0, 5j], [0, 0]], "complex128").tolist() == [1, 1]


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "equal", "not_equal"])
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_layouts_agree(name, dtype):
    """The loops for arrays, scalars and strides give the same bits."""
    function = getattr(xp, name)
    x = xp.asarray(sample(4, 100).astype(dtype))
    y = xp.asarray(sample(5, 100).astype(dtype))
    whole = np.asarray(function(x, y))
    np.testing.assert_array_equal(np.asarray(function(x[::3], y[::3])), whole[::3])
    np.testing.assert_array_equal(np.asarray(function(x[::-1], y[::-1])), whole[::-1])
    np.testing.assert_array_equal(np.asarray(function(x, y[7]))[7], whole[7])
    np.testing.assert_array_equal(np.asarray(function(x[7], y))[7], whole[7])
