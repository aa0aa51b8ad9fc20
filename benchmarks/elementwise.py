"""Elementwise functions and reductions on large arrays, against NumPy in the same process.

NumPy and arrayforge take turns; the median of the ratios of neighbours counts. One thread on both
sides, unless --threads asks for more of ours (NumPy's loops never use more). Values are compared
with NumPy's while timed. Rows come best first, so the worst end up before the prompt; the status is
1 where one is slower than NumPy by more than --tolerance, or differs in values.

    python benchmarks/elementwise.py --sizes 100000 --cases add sum --dtypes float64
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

import arrayforge as xp

FLOATS = ("float32", "float64")
INTEGERS = ("int32", "int64")
REAL = FLOATS + INTEGERS
COMPLEX = ("complex64", "complex128")
BOOL = ("bool",)


def _table(*rows: tuple[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: dtypes for names, dtypes in rows for name in names.split()}


BINARY = _table(
    ("add subtract multiply", REAL + COMPLEX),
    ("divide", FLOATS + COMPLEX),
    ("floor_divide remainder maximum minimum less greater_equal pow", REAL),
    ("equal not_equal", REAL + COMPLEX + BOOL),
    ("copysign nextafter hypot logaddexp atan2", FLOATS),
    ("bitwise_and bitwise_or bitwise_xor", INTEGERS + BOOL),
    ("bitwise_left_shift bitwise_right_shift", INTEGERS),
    ("logical_and logical_or logical_xor", BOOL),
)
UNARY = _table(
    ("negative positive abs sign square", REAL + COMPLEX),
    ("ceil floor trunc signbit", FLOATS),
    ("reciprocal sqrt round isfinite isinf isnan", FLOATS + COMPLEX),
    ("real imag conj", COMPLEX),
    ("bitwise_invert", INTEGERS + BOOL),
    ("logical_not", BOOL),
    ("exp expm1 log log1p log2 log10 sin cos tan asin acos atan", FLOATS),
    ("sinh cosh tanh asinh acosh atanh", FLOATS),
)
REDUCTIONS = _table(
    ("sum prod max min mean std var argmax argmin", REAL),
    ("any all count_nonzero", REAL + BOOL),
    ("cumulative_sum cumulative_prod", REAL),
)
# Functions of x >= 1, and of two positive numbers.
FROM_ONE = {"acosh"}
POSITIVE = {"pow", "log", "log2", "log10", "log1p", "sqrt", "hypot", "logaddexp", "atanh"}
ROUNDING = {"float32": 1e-5, "float64": 1e-12, "complex64": 1e-5, "complex128": 1e-12}


def values(name: str, dtype: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """n values that the function takes, with both signs where it takes both."""
    if dtype == "bool":
        return rng.random(n) < 0.5
    if dtype in INTEGERS:
        low, high = (0, 8) if name == "pow" or "shift" in name else (-1000, 1000)
        x = rng.integers(low, high, n)
        return np.where(x == 0, 1, x).astype(dtype)
    x = rng.uniform(-0.9, 0.9, n)
    if name in POSITIVE:
        x = np.abs(x)
    if name in FROM_ONE:
        x = 1.0 + np.abs(x)
    if name in ("prod", "cumulative_prod"):
        x = np.exp2(x * (10 / math.sqrt(n)))  # products stay within the range
    if dtype in COMPLEX:
        x = x + 1j * rng.uniform(-0.9, 0.9, n)
    return x.astype(dtype)


Operands = tuple[np.ndarray, ...]
# Name, dtype, what makes the operands, and how the function is called on them.
Case = tuple[str, str, Callable[[], Operands], Callable[..., Any]]


def _call(module: Any, name: str, *operands: Any, **keywords: Any) -> Any:
    return getattr(module, name)(*operands, **keywords)


def _astype(module: Any, _: str, x: Any, target: str) -> Any:
    return module.astype(x, getattr(module, target))


def _copy(module: Any, _: str, x: Any) -> Any:
    return module.copy(x, order="C") if module is np else module.asarray(x, copy=True)


def contiguous(n: int, rng: np.random.Generator) -> Iterator[Case]:
    def make(name: str, *dtypes: str) -> Callable[[], Operands]:
        return lambda: tuple(values(name, dtype, n, rng) for dtype in dtypes)

    for table, count in ((UNARY, 1), (BINARY, 2)):
        for name, dtypes in table.items():
            for dtype in dtypes:
                yield name, dtype, make(name, *[dtype] * count), _call
    for name in ("add", "multiply", "less"):
        for dtype in REAL:
            yield f"{name} scalar", dtype, make(name, dtype), lambda m, f, x: _call(m, f, x, 3)
    for dtype in ("float32", "float64", "int64"):
        yield "where", dtype, make("where", "bool", dtype, dtype), _call
    for a, b in (("float64", "float32"), ("int64", "float64"), ("int32", "int64")):
        for old, new in ((a, b), (b, a)):
            yield f"astype {new}", old, make("astype", old), partial(_astype, target=new)
        yield "add mixed", f"{a}+{b}", make("add", a, b), _call


def laid_out(n: int, rng: np.random.Generator) -> Iterator[Case]:
    """Strided, reversed, transposed and broadcast operands."""
    side = math.isqrt(n)

    def make(layout: Callable[..., Operands], dtype: str) -> Callable[[], Operands]:
        def build() -> Operands:
            x, y = (values("add", dtype, 2 * side * side, rng) for _ in range(2))
            squares = (a[: side * side].reshape(side, side) for a in (x, y))
            return layout(x, y, *squares)

        return build

    layouts: dict[str, Callable[..., Operands]] = {
        "step 2": lambda x, y, a, b: (x[::2], y[::2]),
        "reversed": lambda x, y, a, b: (x[::-1], y),
        "transposed": lambda x, y, a, b: (a.T, b),
        "both transposed": lambda x, y, a, b: (a.T, b.T),
        "row": lambda x, y, a, b: (a, b[:1]),
        "column": lambda x, y, a, b: (a, b[:, :1]),
    }
    for dtype in REAL:
        for layout, pick in layouts.items():
            for name in ("add", "multiply"):
                yield f"{name} {layout}", dtype, make(pick, dtype), _call
        for layout in ("step 2", "transposed"):
            one = make(lambda *all, pick=layouts[layout]: pick(*all)[:1], dtype)
            yield f"sum {layout}", dtype, one, _call
            yield f"copy {layout}", dtype, one, _copy


def reduced(n: int, rng: np.random.Generator) -> Iterator[Case]:
    """Reductions and running values over all elements, over rows and over columns."""
    side = math.isqrt(n)

    def make(name: str, dtype: str, *shape: int) -> Callable[[], Operands]:
        def build() -> Operands:
            x = values(name, dtype, side * side, rng)
            if name in ("all", "any"):  # to the end
                x = np.full_like(x, name == "all")
            return (x.reshape(shape),)

        return build

    for name, dtypes in REDUCTIONS.items():
        for dtype in dtypes:
            yield name, dtype, make(name, dtype, side * side), _call
            for axis in (0, -1):
                over = partial(_call, axis=axis)
                yield f"{name} axis {axis}", dtype, make(name, dtype, side, side), over


def agree(got: Any, reference: np.ndarray) -> bool:
    mine = np.asarray(got)
    if mine.dtype != reference.dtype or mine.shape != reference.shape:
        return False
    if reference.dtype.kind not in "fc":
        return bool(np.array_equal(mine, reference))
    # Products of many factors differ in the order of rounding; the rest by a few last places.
    rounding = ROUNDING[reference.dtype.name] * (1 if reference.ndim else 1000)
    return bool(np.allclose(mine, reference, rtol=rounding, atol=rounding, equal_nan=True))


def reference_of(call: Callable[..., Any], name: str, operands: Operands) -> np.ndarray:
    """NumPy's result; for float32 reductions that of float64, as NumPy rounds at each step."""
    plain = np.asarray(call(np, name, *operands))
    if name in REDUCTIONS and plain.dtype == np.float32:
        return np.asarray(call(np, name, *(x.astype(np.float64) for x in operands))).astype("f4")
    return plain


def seconds(function: Callable[[], Any], calls: int) -> float:
    begin = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - begin) / calls


def measure(
    call: Callable[..., Any], name: str, operands: Operands, rounds: int
) -> tuple[float, float, float, bool]:
    """Seconds of NumPy and of arrayforge, NumPy / arrayforge, and whether the values agree."""
    mine = tuple(xp.asarray(x, copy=None) for x in operands)
    function = name.split()[0]

    def theirs() -> Any:
        return call(np, function, *operands)

    def ours() -> Any:
        return call(xp, function, *mine)

    with np.errstate(all="ignore"):
        same = agree(ours(), reference_of(call, function, operands))
        calls = max(1, int(1e-3 / max(seconds(ours, 1), 1e-6)))
        pairs = [(seconds(theirs, calls), seconds(ours, calls)) for _ in range(rounds)]
    return (
        statistics.median(their for their, _ in pairs),
        statistics.median(our for _, our in pairs),
        statistics.median(their / our for their, our in pairs),
        same,
    )


def wanted(name: str, dtype: str, options: argparse.Namespace) -> bool:
    if options.cases and not any(name == case or name.split()[0] == case for case in options.cases):
        return False
    return not options.dtypes or dtype in options.dtypes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 10_000_000])
    parser.add_argument("--cases", nargs="+", help="names such as add, sum, 'sum axis 0'")
    parser.add_argument("--dtypes", nargs="+")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1, help="of arrayforge; 0: all")
    parser.add_argument("--tolerance", type=float, default=0.05)
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    options = parser.parse_args()
    threads = options.threads or len(os.sched_getaffinity(0))
    rng = np.random.default_rng(0)
    rows = []
    for n in options.sizes:
        for source in (contiguous, laid_out, reduced):
            for name, dtype, make, call in source(n, rng):
                if not wanted(name, dtype, options):
                    continue
                with xp.threads(threads):
                    their, our, ratio, same = measure(call, name, make(), options.rounds)
                rows.append(
                    {"case": name, "dtype": dtype, "n": n, "ratio": ratio, "same": same}
                    | {"numpy_ns": their / n * 1e9, "ns": our / n * 1e9}
                )
    rows.sort(key=lambda row: row["ratio"], reverse=True)
    print(f"{'case':<26}{'dtype':<16}{'n':>9}{'NumPy/ours':>11}{'NumPy ns':>10}{'ours ns':>9}")
    for row in rows:
        mark = "" if row["same"] else "   other values"
        print(
            f"{row['case']:<26}{row['dtype']:<16}{row['n']:>9.0e}{row['ratio']:>11.2f}"
            f"{row['numpy_ns']:>10.3f}{row['ns']:>9.3f}{mark}"
        )
    slow = [row for row in rows if row["ratio"] < 1 - options.tolerance]
    print(f"{len(rows)} rows, {len(slow)} slower than NumPy, threads {threads}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(rows, file, indent=1)
    return int(bool(slow) or not all(row["same"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
