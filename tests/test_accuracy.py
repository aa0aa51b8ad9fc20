"""Elementary functions at every ISA level the machine has: at most 2 ulp, and exact special values.

benchmarks/accuracy.py measures many more points; the ones here are drawn the same way.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest

from arrayforge import _core

ROOT = Path(__file__).resolve().parent.parent
LEVELS = _core._isa_levels().split()
DTYPES = (np.dtype("float32"), np.dtype("float64"))
INF, NAN = float("inf"), float("nan")


def load_accuracy():
    path = ROOT / "benchmarks" / "accuracy.py"
    spec = importlib.util.spec_from_file_location("arrayforge_test_accuracy", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


accuracy = load_accuracy()
NAMES = (*accuracy.UNARY, *accuracy.BINARY)

# Close to multiples of pi/2, at the ends of reductions and tables, next to 1, and where a kernel
# changes its way.
HEXADECIMAL = """
0x1.921fb4p0 0x1.921fb6p0 0x1.5fe0f6p3 0x1.2d97c8p1 0x1.7dba24p20 0x1.fffffep16 0x1.000002p17
0x1.f0a9p30 0x1.6a09e6p-1 0x1.6a09e8p-1 0x1.6a09e6p0 0x1.fffffep-1 0x1.000002p0 0x1.000002p-1
0x1.fffffep-2 0x1.62e43p-2 0x1.0a2b24p3 0x1p-12 0x1p-24 0x1p-40 0x1p60 0x1p64 0x1p100
0x1.fffffep127 0x1p-126 0x1.fffffcp-127 0x1p-149 0x1p-140 0x1p-1022 0x1p-1074
0x1.fffffffffffffp1023
"""
NASTY = [float.fromhex(x) for x in HEXADECIMAL.split()]
NASTY += [
    0.5,
    8.66434,
    88.72283,
    88.722839,
    87.33655,
    103.97208,
    89.41599,
    17.32868,
    709.782712893384,
    745.1332191019411,
    3.0,
]

# What is told to be exact: arguments, result.
SPECIALS = {
    "exp": [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (NAN, NAN)],
    "expm1": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1.0), (NAN, NAN)],
    "log": [(0.0, -INF), (-0.0, -INF), (1.0, 0.0), (INF, INF), (-1.0, NAN), (-INF, NAN)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (INF, INF), (-2.0, NAN), (NAN, NAN)],
    "log2": [(0.0, -INF), (1.0, 0.0), (8.0, 3.0), (0.25, -2.0), (INF, INF), (-1.0, NAN)],
    "log10": [(0.0, -INF), (1.0, 0.0), (INF, INF), (-1.0, NAN), (NAN, NAN)],
    "sin": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (NAN, NAN)],
    "cos": [(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (-INF, NAN), (NAN, NAN)],
    "tan": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (NAN, NAN)],
    "asin": [(0.0, 0.0), (-0.0, -0.0), (1.5, NAN), (-INF, NAN), (NAN, NAN)],
    "acos": [(1.0, 0.0), (1.5, NAN), (-1.5, NAN), (INF, NAN), (NAN, NAN)],
    "atan": [(0.0, 0.0), (-0.0, -0.0), (NAN, NAN)],
    "sinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (NAN, NAN)],
    "cosh": [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, INF), (NAN, NAN)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (NAN, NAN)],
    "asinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (NAN, NAN)],
    "acosh": [(1.0, 0.0), (0.5, NAN), (-INF, NAN), (INF, INF), (NAN, NAN)],
    "atanh": [(0.0, 0.0), (-0.0, -0.0), (1.0, INF), (-1.0, -INF), (1.5, NAN), (NAN, NAN)],
    "pow": [(NAN, 0.0, 1.0), (1.0, NAN, 1.0), (0.0, -3.0, INF), (-0.0, -3.0, -INF)]
    + [(-0.0, 3.0, -0.0), (-0.0, 2.0, 0.0), (-1.0, INF, 1.0), (0.5, INF, 0.0), (2.0, -INF, 0.0)]
    + [(-INF, 3.0, -INF), (-INF, -3.0, -0.0), (-8.0, 0.5, NAN), (-2.0, 3.0, -8.0)]
    + [(-2.0, 4.0, 16.0), (NAN, 2.0, NAN), (2.0, NAN, NAN), (INF, 0.5, INF), (0.0, 0.0, 1.0)],
    "atan2": [(0.0, 1.0, 0.0), (-0.0, 1.0, -0.0), (0.0, 0.0, 0.0), (-0.0, 0.0, -0.0)]
    + [(1.0, INF, 0.0), (-1.0, INF, -0.0), (NAN, 0.0, NAN), (0.0, NAN, NAN), (INF, NAN, NAN)],
    "hypot": [(INF, NAN, INF), (NAN, -INF, INF), (0.0, -0.0, 0.0), (3.0, -4.0, 5.0)]
    + [(NAN, 1.0, NAN)],
    "logaddexp": [(INF, -INF, INF), (-INF, -INF, -INF), (-INF, 2.0, 2.0), (NAN, 1.0, NAN)],
}

# Reads arrays a0, a1, ... of every case from a file and writes the results to another.
COMPUTE = """
import sys
import numpy as np
import arrayforge as xp
cases = np.load(sys.argv[1])
results = {}
for key in sorted({name.rsplit("/", 1)[0] for name in cases.files}):
    arguments = [cases[f"{key}/{i}"] for i in range(2) if f"{key}/{i}" in cases.files]
    function = getattr(xp, key.split("/")[0])
    whole = np.asarray(function(*map(xp.asarray, arguments)))
    # Strided operands and tails take another loop; it may not show in the bits.
    spread = [xp.asarray(np.repeat(a, 2))[::2] for a in arguments]
    np.testing.assert_array_equal(np.asarray(function(*spread)), whole)
    results[key] = whole
np.savez(sys.argv[2], **results)
"""


def drawn(name, dtype):
    """Arguments of one function: random ones as the benchmark has them, then the nasty ones."""
    rng = np.random.default_rng(7)
    with np.errstate(over="ignore", under="ignore"):
        nasty = np.array(NASTY).astype(dtype)
    nasty = np.concatenate([nasty, -nasty])
    nasty = nasty[np.isfinite(nasty) & (nasty != 0)]
    if name in accuracy.UNARY:
        return (np.concatenate([accuracy.points(name, dtype, 300, rng), nasty]),)
    x, y = accuracy.pairs(name, dtype, 300, rng)
    if name == "pow":
        # Negative bases with whole exponents, and bases near 1 with results near overflow.
        whole = rng.integers(-9, 9, 40).astype(dtype)
        x = np.concatenate([x, -np.abs(x[:40])])
        return x, np.concatenate([y, whole])
    return np.concatenate([x, nasty]), np.concatenate([y, np.roll(nasty, 5)])


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """(level, key) -> (arguments, results), every level in a process of its own."""
    folder = tmp_path_factory.mktemp("accuracy")
    cases = {f"{name}/{dtype}": drawn(name, dtype) for name in NAMES for dtype in DTYPES}
    for name, rows in SPECIALS.items():
        for dtype in DTYPES:
            columns = np.array(rows, dtype=dtype).T[:-1]
            cases[f"{name}/{dtype}/special"] = tuple(columns)
    flat = {f"{key}/{i}": a for key, arrays in cases.items() for i, a in enumerate(arrays)}
    np.savez(folder / "cases.npz", **flat)
    results = {}
    for level in LEVELS:
        target = folder / f"{level}.npz"
        command = [sys.executable, "-c", COMPUTE, folder / "cases.npz", target]
        subprocess.run(command, check=True, env={**os.environ, "ARRAYFORGE_ISA": level})
        with np.load(target) as loaded:
            for key, arguments in cases.items():
                results[level, key] = arguments, loaded[key]
    return results


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_error(name, dtype, computed):
    reference = accuracy._real({**accuracy.UNARY, **accuracy.BINARY}[name])
    arguments, _ = computed[LEVELS[0], f"{name}/{dtype}"]
    with mpmath.workprec(accuracy.PRECISION):
        points = zip(*(a.tolist() for a in arguments), strict=True)
        true = [reference(*map(mpmath.mpf, point)) for point in points]
        for level in LEVELS:
            _, results = computed[level, f"{name}/{dtype}"]
            assert results.dtype == dtype
            for i, (got, value) in enumerate(zip(results.tolist(), true, strict=True)):
                error = accuracy.error_in_ulp(got, value, dtype)
                assert error <= accuracy.LIMIT, (level, [a[i] for a in arguments], got, error)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", SPECIALS)
def test_special_values(name, dtype, computed):
    expected = np.array(SPECIALS[name], dtype=dtype)[:, -1]
    for level in LEVELS:
        arguments, results = computed[level, f"{name}/{dtype}/special"]
        message = f"{level}: {name}{arguments}"
        np.testing.assert_array_equal(results, expected, err_msg=message)
        number = ~np.isnan(expected)
        signs = np.signbit(results[number]), np.signbit(expected[number])
        np.testing.assert_array_equal(*signs, err_msg=message)
