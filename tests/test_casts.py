"""astype between all dtypes: one rounding, wrap-around, and NumPy's values where it has them."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import op_reference as ref
import pytest

import arrayforge as xp


def cast(values, dtype):
    return ref.host(xp.astype(ref.device_array(values), getattr(xp, dtype)))


DIGITS = {"float16": (11, -24, 65504), "bfloat16": (8, -133, None), "float32": (24, -149, None)}
LARGEST = {"float16": Fraction(65504), "bfloat16": Fraction(255 * 2**120)}
LARGEST |= {"float32": Fraction((2**24 - 1) * 2**104)}


def rounded(value, dtype):
    """The nearest number of the dtype, ties to even, by exact arithmetic."""
    digits, smallest, _ = DIGITS[dtype]
    exact = abs(Fraction(value))
    if exact == 0:
        return value * 0.0
    exponent = max(exact.numerator.bit_length() - exact.denominator.bit_length() - digits, smallest)
    while exact / Fraction(2) ** exponent >= 2**digits:
        exponent += 1
    units = round(exact / Fraction(2) ** exponent)  # ties to even
    result = units * Fraction(2) ** exponent
    result = float("inf") if result > LARGEST[dtype] else float(result)
    return -result if value < 0 else result


def check_against_exact(values, dtype):
    got = cast(values, dtype).astype(np.float64).tolist()
    for value, result in zip(values.tolist(), got, strict=True):
        assert result == rounded(value, dtype), f"{value!r} {values.dtype} to {dtype}: {result}"


def near_ties(dtype):
    """float64 next to the middle of two neighbours, where rounding twice goes wrong."""
    rng = np.random.default_rng(1)
    digits, smallest, _ = DIGITS[dtype]
    units = rng.integers(2 ** (digits - 1), 2**digits, 400).astype(np.float64) + 0.5
    scale = 2.0 ** rng.integers(-30, 4, 400)
    scale[:100] = 2.0**smallest
    units[:100] = np.floor(rng.uniform(0, 2 ** (digits - 1), 100)) + 0.5
    middle = units * scale
    values = [middle * (1 + k * 2.0**-52) for k in (-1, 0, 1, 3, -100, 100)]
    values += [np.nextafter(middle, 0), np.nextafter(middle, np.inf)]
    return np.concatenate([*values, *(-v for v in values)])


@pytest.mark.parametrize("dtype", DIGITS)
def test_float64_rounds_once(dtype):
    check_against_exact(near_ties(dtype), dtype)
    edges = np.array([65504.0, 65519.999999, 65520.0, 65520.0000001, 3.4e38, 3.3961775e38, 1e300])
    smallest = float(ml_dtypes.finfo(ref.np_dtype(dtype)).smallest_subnormal)
    edges = np.concatenate([edges, smallest * np.array([0.5, 0.5000001, 1, 1.5, 0.49999])])
    check_against_exact(np.concatenate([edges, -edges]), dtype)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_float32_rounds_once(dtype):
    with np.errstate(under="ignore"):
        check_against_exact(near_ties(dtype).astype(np.float32), dtype)


@pytest.mark.parametrize("dtype", DIGITS)
@pytest.mark.parametrize("source", ["int32", "uint32", "int64", "uint64"])
def test_integers_round_once(source, dtype):
    digits = DIGITS[dtype][0]
    info = np.iinfo(source)
    values = {0, 1, int(info.max), int(info.min), int(info.max) - 1, int(info.max) // 2}
    for bits in range(digits, info.bits):
        middle = (1 << bits) + (1 << (bits - digits))
        odd = middle + (1 << (bits - digits + 1))
        for value in (middle, odd):
            values |= {value - 1, value, value + 1, -value - 1, -value, 1 - value}
    values = sorted(v for v in values if info.min <= v <= info.max)
    check_against_exact(np.array(values, dtype=source), dtype)


@pytest.mark.parametrize("source", ["int64", "uint64"])
def test_long_integers_to_float64(source):
    info = np.iinfo(source)
    values = [2**53 + 1, 2**53 + 3, 2**62 + 257, 2**63 - 1, info.max, info.max - 1024, info.min]
    x = np.array(values, dtype=source)
    assert cast(x, "float64").tolist() == [float(int(v)) for v in x]


@pytest.mark.parametrize("dtype", ref.HALF)
def test_half_round_trip(dtype):
    """Every bit pattern survives float32 and float64; NaNs stay NaNs."""
    infinity = 0x7C00 if dtype == "float16" else 0x7F80
    every = np.arange(2**16, dtype=np.uint16).view(ref.np_dtype(dtype))
    x = xp.asarray(every) if dtype == "float16" else ref.device_array(every)
    for wide in ("float32", "float64"):
        there = xp.astype(x, getattr(xp, wide))
        back = ref.host(xp.astype(there, getattr(xp, dtype)))
        number = (every.view(np.uint16) & 0x7FFF) <= infinity
        np.testing.assert_array_equal(back.view(np.uint16)[number], every.view(np.uint16)[number])
        assert ((back.view(np.uint16) & 0x7FFF) > infinity)[~number].all()
        np.testing.assert_array_equal(ref.host(there)[number], every[number].astype(wide))


@pytest.mark.parametrize("dtype", ref.HALF)
def test_nextafter_steps_through_every_number(dtype):
    every = np.arange(0x7C00 if dtype == "float16" else 0x7F80, dtype=np.uint16)
    x = ref.device_array(every.view(ref.np_dtype(dtype)))
    for sign, away in ((1, np.inf), (-1, -np.inf)):
        signed = xp.multiply(x, float(sign))
        up = ref.host(xp.nextafter(signed, away)).view(np.uint16) & 0x7FFF
        np.testing.assert_array_equal(up, every + 1)
        down = ref.host(xp.nextafter(signed, 0.0)).view(np.uint16) & 0x7FFF
        np.testing.assert_array_equal(down[1:], every[:-1])


@pytest.mark.parametrize("source", ref.DTYPES)
def test_every_cast(source):
    """NumPy's values, of what is representable; layouts that go through the strided loops too."""
    with np.errstate(all="ignore"):
        values = ref.samples(source)
        if source in ref.FLOATING:
            values = values[np.isfinite(values)]
        for target in ref.DTYPES:
            fits = values
            if target in ref.INTEGER and source in ref.FLOATING:
                info, real = np.iinfo(target), np.real(values).astype(np.float64)
                fits = values[(real > float(info.min) - 1) & (real < float(info.max))]
            to = ref.np_dtype(target)
            if source in ref.COMPLEX and target not in (*ref.COMPLEX, "bool"):
                with pytest.raises(TypeError, match=r"^astype\(\): "):
                    cast(fits, target)
                continue
            if target == "bool":
                wanted = fits != 0
            else:
                via = fits.astype(np.float64) if "bfloat16" in (source, target) else fits
                wanted = (via if target not in ref.INTEGER else fits.astype(via.dtype)).astype(to)
            case = f"{source} to {target}"
            exact = "bfloat16" not in (source, target) or source in ("bool", "float32", "float16")
            tolerance = 0 if exact else 1  # the reference rounds integers twice
            ref.assert_same(cast(fits, target), wanted, tolerance, case)
            array = ref.device_array(np.repeat(fits, 3))[1::3]
            strided = ref.host(xp.astype(array, getattr(xp, target)))
            ref.assert_same(strided, wanted, tolerance, f"{case} strided")


@pytest.mark.parametrize("target", ref.INTEGER)
def test_floats_out_of_range_do_not_trap(target):
    """C++ leaves these open; here they saturate, and NaN gives 0."""
    info = np.iinfo(target)
    for source in ("float16", "float32", "float64"):
        x = xp.asarray([np.nan, np.inf, -np.inf], dtype=getattr(xp, source))
        result = ref.host(xp.astype(x, getattr(xp, target)))
        assert result[0] == 0
        assert result[1] == info.max
        if info.min < 0:
            assert result[2] == info.min


def test_integers_wrap():
    x = xp.asarray([300, -1, 2**40 + 5, -(2**31) - 1], dtype=xp.int64)
    for target in ref.INTEGER:
        wanted = ref.host(x).astype(target)
        np.testing.assert_array_equal(ref.host(xp.astype(x, getattr(xp, target))), wanted)
