"""The short ways of kernels and calls give what the long ones do: lengths around the widths of
vectors, decisive elements in every place, arrays that miss the short way by one property."""

from __future__ import annotations

import numpy as np
import pytest

import arrayforge as xp

LENGTHS = [1, 2, 7, 8, 31, 64, 65, 127, 255, 256, 257, 1000, 2048, 2049, 4097]
NUMBERS = ["int8", "int16", "int32", "int64", "uint8", "uint64", "float32", "float64"]


def draw(dtype: str, *shape: int) -> np.ndarray:
    rng = np.random.default_rng(sum(shape))
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if dtype.startswith("float"):
        return rng.uniform(-1, 1, shape).astype(dtype)
    return rng.integers(0 if dtype[0] == "u" else -100, 100, shape).astype(dtype)


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
def test_extremes(name, dtype):
    for n in LENGTHS:
        x = draw(dtype, n)
        for data in (x, x[::-1], x[::3]):
            assert int(getattr(xp, name)(xp.asarray(data))) == int(getattr(np, name)(data)) or (
                float(getattr(xp, name)(xp.asarray(data))) == float(getattr(np, name)(data))
            )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_nan_anywhere_is_the_extreme(dtype):
    for n in (1, 5, 64, 129, 2050):
        for place in {0, n // 3, n // 2, n - 1}:
            x = draw(dtype, n)
            x[place] = np.nan
            x[n - 1] = np.nan
            mine = xp.asarray(x)
            assert np.isnan(float(xp.max(mine)))
            assert np.isnan(float(xp.min(mine)))
            assert int(xp.argmax(mine)) == place
            assert int(xp.argmin(mine)) == place


def test_the_first_of_equal_extremes_counts():
    x = np.zeros(5000)
    for place in (0, 1, 2047, 2048, 4500):
        x[place:] = 1.0
        assert int(xp.argmax(xp.asarray(x))) == place
        x[:] = 0.0


@pytest.mark.parametrize("dtype", ["bool", *NUMBERS, "complex64"])
def test_counts_and_truths(dtype):
    for n in (*LENGTHS, 300_000):
        for value in (0, 1):
            x = np.full(n, value, dtype=dtype)
            for place in {0, n // 2, n - 1}:
                y = x.copy()
                y[place] = 1 - value
                for data in (x, y):
                    mine = xp.asarray(data)
                    assert int(xp.count_nonzero(mine)) == np.count_nonzero(data)
                    assert bool(xp.any(mine)) is bool(data.any())
                    assert bool(xp.all(mine)) is bool(data.all())


def test_nan_counts_as_true():
    x = xp.asarray([np.nan] * 100)
    assert bool(xp.all(x))
    assert int(xp.count_nonzero(x)) == 100


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "mean", "var", "any", "all"])
def test_reductions_over_few_and_many_rows(name, dtype):
    for rows in (1, 2, 3, 4, 5, 8, 11):
        for columns in (8, 33):
            x = draw(dtype, rows, columns)
            for data in (x, x[:, ::2], x[::-1]):
                for axis in (0, 1):
                    mine = np.asarray(getattr(xp, name)(xp.asarray(data), axis=axis))
                    theirs = getattr(np, name)(data, axis=axis)
                    if dtype == "float32" and name in ("mean", "var"):
                        wide = getattr(np, name)(data.astype("float64"), axis=axis)
                        theirs = wide.astype(dtype)
                    assert mine.dtype == theirs.dtype
                    np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["sum", "max", "min", "argmax", "mean", "var", "any", "all"])
@pytest.mark.parametrize("shape", [(6001, 100), (49, 9000), (300_001,)])
def test_large_reductions_keep_their_bits_on_any_number_of_threads(name, shape):
    for dtype in ("float32", "float64", "int64"):
        x = draw(dtype, *shape)
        mine = xp.asarray(x)
        for axis in (0, -1):
            with xp.threads(1):
                alone = np.asarray(getattr(xp, name)(mine, axis=axis))
            with xp.threads(3):
                together = np.asarray(getattr(xp, name)(mine, axis=axis))
            assert alone.tobytes() == together.tobytes()
            wide = x.astype("float64") if dtype == "float32" else x
            theirs = getattr(np, name)(wide, axis=axis)
            np.testing.assert_allclose(alone, theirs, rtol=1e-6 if dtype == "float32" else 1e-11)


def test_a_nan_in_long_columns_reaches_the_result():
    x = draw("float64", 6001, 100)
    x[5000, 7] = np.nan
    highest = np.asarray(xp.max(xp.asarray(x), axis=0))
    assert np.flatnonzero(np.isnan(highest)).tolist() == [7]
    assert int(xp.argmax(xp.asarray(x), axis=0)[7]) == 5000


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint16", "bool"])
def test_means_and_variances_of_integers_need_no_copy(dtype):
    x = draw(dtype, 300, 40)
    for axis in (None, 0, 1):
        for name in ("mean", "var", "std"):
            mine = np.asarray(getattr(xp, name)(xp.asarray(x), axis=axis))
            assert mine.dtype == np.float64
            np.testing.assert_allclose(mine, getattr(np, name)(x, axis=axis), rtol=1e-12)
    # Sums of int64 wrap; means do not.
    assert float(xp.mean(xp.asarray([2**62] * 8))) == 2.0**62


@pytest.mark.parametrize(
    ("dtype", "bits"), [("int8", 8), ("int32", 32), ("int64", 64), ("uint8", 8), ("uint64", 64)]
)
def test_integer_powers_wrap(dtype, bits):
    rng = np.random.default_rng(0)
    low = 0 if dtype[0] == "u" else -5
    for n in (1, 63, 64, 65, 200):
        base, exponent = rng.integers(low, 100, n), rng.integers(0, 70, n)
        exponent[-1] = min(2 ** (bits - 1) - 1, 2**62)
        mine = xp.asarray(base.astype(dtype)) ** xp.asarray(exponent.astype(dtype))
        modulus = 2**bits
        wanted = [pow(int(a), int(b), modulus) for a, b in zip(base, exponent, strict=True)]
        assert [value % modulus for value in mine.tolist()] == wanted


def test_integer_powers_of_negative_exponents_truncate():
    base, exponent = xp.asarray([1, -1, -1, 2, -7, 3]), xp.asarray([-3, -3, -2, -1, -4, 2])
    assert (base**exponent).tolist() == [1, -1, 1, 0, 0, 9]
    assert (base[::2] ** exponent[::2]).tolist() == [1, 1, 0]


def test_signbit_sees_zeros_and_nans():
    for dtype in (xp.float32, xp.float64):
        x = xp.asarray([0.0, -0.0, np.nan, -np.nan, np.inf, -np.inf, 1.0, -1.0] * 5, dtype=dtype)
        assert xp.signbit(x).tolist() == [False, True] * 20


def test_parts_of_complex_arrays_are_views():
    z = xp.asarray([1 + 2j, 3 + 4j])
    xp.imag(z)[0] = 9.0
    xp.real(z)[1] = 7.0
    assert z.tolist() == [1 + 9j, 7 + 4j]
    with pytest.raises(TypeError, match=r"real\(\)"):
        xp.real([1j])


@pytest.mark.parametrize("shape", [(4,), (2, 3), (1, 5), (0, 3), (), (3, 1, 2)])
def test_short_and_long_calls_agree(shape):
    a = draw("float64", *shape)
    b = np.abs(draw("float64", *shape)) + 0.5
    x, y = xp.asarray(a), xp.asarray(b)
    wide = xp.asarray(b, dtype=xp.float64)
    for mine, theirs in (
        (x + y, a + b),
        (x + 1.0, a + 1.0),
        (2 * x, 2 * a),
        (x + True, a + True),
        (x < y, a < b),
        (x.T + y.T, a.T + b.T),
        (x + xp.asarray(b.astype("float32")), a + b.astype("float32")),
        (-x, -a),
        (xp.sqrt(wide), np.sqrt(b)),
        (xp.asarray(a > 0) & xp.asarray(b > 1), (a > 0) & (b > 1)),
    ):
        result = np.asarray(mine)
        assert result.dtype == theirs.dtype
        assert result.shape == theirs.shape
        np.testing.assert_array_equal(result, theirs)


def test_scalars_outside_the_dtype_are_refused_on_the_short_way_too():
    x = xp.asarray([1, 2], dtype=xp.int8)
    with pytest.raises(OverflowError, match=r"add\(\).*300.*int8"):
        x + 300
    assert (x + 1.5).dtype is xp.float64


def test_slices_with_large_bounds():
    x = xp.asarray([0.0, 1.0, 2.0, 3.0])
    assert x[1 : 2**70].tolist() == [1.0, 2.0, 3.0]
    assert x[-(2**70) : 2].tolist() == [0.0, 1.0]
    assert x[-3:-1].tolist() == [1.0, 2.0]
    assert x[3:1].tolist() == []
    assert x[1:3][0].tolist() == 1.0


def test_attributes_of_any_payload():
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]])
    assert x.dtype is xp.float64
    assert str(x.device) == "cpu"
    assert x.T.tolist() == x.mT.tolist() == [[1.0, 3.0], [2.0, 4.0]]
    with pytest.raises(AttributeError):
        x.dtype = xp.float32
