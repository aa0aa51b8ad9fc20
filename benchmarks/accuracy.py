"""Largest error, in units in the last place, of every elementary function over its whole range.

The true values come from mpmath. The points are log-uniform magnitudes of both signs,
neighbourhoods of 1 and of multiples of pi/2, subnormals and the extremes of the dtype.

    python benchmarks/accuracy.py --points 20000 --functions sin cos --dtypes float64
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import mpmath
import numpy as np

import arrayforge as xp

LIMIT = 2.0
PRECISION = 240


def _logaddexp(a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
    return max(a, b) + mpmath.log1p(mpmath.exp(-abs(a - b)))


def _real(function: Callable[..., mpmath.mpf]) -> Callable[..., mpmath.mpf]:
    """The function, with NaN where its value is not real."""

    def call(*args: mpmath.mpf) -> mpmath.mpf:
        value = function(*args)
        return mpmath.nan if isinstance(value, mpmath.mpc) else value

    return call


UNARY: dict[str, Callable[..., mpmath.mpf]] = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "log2": lambda x: mpmath.log(x, 2),
    "log10": mpmath.log10,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
}
BINARY: dict[str, Callable[..., mpmath.mpf]] = {
    "pow": mpmath.power,
    "atan2": mpmath.atan2,
    "hypot": mpmath.hypot,
    "logaddexp": _logaddexp,
}
# Where the interesting part of the range is small: log2 of the least and the largest magnitude.
FOCUS = {
    "exp": (-6, 10),
    "expm1": (-30, 10),
    "sinh": (-20, 10),
    "cosh": (-20, 10),
    "tanh": (-20, 5),
}
FOCUS |= {"sin": (-4, 24), "cos": (-4, 24), "tan": (-4, 24), "asin": (-6, 0), "acos": (-6, 0)}
FOCUS |= {"atan": (-6, 6), "asinh": (-10, 6), "acosh": (0, 6), "atanh": (-8, 0), "log1p": (-12, 4)}


def _magnitudes(rng: np.random.Generator, n: int, low: float, high: float) -> np.ndarray:
    mantissa = rng.uniform(1.0, 2.0, n)
    signs = rng.choice([-1.0, 1.0], n)
    return signs * np.ldexp(mantissa, np.floor(rng.uniform(low, high, n)).astype(np.int64))


def points(name: str, dtype: np.dtype, n: int, rng: np.random.Generator) -> np.ndarray:
    """Some n arguments for a function of one variable."""
    info = np.finfo(dtype)
    part = max(n // 8, 8)
    whole = _magnitudes(rng, part, info.minexp - info.nmant, info.maxexp)
    focus = _magnitudes(rng, 4 * part, *FOCUS.get(name, (-4, 4)))
    near_one = 1.0 + _magnitudes(rng, part, -info.nmant, -2)
    turns = np.floor(np.abs(_magnitudes(rng, part, 0, 22))) * (np.pi / 2)
    subnormal = rng.uniform(-1.0, 1.0, part) * float(info.smallest_normal)
    edges = np.array([info.max, info.min, info.smallest_subnormal, info.smallest_normal, 1.0, 0.5])
    with np.errstate(over="ignore", under="ignore"):
        x = np.concatenate([whole, focus, near_one, -near_one, turns, subnormal, edges, -edges])
        x = x.astype(dtype)
    return x[np.isfinite(x) & (x != 0)]


def pairs(
    name: str, dtype: np.dtype, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Some n pairs: unrelated ones, close ones, and for pow those with finite results."""
    info = np.finfo(dtype)
    half = max(n // 2, 8)
    x = _magnitudes(rng, half, info.minexp - info.nmant, info.maxexp)
    if name == "pow":
        x = np.abs(np.concatenate([x, 1.0 + _magnitudes(rng, half, -info.nmant, -1)])).astype(dtype)
        x[(x == 0) | ~np.isfinite(x)] = 2
        exponents = rng.uniform(info.minexp - info.nmant, info.maxexp, x.size)
        logs = np.log2(x.astype(np.longdouble))
        y = np.where(logs == 0, 1.0, exponents / np.where(logs == 0, 1.0, logs))
    else:
        y = _magnitudes(rng, half, info.minexp - info.nmant, info.maxexp)
        near = _magnitudes(rng, half, -8, 5)
        x, y = np.concatenate([x, near]), np.concatenate([y, near * _magnitudes(rng, half, -6, 6)])
    if name == "logaddexp":
        # exp(x) + exp(y) close to 1, where the result is close to 0: down to 2^-44 of the smaller
        # exponential, a little above where the kernel's 104 bits run out.
        cancelling = -np.abs(_magnitudes(rng, half, -30, 0))
        x = np.concatenate([x, cancelling])
        y = np.concatenate([y, np.log(-np.expm1(cancelling)) + _magnitudes(rng, half, -44, -2)])
    with np.errstate(over="ignore", under="ignore"):
        x, y = x.astype(dtype), y.astype(dtype)
    keep = np.isfinite(x) & np.isfinite(y) & (x != 0) & (y != 0)
    return x[keep], y[keep]


def error_in_ulp(got: float, true: mpmath.mpf, dtype: np.dtype) -> float:
    """Distance of got from true in last places of true; infinity is the next power of two."""
    info = np.finfo(dtype)
    if mpmath.isnan(true) or np.isnan(got):
        return 0.0 if mpmath.isnan(true) and np.isnan(got) else np.inf
    bound = mpmath.ldexp(1, int(info.maxexp))
    if mpmath.isinf(true) or abs(true) >= bound:
        true = bound * mpmath.sign(true)
    exponent = int(info.maxexp) - 1
    if abs(true) < bound:
        exponent = max(mpmath.frexp(true)[1] - 1, int(info.minexp)) if true else int(info.minexp)
    value = mpmath.mpf(got) if np.isfinite(got) else bound * int(np.sign(got))
    return float(mpmath.ldexp(abs(value - true), int(info.nmant) - exponent))


def worst(
    name: str, dtype: np.dtype, n: int, rng: np.random.Generator
) -> tuple[float, tuple[float, ...], int]:
    """The largest error of one function, the arguments it occurs at, and the number of points."""
    if name in UNARY:
        reference = _real(UNARY[name])
        arguments: tuple[np.ndarray, ...] = (points(name, dtype, n, rng),)
    else:
        reference = _real(BINARY[name])
        arguments = pairs(name, dtype, n, rng)
    results = np.asarray(getattr(xp, name)(*(xp.asarray(a) for a in arguments)))
    if results.dtype != dtype:
        raise TypeError(f"{name}(): expected {dtype}, got {results.dtype}")
    largest, where = 0.0, tuple(float(a[0]) for a in arguments)
    for got, *args in zip(results.tolist(), *(a.tolist() for a in arguments), strict=True):
        error = error_in_ulp(got, reference(*(mpmath.mpf(a) for a in args)), dtype)
        if error > largest:
            largest, where = error, tuple(args)
    return largest, where, results.size


def main() -> int:
    names = [*UNARY, *BINARY]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=4000, help="points per function and dtype")
    parser.add_argument("--functions", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--dtypes", nargs="+", default=["float32", "float64"])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    mpmath.mp.prec = PRECISION
    failed = False
    print(f"{'function':12}{'dtype':10}{'points':>8}{'max ulp':>10}   at")
    for name in options.functions:
        for dtype in map(np.dtype, options.dtypes):
            rng = np.random.default_rng(options.seed)
            error, where, count = worst(name, dtype, options.points, rng)
            failed |= error > LIMIT
            shown = ", ".join(value.hex() for value in where)
            mark = "" if error <= LIMIT else "   above the limit"
            print(f"{name:12}{dtype.name:10}{count:8}{error:10.3f}   {shown}{mark}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
