"""The cost of a call: tiny operations against NumPy in the same process, as ratios.

Each case runs in turns, NumPy then arrayforge, many rounds; the median of the ratios of neighbours
is reported, so that a slow moment of the machine hits both.
"""

from __future__ import annotations

import argparse
import statistics
import timeit
from collections.abc import Callable
from typing import Any

import numpy as np

import arrayforge as xp

CASES: dict[str, Callable[[Any, Any], Any]] = {
    "a + b": lambda m, a: a + a,
    "add(a, b)": lambda m, a: m.add(a, a),
    "a + 1.0": lambda m, a: a + 1.0,
    "-a": lambda m, a: -a,
    "a[1:3]": lambda m, a: a[1:3],
    "a[0]": lambda m, a: a[0],
    "sum(a)": lambda m, a: m.sum(a),
    "reshape(a, (2, 2))": lambda m, a: m.reshape(a, (2, 2)),
    "sqrt(a)": lambda m, a: m.sqrt(a),
    "a.shape": lambda m, a: a.shape,
    "a.dtype": lambda m, a: a.dtype,
    "a.ndim": lambda m, a: a.ndim,
}


def nanoseconds(function: Callable[[Any, Any], Any], module: Any, array: Any, calls: int) -> float:
    """Time of one call, the empty loop included on both sides."""
    return timeit.timeit(lambda: function(module, array), number=calls) / calls * 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--calls", type=int, default=5000)
    options = parser.parse_args()
    theirs = np.asarray([1.0, 2.0, 3.0, 4.0])
    ours = xp.asarray([1.0, 2.0, 3.0, 4.0])
    print(f"{'case':<20}{'NumPy ns':>10}{'ours ns':>10}{'ours/NumPy':>12}")
    worst = ("", 0.0)
    for name, function in CASES.items():
        pairs = [
            (
                nanoseconds(function, np, theirs, options.calls),
                nanoseconds(function, xp, ours, options.calls),
            )
            for _ in range(options.rounds)
        ]
        ratio = statistics.median(our / their for their, our in pairs)
        numpy_time = statistics.median(their for their, _ in pairs)
        our_time = statistics.median(our for _, our in pairs)
        worst = max(worst, (name, ratio), key=lambda item: item[1])
        print(f"{name:<20}{numpy_time:>10.0f}{our_time:>10.0f}{ratio:>12.2f}")
    print(f"worst: {worst[0]} at {worst[1]:.2f}")


if __name__ == "__main__":
    main()
