"""The cost of a call through a backend: statements on four elements against the bare engine.

Both run in one process and take turns, many short rounds; what counts is the median of the ratios
and of the differences of neighbours, so that a slow moment of the machine hits both. A tiny `a + b`
on NumPy may cost 1.15 times the bare one; any other statement and engine half a microsecond more.
Ends with status 1 where a case is above its bar. Engines that are not installed are left out.

    python benchmarks/foreign.py --engines numpy,torch --rounds 1001 --json foreign.json
"""

from __future__ import annotations

import argparse
import importlib
import json
import operator
import statistics
import sys
import timeit
from typing import Any, NamedTuple

import arrayforge as xp

RATIO = 1.15
EXTRA = 500.0  # nanoseconds

# What the bare engine runs where its spelling is its own, by engine.
CASES: dict[str, dict[str, str]] = {
    "a + b": {},
    "xp.add(a, b)": {},
    "a + row": {},
    "a + 1.0": {},
    "2.0 * a": {},
    "f + 1.0": {},
    "i + 1": {},
    "-a": {},
    "abs(a)": {},
    "a < b": {},
    "a == 1.0": {},
    "m & m": {},
    "xp.sqrt(a)": {},
    "xp.maximum(a, b)": {},
    "iadd(a, b)": {"jax": "a + b"},
    "imul(a, 1.0)": {"jax": "a * 1.0"},
    "a[0]": {},
    "a[1:3]": {},
    "s[0, 1:]": {},
    "s[..., None]": {},
    "a[m]": {},
    "a[i]": {},
    "a[0] = 1.0": {"jax": "a.at[0].set(1.0)"},
    "a[1:] = b[1:]": {"jax": "a.at[1:].set(b[1:])"},
    "float(z)": {},
    "s.T": {},
    "s @ s": {},
    "xp.matmul(s, s)": {},
    "xp.sum(a)": {},
    "xp.sum(s, axis=0)": {},
    "xp.max(a)": {"torch": "xp.amax(a)"},
    "xp.any(m)": {},
    "xp.argmax(a)": {},
    "xp.reshape(a, (2, 2))": {},
    "xp.expand_dims(a, axis=0)": {"torch": "xp.unsqueeze(a, 0)"},
    "xp.permute_dims(s, (1, 0))": {"torch": "xp.permute(s, (1, 0))"},
    "xp.broadcast_to(a, (2, 4))": {},
    "xp.concat((a, b))": {},
    "xp.where(m, a, b)": {},
    "xp.astype(a, xp.float32)": {"torch": "a.to(xp.float32, copy=True)"},
    "xp.zeros((4,))": {},
    "xp.sort(a)": {"torch": "xp.sort(a).values"},
    "a.shape": {},
}
OPERANDS = {
    "a": ([1.0, 2.0, 3.0, 4.0], "float64"),
    "b": ([0.5, 0.25, 2.0, 1.0], "float64"),
    "row": ([[2.0]], "float64"),
    "s": ([[1.0, 2.0], [3.0, 4.0]], "float64"),
    "z": (2.5, "float64"),
    "f": ([1.0, 2.0, 3.0, 4.0], "float32"),
    "i": ([0, 1, 2, 3], "int64"),
    "m": ([True, False, True, False], "bool"),
}


class Row(NamedTuple):
    engine: str
    statement: str
    bare_ns: float
    ns: float
    ratio: float
    extra: float
    passes: bool


def bare_names(engine: str) -> dict[str, Any]:
    library = importlib.import_module("jax.numpy" if engine == "jax" else engine)
    make = library.tensor if engine == "torch" else library.asarray
    names = {
        name: make(values, dtype=getattr(library, dtype))
        for name, (values, dtype) in OPERANDS.items()
    }
    return {**names, "xp": library, "iadd": operator.iadd, "imul": operator.imul}


def our_names(engine: str) -> dict[str, Any]:
    with xp.use_backend(engine):
        names = {
            name: xp.asarray(values, dtype=getattr(xp, dtype))
            for name, (values, dtype) in OPERANDS.items()
        }
    return {**names, "xp": xp, "iadd": operator.iadd, "imul": operator.imul}


# Seconds of a turn: short, so that the scheduler seldom cuts into one.
TURN = 0.0005


def measure(engine: str, statement: str, rounds: int) -> Row:
    bare = timeit.Timer(CASES[statement].get(engine, statement), globals=bare_names(engine))
    ours = timeit.Timer(statement, globals=our_names(engine))
    pairs = []
    with xp.use_backend(engine):
        for timer in (bare, ours):
            timer.timeit(100)
        calls = max(1, int(TURN / (min(ours.repeat(9, 20)) / 20)))
        for _ in range(rounds):
            pairs.append((bare.timeit(calls) / calls * 1e9, ours.timeit(calls) / calls * 1e9))
    ratio = statistics.median(our / their for their, our in pairs)
    extra = statistics.median(our - their for their, our in pairs)
    strict = engine == "numpy" and statement == "a + b"
    return Row(
        engine,
        statement,
        statistics.median(their for their, _ in pairs),
        statistics.median(our for _, our in pairs),
        ratio,
        extra,
        ratio <= RATIO if strict else extra <= EXTRA,
    )


def usable(engine: str) -> bool:
    try:
        bare_names(engine)
        with xp.use_backend(engine):
            return True
    except ImportError:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engines", default="numpy,torch,jax,cupy")
    parser.add_argument("--only", help="statements that contain this text")
    parser.add_argument("--rounds", type=int, default=301)
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    options = parser.parse_args()
    rows = [
        measure(engine, statement, options.rounds)
        for engine in options.engines.split(",")
        if usable(engine)
        for statement in CASES
        if not options.only or options.only in statement
    ]
    print(f"bars: ratio {RATIO} for a + b on numpy, {EXTRA:.0f} ns more for all else")
    print(f"{'engine':<8}{'statement':<28}{'bare ns':>9}{'ours ns':>9}{'ratio':>7}{'extra ns':>10}")
    for row in rows:
        mark = "" if row.passes else "   above its bar"
        print(
            f"{row.engine:<8}{row.statement:<28}{row.bare_ns:>9.0f}{row.ns:>9.0f}"
            f"{row.ratio:>7.2f}{row.extra:>10.0f}{mark}"
        )
    if options.json:
        with open(options.json, "w") as file:
            json.dump([row._asdict() for row in rows], file, indent=1)
    return int(not all(row.passes for row in rows))


if __name__ == "__main__":
    sys.exit(main())
