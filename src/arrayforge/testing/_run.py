"""What a comparison of engines saw: how many operations, and the first that differs."""

from __future__ import annotations

import linecache
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import arrayforge as xp

from ._distances import distances, elements, shown, ulps_shown, worst
from ._engines import apart, to_host

_PACKAGE = str(Path(__file__).parent.parent) + "/"


class Stop(BaseException):
    """Ends the function under test; no Exception, so that its own handlers let it pass."""


@dataclass(frozen=True)
class Difference:
    """The first operation whose result differs between two engines."""

    operation: str
    operands: tuple[str, ...]
    backends: tuple[str, str]
    kind: str
    """What differs: ``value``, ``dtype``, ``shape``, ``type``, or that one raised: ``error``."""
    ulps: float | None
    """The largest distance of two elements: ulps of a floating dtype, else the plain difference;
    infinite where one alone is NaN. None where kind is not ``value``."""
    details: str
    filename: str
    line: int
    source: str

    def __str__(self) -> str:
        place = f"  {self.filename}:{self.line}: {self.source}"
        return f"{self.operation}({', '.join(self.operands)})\n{place}\n{self.details}"


@dataclass
class Comparison:
    """The outcome of `compare_backends`; print it."""

    backends: tuple[str, ...]
    agree: bool
    first_difference: Difference | None
    operations: int
    """How many operations were compared."""
    largest_ulps: float
    """The largest distance that the tolerance let pass."""
    value: Any
    """What the function returned, on the first backend; None where a difference ended it."""

    def __str__(self) -> str:
        names = " and ".join(self.backends)
        if self.first_difference is None:
            passed = f", at most {self.largest_ulps} ulps apart" if self.largest_ulps else ""
            return f"{names} agree in {self.operations} operations{passed}"
        return f"{names} differ in operation {self.operations}: {self.first_difference}"


@dataclass
class Run:
    """One run of the function under test."""

    names: tuple[str, ...]
    tolerance: float
    operations: int = 0
    largest: float = 0
    difference: Difference | None = field(default=None)

    def operation(
        self, name: str, operands: tuple[Any, ...], results: list[Any], *, compare_values: bool
    ) -> None:
        """Compare the results of one operation with the first of them.

        Raises:
            Stop: they differ.
        """
        # Code that swallows even a Stop runs on, but what follows a difference proves nothing.
        if self.difference is not None:
            return
        self.operations += 1
        for other in range(1, len(results)):
            found = apart(self._compare, name, results[0], results[other], other, compare_values)
            if found is None:
                continue
            kind, ulps, details = found
            described = tuple(_described(x) for x in operands)
            pair = (self.names[0], self.names[other])
            self.difference = Difference(name, described, pair, kind, ulps, details, *_user_line())
            raise Stop

    def _compare(
        self, name: str, first: Any, second: Any, other: int, compare_values: bool
    ) -> tuple[str, float | None, str] | None:
        """Kind, distance and description of the difference; None where there is none."""
        names = (self.names[0], self.names[other])
        raised = [isinstance(x, Exception) for x in (first, second)]
        if all(raised):
            return None
        if any(raised):
            return "error", None, _both(names, [_outcome(x) for x in (first, second)])
        if isinstance(first, tuple) and isinstance(second, tuple) and len(first) == len(second):
            fields = getattr(first, "_fields", range(len(first)))
            for label, a, b in zip(fields, first, second, strict=True):
                found = self._compare(name, a, b, other, compare_values)
                if found:
                    return *found[:2], f"  in {label} of the result:\n{found[2]}"
            return None
        if not (isinstance(first, xp.Array) and isinstance(second, xp.Array)):
            same = type(first) is type(second) and first == second
            return None if same else ("type", None, _both(names, [repr(first), repr(second)]))
        for kind in ("dtype", "shape"):
            facts = [getattr(x, kind) for x in (first, second)]
            if facts[0] != facts[1]:
                return kind, None, _both(names, [f"{kind} {fact}" for fact in facts])
        return self._values(names, first, second) if compare_values else None

    def _values(
        self, names: tuple[str, str], first: xp.Array, second: xp.Array
    ) -> tuple[str, float, str] | None:
        a, b = to_host(first), to_host(second)
        ulps = worst(a, b)
        # The tolerance is one of rounding: integers and booleans agree or they do not.
        exact = xp.isdtype(a.dtype, ("bool", "integral"))
        if ulps == 0 or (ulps <= self.tolerance and not exact):
            self.largest = max(self.largest, ulps)
            return None
        return "value", ulps, _element_lines(names, a, b)


def _both(names: tuple[str, str], facts: list[str]) -> str:
    width = max(map(len, names))
    return "\n".join(f"  {name:{width}}  {fact}" for name, fact in zip(names, facts, strict=True))


def _outcome(result: Any) -> str:
    if isinstance(result, Exception):
        return f"raised {type(result).__name__}: {result}"
    return f"returned {_described(result)}"


def _element_lines(names: tuple[str, str], a: xp.Array, b: xp.Array) -> str:
    where = xp.not_equal(distances(a, b), 0)
    dtype = a.dtype
    lines = [f"  {int(xp.count_nonzero(where))} of {a.size} elements differ:"]
    for element in elements(a, b, where):
        values = (shown(element.first, dtype), shown(element.second, dtype))
        pairs = ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
        lines.append(f"    at {element.index}: {pairs}: {ulps_shown(element.ulps, dtype)}")
    return "\n".join(lines)


def _described(x: Any) -> str:
    from ._side_by_side import Together

    if isinstance(x, Together):
        x = x.arrays[0]
    if isinstance(x, xp.Array):
        return f"{x.dtype.name} {x.shape}"
    if isinstance(x, (list, tuple)):
        inner = ", ".join(map(_described, x))
        return f"[{inner}]" if isinstance(x, list) else f"({inner}{',' * (len(x) == 1)})"
    text = x.name if isinstance(x, xp.dtype) else repr(x)
    return text if len(text) <= 40 else text[:37] + "..."


def _user_line() -> tuple[str, int, str]:
    """The innermost line of code outside this package."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    filename, line = frame.f_code.co_filename, frame.f_lineno
    return filename, line, linecache.getline(filename, line).strip()
