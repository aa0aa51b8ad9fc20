"""Values of the JAX backend: special cases, every dtype, and what JAX alone would give."""

import math

import numpy as np
import op_reference as ref
import pytest
from jax_engine import DEVICE, compiled_once, jax, on_device, tables  # noqa: F401

import arrayforge as xp

jnp = jax.numpy
real, compound = tables("special_values"), tables("special_values_complex")

# XLA flushes subnormal numbers to zero on processors; see test_subnormal_numbers_are_zeros.
SUBNORMAL = 5e-324


def assert_agree(results, table, agree, case):
    for value, row in zip(results, table, strict=True):
        assert agree(value, row), f"{case} {row}: {value}"


@pytest.mark.parametrize("dtype", real.DTYPES)
@pytest.mark.parametrize("name", real.TABLES)
def test_special_cases(name, dtype):
    function = getattr(xp, name)
    table = [
        row
        for row in real.cases(real.TABLES[name], real.DTYPES[dtype])
        if SUBNORMAL not in map(abs, row[0])
    ]
    columns = [on_device(c, dtype) for c in zip(*(row[0] for row in table), strict=True)]

    def agree(value, row):
        return real.agrees(value, *row[1:], real.ROUNDING[dtype])

    results = xp.astype(function(*columns), xp.float64).tolist()
    assert_agree(results, table, agree, f"{name} {dtype}")
    if len(columns) == 1:
        return
    for scalar in (0.0, -0.0, 1.0, -2.0, math.inf, -math.inf):
        rows = [i for i, row in enumerate(table) if str(row[0][1]) == str(scalar)]
        part = xp.take(columns[0], xp.asarray(rows, dtype=xp.int64, device=DEVICE))
        results = xp.astype(function(part, scalar), xp.float64).tolist()
        assert_agree(results, [table[i] for i in rows], agree, f"{name} {dtype} scalar")


@pytest.mark.parametrize("dtype", compound.DTYPES)
@pytest.mark.parametrize("name", compound.TABLES)
def test_complex_special_cases(name, dtype):
    part, rounding = compound.DTYPES[dtype]
    table = [
        row
        for row in compound.cases(compound.TABLES[name], part)
        if SUBNORMAL not in map(abs, row[:2])
    ]
    x = compound.complex_array(*zip(*(row[:2] for row in table), strict=True), dtype)

    def agree(value, row):
        return compound.agrees(value[0], row[2], rounding) and (
            row[3] is None or compound.agrees(value[1], row[3], rounding)
        )

    result = getattr(xp, name)(x.to_device(DEVICE)).to_device("cpu")
    results = zip(*(p.tolist() for p in compound.parts(result)), strict=True)
    assert_agree(results, table, agree, f"{name} {dtype}")


# The square of the smallest is no subnormal number: XLA has none.
PARTS = [0.0, 1e-15, 0.5, 1.0, 1.5, 3.0, 20.0, 80.0, 1e10]


@pytest.mark.parametrize("dtype", compound.DTYPES)
@pytest.mark.parametrize(
    "name", [*compound.TRIGONOMETRIC, *compound.HYPERBOLIC, *compound.EXPONENTIAL, "abs"]
)
def test_complex_values_are_those_of_the_cpu(name, dtype):
    """On every side of every branch cut, and with the same signs of zeros."""
    values = [*PARTS, *(-x for x in PARTS)]
    a, b = (g.ravel() for g in np.meshgrid(values, values))
    x = compound.complex_array(a, b, dtype)
    got = np.asarray(getattr(xp, name)(x.to_device(DEVICE)).to_device("cpu"))
    wanted = np.asarray(getattr(xp, name)(x))
    tolerance = 16 * np.finfo(dtype).eps * np.abs(wanted)
    for part in (np.real, np.imag):
        ours, theirs = part(got), part(wanted)
        with np.errstate(invalid="ignore"):
            same = (ours == theirs) | (np.abs(ours - theirs) <= tolerance)
            same |= np.isnan(ours) & np.isnan(theirs)
        zeros = (ours == 0) & (theirs == 0)
        same &= ~zeros | (np.signbit(ours) == np.signbit(theirs))
        assert same.all(), f"{name}({np.asarray(x)[np.argmin(same)]})"


# Units in the last place, where JAX has more of them than the cpu device: sums of exponentials that
# cancel (NumPy has as many), and functions rounded to 16 bits twice.
ULPS = {"logaddexp": 32, "hypot": 2, "log2": 2, "acosh": 4}


def is_tiny(values):
    """Subnormal, or close enough for a step in between to be."""
    if values.dtype.kind not in "fV":
        return np.zeros(values.shape, bool)
    size = np.abs(values.astype(np.float64))
    return (size > 0) & (size < 8 * float(ref.ml_dtypes.finfo(values.dtype).smallest_normal))


@pytest.mark.parametrize("op", ref.OPS)
def test_values_of_every_dtype(op):
    arity = ref.OPS[op][0]
    for dtype in ref.DTYPES:
        given = [np.unique(ref.samples(dtype))] if arity == 1 else ref.grid(dtype)
        wanted = ref.expected(op, *given)
        if wanted is None:
            continue
        with xp.checked():
            result = getattr(xp, op)(*(ref.device_array(x, DEVICE) for x in given))
        keep = ~is_tiny(wanted)
        for x in given:
            keep &= ~is_tiny(x)
        got, wanted = ref.host(result)[keep], wanted[keep]
        if op in ("maximum", "minimum") and wanted.dtype.kind in "fV":
            got, wanted = np.abs(got), np.abs(wanted)  # the sign of zeros is open
        tolerance = max(ref.tolerance(op, dtype), ULPS.get(op, 0))
        ref.assert_same(got, wanted, tolerance, f"{op} {dtype}")


# One argument for each correction that JAX alone gets wrong, and what is right.
NAN, INF = math.nan, math.inf
CORRECTED = {
    "abs": ([complex(INF, NAN)], INF),
    "acos": ([complex(1.5, -0.0)], 0.9624236501192069j),
    "acosh": ([complex(-1.5, -0.0)], complex(0.9624236501192069, -math.pi)),
    "all": ([[1j, 1.0]], True),
    "any": ([[1j, 0.0]], True),
    "asin": ([complex(1.5, -0.0)], complex(math.pi / 2, -0.9624236501192069)),
    "asinh": ([complex(-0.0, 1.5)], complex(-0.9624236501192069, math.pi / 2)),
    "atan": ([complex(0.0, NAN)], complex(NAN, NAN)),
    "atanh": ([complex(0.0, NAN)], complex(0, NAN)),
    "cos": ([complex(0.0, 710.0)], complex(math.cosh(710), -0.0)),
    "cosh": ([700.5], math.cosh(700.5)),
    "exp": ([complex(-INF, NAN)], 0j),
    "expm1": ([complex(-INF, NAN)], complex(-1, 0)),
    "floor_divide": ([-INF, 2.0], -INF),
    "log": ([complex(-INF, NAN)], complex(INF, NAN)),
    "log1p": ([complex(-INF, NAN)], complex(INF, NAN)),
    "log2": ([complex(-INF, NAN)], complex(INF, NAN)),
    "log10": ([complex(-INF, NAN)], complex(INF, NAN)),
    "pow": ([63, -3], 0),
    "remainder": ([3.0, -1.0], -0.0),
    "searchsorted": ([[1.0, 2.0], 2.0], 1),
    "sign": ([-0.0], 0.0),
    "sin": ([complex(INF, 0.0)], complex(NAN, 0)),
    "sinh": ([700.5], math.sinh(700.5)),
    "sqrt": ([complex(-4.0, -0.0)], complex(0, -2)),
    "tan": ([complex(-0.0, 1.5)], complex(-0.0, math.tanh(1.5))),
    "tanh": ([complex(0.0, INF)], complex(0, NAN)),
}


def agree(got, wanted):
    if isinstance(wanted, bool):
        return bool(got) == wanted
    if isinstance(wanted, int):
        return got.dtype == np.int64 and got == wanted
    pairs = (got.real, complex(wanted).real), (got.imag, complex(wanted).imag)
    return all(real.agrees(g, w, True, 1e-15) for g, w in pairs)


@pytest.mark.parametrize("name", CORRECTED)
def test_each_correction_is_right_and_needed(name):
    values, wanted = CORRECTED[name]
    operands = [xp.asarray(v, device=DEVICE) for v in values]
    assert agree(np.asarray(getattr(xp, name)(*operands).to_device("cpu")), wanted)
    with jax.enable_x64(True):
        alone = np.asarray(jax.jit(getattr(jnp, name))(*map(jnp.asarray, values)))
    assert not agree(alone, wanted), f"jax.numpy.{name} needs no correction any more"


def test_every_correction_is_in_the_table():
    from arrayforge.backends.jax import functions

    own = {n for n, f in vars(functions).items() if callable(f) and not n.startswith("_")}
    assert own - {"Any", "mirrored", "of_complex", "turned"} == set(CORRECTED)


@pytest.mark.parametrize("dtype", ref.INTEGER)
def test_integers_divided_by_zero(dtype):
    x = on_device(ref.samples(dtype), dtype)
    assert xp.floor_divide(x, 0).tolist() == [0] * x.size
    assert xp.floor_divide(x, x * 0).tolist() == xp.remainder(x, x * 0).tolist() == [0] * x.size


def test_subnormal_numbers_are_zeros():
    """What the documentation says; it can be taken back when this fails."""
    for dtype, small in (("float32", 1e-40), ("float64", SUBNORMAL)):
        x = xp.asarray(np.asarray([small], dtype), device=DEVICE)
        assert (x * 1.0).tolist() == [0.0]
        assert (x == 0.0).tolist() == [True]
        assert x.tolist() != [0.0]
