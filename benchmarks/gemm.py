"""Matrix products against NumPy in the same process: ratios first, then GFLOP/s and the share of
the fused multiply-add peak that one thread of this machine reaches.

Each case runs in turns, NumPy then arrayforge, and the median of the ratios of neighbours is shown
(above 1: arrayforge is faster); values are compared with NumPy's. The peak comes from a small C++
program built here, and is left out where there is no compiler.

    python benchmarks/gemm.py --groups square --threads 1 --rounds 7
    OPENBLAS_CORETYPE=Haswell ARRAYFORGE_ISA=v3 python benchmarks/gemm.py
"""

from __future__ import annotations

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import threadpoolctl

import arrayforge as xp

FLOATS = ("float32", "float64")
Clock = Callable[[], float]
TRANSPOSITIONS = ("nn", "nt", "tn", "tt")


@dataclass(frozen=True)
class Case:
    group: str
    dtype: str
    m: int
    n: int
    k: int
    order: str = "nn"
    stack: int = 1
    target: float = 0.8

    @property
    def work(self) -> float:
        return 2.0 * self.stack * self.m * self.n * self.k

    def __str__(self) -> str:
        stack = f"{self.stack} x " if self.stack > 1 else ""
        return f"{self.dtype:8} {stack}{self.m} x {self.k} @ {self.k} x {self.n} {self.order}"


def cases() -> Iterator[Case]:
    """Sizes, dtypes and transpositions, group by group."""
    for dtype in FLOATS:
        for n in (256, 384, 500, 512, 1000, 1024, 2048):
            for order in TRANSPOSITIONS:
                yield Case("square", dtype, n, n, n, order)
        for n in (4, 8, 16, 24, 32, 48, 63, 64, 96, 128):
            for order in TRANSPOSITIONS:
                yield Case("small", dtype, n, n, n, order)
        for n, stack in ((4, 1000), (8, 1000), (16, 500), (32, 200), (64, 50), (128, 16), (256, 8)):
            for order in ("nn", "nt"):
                yield Case("batched", dtype, n, n, n, order, stack)
        shapes = [(1, 1000, 1000), (1000, 1, 1000), (1, 1, 100000), (8, 1000, 1000)]
        shapes += [(1000, 8, 1000), (1000, 1000, 8), (10000, 16, 16), (16, 10000, 16)]
        shapes += [(16, 16, 10000), (2000, 64, 64), (64, 2000, 64), (100000, 4, 4), (3, 5, 100000)]
        for m, n, k in shapes:
            for order in ("nn", "nt", "tn"):
                yield Case("skinny", dtype, m, n, k, order)
    for dtype in ("complex64", "complex128"):
        for n in (64, 512, 1024):
            yield Case("complex", dtype, n, n, n)
    for dtype in ("int8", "int32", "int64", "float16"):
        yield Case("other", dtype, 512, 512, 512, target=5.0)


def peak(level: str) -> float | None:
    """Float64 GFLOP/s of one thread; None without a compiler or such instructions."""
    source = Path(__file__).with_name("fma_peak.cpp")
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "peak"
        try:
            build = [*compiler, "-O2", "-std=c++17", "-Wno-psabi", str(source), "-o", str(program)]
            subprocess.run(build, check=True, capture_output=True)
            done = subprocess.run([program, level], check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError):
            return None
    return float(done.stdout)


def operands(case: Case, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    def one(rows: int, columns: int, transposed: bool) -> np.ndarray:
        lead = (case.stack,) if case.stack > 1 else ()
        shape = lead + ((columns, rows) if transposed else (rows, columns))
        dtype = np.dtype(case.dtype)
        if dtype.kind == "i":
            x = rng.integers(-9, 9, shape).astype(dtype)
        else:
            x = rng.uniform(-1.0, 1.0, shape).astype(dtype)
        if dtype.kind == "c":
            x += 1j * rng.uniform(-1.0, 1.0, shape).astype(x.real.dtype)
        return x.swapaxes(-1, -2) if transposed else x

    return one(case.m, case.k, case.order[0] == "t"), one(case.k, case.n, case.order[1] == "t")


def check(case: Case, ours: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Raise unless every element is within the error a sum of k products may have."""
    if a.dtype.kind == "i":
        np.testing.assert_array_equal(ours, a @ b)
        return
    wide = np.complex128 if a.dtype.kind == "c" else np.float64
    bound = 4.0 * (8 + case.k) * np.finfo(a.dtype).eps
    np.testing.assert_allclose(ours, a.astype(wide) @ b.astype(wide), rtol=0, atol=bound)


def measure(case: Case, rounds: int, budget: float, clock: Clock) -> tuple[float, float, float]:
    """NumPy's time over ours, and the GFLOP/s of each, as medians of the rounds."""

    def seconds(function: Callable[[], object], calls: int) -> float:
        start = clock()
        for _ in range(calls):
            function()
        return (clock() - start) / calls

    a, b = operands(case, np.random.default_rng(case.m + case.n + case.k))
    x, y = xp.asarray(a), xp.asarray(b)
    check(case, np.asarray(x @ y), a, b)
    once = max(seconds(lambda: a @ b, 1), seconds(lambda: x @ y, 1), 1e-7)
    calls = max(1, min(2000, int(budget / once)))
    if once * calls * rounds > 4.0:
        rounds = max(3, int(4.0 / (once * calls)))
    pairs = [(seconds(lambda: a @ b, calls), seconds(lambda: x @ y, calls)) for _ in range(rounds)]
    ratio = statistics.median(theirs / ours for theirs, ours in pairs)
    theirs, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    return ratio, case.work / ours / 1e9, case.work / theirs / 1e9


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """One number of threads for both; None leaves each at its default."""
    if count is None:
        yield
        return
    with threadpoolctl.threadpool_limits(count), xp.threads(count):
        yield


def main() -> int:
    chosen = list(cases())
    groups = sorted({case.group for case in chosen})
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groups", nargs="+", choices=groups, default=groups)
    parser.add_argument("--sizes", nargs="+", type=int, help="only these numbers of rows")
    parser.add_argument("--dtypes", nargs="+")
    parser.add_argument("--threads", nargs="+", default=["1", "default"])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--budget", type=float, default=0.02, help="seconds of one measurement")
    options = parser.parse_args()
    level = os.environ.get("ARRAYFORGE_ISA", "v4")
    top = peak(level)
    print(f"peak of one thread, {level}, float64: {top or 0:.1f} GFLOP/s")
    for info in threadpoolctl.threadpool_info():
        print(f"NumPy: {info['internal_api']} {info['version']} {info.get('architecture', '')}")
    below = 0
    for setting in options.threads:
        count = None if setting == "default" else int(setting)
        print(f"\nthreads: {setting}\n{'ratio':>6}{'GFLOP/s':>9}{'NumPy':>9}{'of peak':>9}  case")
        # The processor's time of one thread does not see what else the machine is doing.
        clock = time.process_time if count == 1 else time.perf_counter
        rows = []
        for case in chosen:
            if case.group not in options.groups or case.m not in (options.sizes or [case.m]):
                continue
            if case.dtype not in (options.dtypes or [case.dtype]):
                continue
            with threads(count):
                rows.append((*measure(case, options.rounds, options.budget, clock), case))
        for ratio, ours, theirs, case in sorted(rows, key=lambda row: -row[0] / row[3].target):
            real = np.dtype(case.dtype).kind in "fc" and case.dtype != "float16"
            width = 8 / np.dtype(case.dtype).itemsize * (2 if case.dtype[0] == "c" else 1)
            flops = ours * (4 if case.dtype[0] == "c" else 1)
            share = f"{flops / (top * width):9.0%}" if real and top and count == 1 else f"{'':9}"
            below += ratio < case.target
            mark = "" if ratio >= case.target else f"   below {case.target}"
            print(f"{ratio:6.2f}{flops:9.1f}{theirs * flops / ours:9.1f}{share}  {case}{mark}")
    return int(below > 0)


if __name__ == "__main__":
    sys.exit(main())
