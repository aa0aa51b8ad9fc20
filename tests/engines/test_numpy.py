"""NumPy as an engine: shared memory, and each correction where NumPy itself goes wrong."""

import math
import warnings

import numpy as np
import pytest
from values import host, same

import arrayforge as xp
from arrayforge import backend

INF, NAN = math.inf, math.nan
REALS = [-INF, -2.5, -1.0, -0.0, 0.0, 0.5, 3.0, INF, NAN]


@pytest.fixture(autouse=True)
def without_warnings():
    """NumPy tells of every NaN and infinity that it makes."""
    with np.errstate(all="ignore"):
        yield


def both(function, *values, dtype="float64"):
    """The result on numpy and that of the cpu backend, whose values are tested by themselves."""
    dtype = getattr(xp, dtype)

    def operands(place):
        for v in values:
            yield v if isinstance(v, float) else xp.asarray(v, dtype=dtype, device=place)

    return [function(*operands(place)) for place in ("numpy", "cpu")]


@pytest.mark.parametrize("exponent", [0.5, [0.5], [[0.5]], 0.25, 2.0, -1.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_power_of_one_half_is_no_square_root(exponent, dtype):
    """pow(-inf, 0.5) is inf and pow(-0, 0.5) is 0; NumPy takes the square root, where it sees one
    exponent for all."""
    found, expected = map(host, both(xp.pow, REALS, exponent, dtype=dtype))
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    zero = expected == 0
    np.testing.assert_array_equal(np.signbit(found)[zero], np.signbit(expected)[zero])


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64"])
def test_negative_powers_of_integers_are_whole_parts(dtype):
    bases = [-3, -2, -1, 0, 1, 2]
    powers = [[-3], [-2], [-1], [0], [2]]
    found, expected = both(xp.pow, bases, powers, dtype=dtype)
    same(found, host(expected))
    for n in (-2, -1, 3):
        found, expected = both(lambda a, n=n: a**n, bases, dtype=dtype)
        same(found, host(expected))
    found, expected = both(lambda a: 2**a, [-1, 0, 3], dtype=dtype)
    same(found, host(expected))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floor_division_by_and_of_infinities(dtype):
    grid = [[x] for x in REALS]
    found, expected = both(xp.floor_divide, grid, REALS, dtype=dtype)
    same(found, host(expected))
    for x in REALS:
        found, expected = both(lambda a, x=x: a // x, REALS, dtype=dtype)
        same(found, host(expected))
        found, expected = both(lambda a, x=x: x // a, REALS, dtype=dtype)
        same(found, host(expected))
    found, expected = both(xp.floor_divide, [-7, 7, 5], [2, -2, 5], dtype="int64")
    same(found, host(expected))


POINTS = [complex(a, b) for a in REALS for b in REALS]


@pytest.mark.parametrize("name", ["expm1", "tanh"])
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_functions_at_infinities_and_zeros(name, dtype):
    found, expected = (host(x) for x in both(getattr(xp, name), POINTS, dtype=dtype))
    for part in ("real", "imag"):
        a, b = getattr(found, part), getattr(expected, part)
        np.testing.assert_allclose(a, b, rtol=1e-5)
    # The signs of zeros that the standard fixes: of zeros, and of limits at infinity.
    for z in (0j, complex(0, -0.0), complex(INF, 3), complex(INF, -2.5)):
        (at,) = (i for i, p in enumerate(POINTS) if repr(p) == repr(z))
        assert np.signbit(found.imag[at]) == np.signbit(expected.imag[at])


def test_elements_are_views_and_scalars_can_be_written():
    raw = np.zeros((2, 3))
    x = xp.from_dlpack(raw)
    element = x[1, 2]
    element[...] = 4.0
    assert raw[1, 2] == 4.0
    total = xp.sum(x)
    total += 1
    total[()] = total * 2
    assert float(total) == 10.0
    assert xp.astype(total, xp.int8).dtype is xp.int8


def test_halves_and_linear_algebra():
    """NumPy's LAPACK knows no float16: it is computed in single precision and rounded."""
    x = xp.asarray([[2.0, 1.0], [1.0, 3.0]], dtype=xp.float16, device="numpy")
    inverse = xp.linalg.inv(x)
    assert (inverse.dtype, inverse.device) == (xp.float16, "numpy")
    np.testing.assert_allclose(host(inverse), [[0.6, -0.2], [-0.2, 0.4]], rtol=2**-9)


def test_numpys_warnings_are_left_to_numpy():
    x = xp.asarray([0.0], device="numpy")
    with np.errstate(divide="warn"), pytest.warns(RuntimeWarning, match="divide by zero"):
        1 / x
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        xp.log(x)
    with np.errstate(all="warn"), warnings.catch_warnings():
        warnings.simplefilter("error")
        xp.floor_divide(xp.asarray([INF], device="numpy"), 0.5)
        xp.tanh(xp.asarray([complex(INF, 1)], device="numpy"))


def test_numpy_computes_everything_itself():
    found = backend.coverage("numpy")
    assert "host" not in found.values()
    assert {n for n, how in found.items() if how == "own"} >= set(backend.PRIMITIVES)
