"""Small native arrays of every dtype and layout, and the comparison with what an engine made."""

from __future__ import annotations

from typing import Any, cast

import arrayforge as xp

from .. import _core
from ._distances import worst
from ._engines import to_host


def filled(dtype: str, shape: tuple[int, ...]) -> _core.Array:
    """A native array that holds the values that are lost most easily, then 1, 2, 3 and so on."""
    kind = getattr(xp, dtype)
    size = 1
    for side in shape:
        size *= side
    values = [*_telling(kind), *range(1, size + 1)][:size]
    if xp.isdtype(kind, "bool"):
        values = [bool(value % 2) for value in values]
    return cast("_core.Array", xp.reshape(xp.asarray(values, dtype=kind, device="cpu"), shape))


def _telling(kind: Any) -> list[Any]:
    if xp.isdtype(kind, "bool"):
        return []
    if xp.isdtype(kind, "integral"):
        return [xp.iinfo(kind).max, xp.iinfo(kind).min]
    reals = [-0.0, float("inf"), float(xp.finfo(kind).max)]
    if xp.isdtype(kind, "complex floating"):
        return [complex(-0.0, 1.0), complex(float("inf"), 2.0), complex(3.0, float("nan"))]
    return [*reals, float("nan")]


def layouts(dtype: str) -> list[tuple[str, _core.Array]]:
    """Native arrays of many shapes and strides, with words for each."""
    matrix = filled(dtype, (3, 4))
    scalar = filled(dtype, (6,))[5]
    return [
        ("shape ()", scalar),
        ("shape (1,)", filled(dtype, (1,))),
        ("shape (5,)", filled(dtype, (5,))),
        ("shape (3, 4)", matrix),
        ("shape (2, 1, 3)", filled(dtype, (2, 1, 3))),
        ("shape (0,)", filled(dtype, (0,))),
        ("shape (2, 0, 3)", filled(dtype, (2, 0, 3))),
        ("every other element", matrix[::2, 1::2]),
        ("transposed", matrix.T),
        ("reversed", matrix[::-1, ::-1]),
        ("broadcast", xp.broadcast_to(matrix[0, :], (2, 4))),
    ]


def same_values(found: Any, expected: Any, *, rtol: float = 0.0) -> str | None:
    """What is wrong with a result of the engine, given the native one; None where nothing is."""
    if isinstance(expected, tuple):
        if not isinstance(found, tuple) or len(found) != len(expected):
            return f"expected {len(expected)} results, got {found!r}"
        parts = (same_values(*pair, rtol=rtol) for pair in zip(found, expected, strict=True))
        return next((part for part in parts if part), None)
    if not isinstance(expected, xp.Array):
        return None if found == expected else f"expected {expected!r}, got {found!r}"
    facts = [f"{x.dtype.name} {x.shape}" for x in (expected, found)]
    if facts[0] != facts[1]:
        return f"expected {facts[0]}, got {facts[1]}"
    if rtol == float("inf"):
        return None
    host = to_host(found)
    if worst(host, expected) == 0 or (rtol and _near(host, expected, rtol)):
        return None
    return f"expected {expected.tolist()}, got {host.tolist()}"


def _near(host: _core.Array, expected: _core.Array, rtol: float) -> bool:
    if xp.isdtype(expected.dtype, ("bool", "integral")):
        return bool(xp.all(host == expected))
    same = (host == expected) | (xp.isnan(host) & xp.isnan(expected))
    # Sums that cancel are judged by the size of what was added.
    finite = xp.where(xp.isfinite(expected), xp.abs(expected), xp.ones_like(xp.abs(expected)))
    limit = rtol * (1 + xp.max(finite)) if expected.size else rtol
    return bool(xp.all(same | (xp.abs(host - expected) <= limit)))
