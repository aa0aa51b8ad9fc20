"""Elementary functions against NumPy in the same process: NumPy's time over ours, best first.

Each case runs in turns, NumPy then arrayforge, and the median of the ratios of neighbours is shown
(above 1: arrayforge is faster). With one thread the processor's time is measured, which does not
see what else the machine is doing. Results are compared with NumPy's.

    python benchmarks/mathematics.py --threads 1 --sizes 100000 --dtypes float32
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

import arrayforge as xp

# Where the arguments lie; functions of two arguments have two ranges.
RANGES: dict[str, tuple[tuple[float, float], ...]] = {
    "exp": ((-10, 10),),
    "expm1": ((-3, 3),),
    "log": ((1e-3, 1e3),),
    "log1p": ((-0.9, 10),),
    "log2": ((1e-3, 1e3),),
    "log10": ((1e-3, 1e3),),
    "sin": ((-20, 20),),
    "cos": ((-20, 20),),
    "tan": ((-20, 20),),
    "asin": ((-1, 1),),
    "acos": ((-1, 1),),
    "atan": ((-5, 5),),
    "sinh": ((-5, 5),),
    "cosh": ((-5, 5),),
    "tanh": ((-3, 3),),
    "asinh": ((-10, 10),),
    "acosh": ((1, 10),),
    "atanh": ((-0.95, 0.95),),
    "sqrt": ((0, 100),),
    "pow": ((0.1, 10), (-5, 5)),
    "atan2": ((-5, 5), (-5, 5)),
    "hypot": ((-5, 5), (-5, 5)),
    "logaddexp": ((-5, 5), (-5, 5)),
}


def seconds(function: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        function()
    return (clock() - start) / calls


def ratio(name: str, dtype: str, size: int, threads: int | None, rounds: int) -> float:
    """NumPy's time over ours: the median of the rounds."""
    rng = np.random.default_rng(1)
    theirs = [rng.uniform(*range_, size).astype(dtype) for range_ in RANGES[name]]
    ours = [xp.asarray(x) for x in theirs]
    reference, function = getattr(np, name), getattr(xp, name)
    result, true = np.asarray(function(*ours)), reference(*theirs)
    # logaddexp and the like come close to zero by cancellation, where NumPy is the one to blame.
    tolerance = 64 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(result, true, rtol=tolerance, atol=tolerance)
    clock = time.process_time if threads == 1 else time.perf_counter
    calls = max(1, 400_000 // size)
    pairs = [
        (
            seconds(lambda: reference(*theirs), calls, clock),
            seconds(lambda: function(*ours), calls, clock),
        )
        for _ in range(rounds)
    ]
    return statistics.median(numpy / own for numpy, own in pairs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--functions", nargs="+", choices=list(RANGES), default=list(RANGES))
    parser.add_argument("--dtypes", nargs="+", default=["float32", "float64"])
    parser.add_argument("--sizes", nargs="+", type=int, default=[100_000, 10_000_000])
    parser.add_argument("--threads", nargs="+", default=["1", "default"])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    rows = []
    for setting in options.threads:
        count = None if setting == "default" else int(setting)
        for name in options.functions:
            for dtype in options.dtypes:
                for size in options.sizes:
                    if count is None:
                        value = ratio(name, dtype, size, count, options.rounds)
                    else:
                        with xp.threads(count):
                            value = ratio(name, dtype, size, count, options.rounds)
                    rows.append((value, name, dtype, size, setting))
    print(f"{'ratio':>6}  {'function':10} {'dtype':8} {'size':>9}  threads")
    for value, name, dtype, size, setting in sorted(rows, reverse=True):
        mark = "" if value >= 1 else "   slower than NumPy"
        print(f"{value:6.2f}  {name:10} {dtype:8} {size:9}  {setting}{mark}")
    return int(min(row[0] for row in rows) < 1)


if __name__ == "__main__":
    sys.exit(main())
