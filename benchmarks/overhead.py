"""The cost of a call: statements on four elements against NumPy in the same process, as ratios.

The bare statement is timed (the loop around it costs some 8 ns on both sides). NumPy and arrayforge
take turns, many short rounds; the median of the ratios of neighbours counts, so that a slow moment
of the machine hits both. Ends with status 1 where a case is above its bar.

    python benchmarks/overhead.py --rounds 101 --json overhead.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import timeit
from typing import Any

import numpy as np

import arrayforge as xp

# Attributes that make the same tuple or integer as NumPy's: equal, within the noise.
EQUAL = 1.05
# Statement and the largest ratio arrayforge / NumPy that passes.
CASES = {
    "a + b": 0.25,
    "xp.add(a, b)": 0.25,
    "a + 1.0": 0.25,
    "-a": 0.25,
    "xp.sqrt(a)": 0.25,
    "xp.sum(a)": 0.25,
    "xp.reshape(a, (2, 2))": 0.25,
    "a[1:3]": 0.5,
    "a[0]": 0.5,
    "a.shape": EQUAL,
    "a.strides": EQUAL,
    "a.dtype": 1.0,
    "a.device": 1.0,
    "a.ndim": EQUAL,
    "a.size": EQUAL,
    "a.itemsize": EQUAL,
    "a.nbytes": EQUAL,
    "square.T": 1.0,
    "square.mT": 1.0,
}


def names_of(module: Any) -> dict[str, Any]:
    a = module.asarray([1.0, 2.0, 3.0, 4.0])
    return {"xp": module, "a": a, "b": a + a, "square": module.reshape(a, (2, 2))}


def measure(statement: str, rounds: int, calls: int) -> tuple[float, float, float]:
    """Nanoseconds of NumPy and of arrayforge, and their ratio; medians over the rounds."""
    theirs = timeit.Timer(statement, globals=names_of(np))
    ours = timeit.Timer(statement, globals=names_of(xp))
    pairs = []
    for timer in (theirs, ours):
        timer.timeit(calls)
    for _ in range(rounds):
        pairs.append((theirs.timeit(calls) / calls * 1e9, ours.timeit(calls) / calls * 1e9))
    return (
        statistics.median(their for their, _ in pairs),
        statistics.median(our for _, our in pairs),
        statistics.median(our / their for their, our in pairs),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=51)
    parser.add_argument("--calls", type=int, default=4000)
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    options = parser.parse_args()
    rows = []
    for statement, bar in CASES.items():
        numpy_ns, ours_ns, ratio = measure(statement, options.rounds, options.calls)
        rows.append(
            {"case": statement, "ratio": ratio, "bar": bar, "numpy_ns": numpy_ns, "ns": ours_ns}
        )
    rows.sort(key=lambda row: row["ratio"] / row["bar"], reverse=True)
    print(f"{'statement':<24}{'ratio':>7}{'bar':>7}{'NumPy ns':>10}{'ours ns':>9}")
    for row in rows:
        mark = "" if row["ratio"] <= row["bar"] else "   above its bar"
        print(
            f"{row['case']:<24}{row['ratio']:>7.2f}{row['bar']:>7.2f}"
            f"{row['numpy_ns']:>10.0f}{row['ns']:>9.0f}{mark}"
        )
    if options.json:
        with open(options.json, "w") as file:
            json.dump(rows, file, indent=1)
    return int(any(row["ratio"] > row["bar"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
