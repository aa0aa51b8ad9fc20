"""CuPy through arrayforge against bare CuPy, on a GPU: calls on four elements and large operations.

Both take turns in one process, many short rounds; the median of the ratios, and of the differences
of neighbours, counts. A call may cost half a microsecond more than the bare one (the kernel itself
is launched and not waited for), a large operation, which is waited for, 1.05 times the bare one.
Ends with status 1 where a case is above its bar, and with 3 where there is no GPU.

    python benchmarks/cupy_device.py --rounds 301 --json cupy.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import timeit
from collections.abc import Callable
from typing import Any

import arrayforge as xp

EXTRA_NS = 500.0
RATIO = 1.05
LARGE = 1 << 24

# Statement, and how bare CuPy spells it where it differs.
CALLS = {
    "a + b": "",
    "a + 1.0": "",
    "xp.sqrt(a)": "",
    "xp.maximum(a, b)": "",
    "a < b": "",
    "a[1:3]": "",
    "xp.sum(a)": "",
    "xp.reshape(a, (2, 2))": "",
    "xp.matmul(s, s)": "",
}
OPERATIONS = {
    "v + w": "",
    "xp.exp(v)": "",
    "xp.sum(v)": "",
    "xp.max(v)": "",
    "xp.sort(v)": "",
    "xp.cumulative_sum(v)": "xp.cumsum(v)",
    "xp.matmul(m, m)": "",
    "v[v > 0.5]": "",
    "xp.fft.fft(v)": "",
}


def names_of(module: Any, make: Callable[[Any], Any]) -> dict[str, Any]:
    small = make([1.0, 2.0, 3.0, 4.0])
    large = make([i / 997 % 1 for i in range(1 << 12)])
    tiles = [large] * (LARGE >> 12)
    join = module.concat if hasattr(module, "concat") else module.concatenate
    v = join(tiles)
    m = module.reshape(v, (4096, 4096))
    s = module.reshape(small, (2, 2))
    return {"xp": module, "a": small, "b": small + small, "s": s, "v": v, "w": v + v, "m": m}


def measure(ours: timeit.Timer, bare: timeit.Timer, rounds: int, calls: int) -> tuple[float, ...]:
    """Nanoseconds of the bare call, what ours costs more, and the ratio; medians."""
    for timer in (ours, bare):
        timer.timeit(max(calls // 10, 3))  # kernels are compiled on their first call
    pairs = [(bare.timeit(calls), ours.timeit(calls)) for _ in range(rounds)]
    scale = 1e9 / calls
    return (
        statistics.median(b for b, _ in pairs) * scale,
        statistics.median(o - b for b, o in pairs) * scale,
        statistics.median(o / b for b, o in pairs),
    )


def main() -> int:
    """Measure, print a table, and say whether a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=301)
    parser.add_argument("--json", help="file for the figures")
    options = parser.parse_args()
    try:
        xp.set_backend("cupy")
    except ImportError as error:
        print(f"cupy_device: {error}", file=sys.stderr)
        return 3
    import cupy

    properties = cupy.cuda.runtime.getDeviceProperties(0)
    print(f"{properties['name'].decode()}, CuPy {cupy.__version__}")
    ours, bare = names_of(xp, xp.asarray), names_of(cupy, cupy.asarray)
    wait = cupy.cuda.Device(0).synchronize
    ours["wait"] = bare["wait"] = wait
    rows, missed = [], []
    for cases, suffix, calls in ((CALLS, "", 200), (OPERATIONS, "; wait()", 3)):
        for statement, spelling in cases.items():
            timers = [
                timeit.Timer(text + suffix, globals=names)
                for text, names in ((statement, ours), (spelling or statement, bare))
            ]
            base, extra, ratio = measure(*timers, options.rounds if not suffix else 31, calls)
            wait()
            rows.append({"statement": statement, "bare": base, "extra": extra, "ratio": ratio})
            above = ratio > RATIO if suffix else extra > EXTRA_NS
            if above:
                missed.append(statement)
            flag = " above" if above else ""
            print(f"{statement:24} bare {base:12.0f} ns  more {extra:9.0f} ns  {ratio:6.3f}{flag}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(rows, file, indent=1)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
