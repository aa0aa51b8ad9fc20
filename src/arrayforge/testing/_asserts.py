"""Assertions about arrays, strict in namespace, device, dtype and shape."""

from __future__ import annotations

import math
from typing import Any, cast

import arrayforge as xp

from .._table import format_table
from ._distances import elements, shown, ulps_shown
from ._engines import apart, to_host


def assert_same_kind(actual: Any, expected: Any) -> None:
    """Both are arrays of this namespace, on one device, of one dtype and shape.

    Raises:
        AssertionError: they are not; the message names what differs.
    """
    __tracebackhide__ = True
    _same_kind("assert_same_kind", actual, expected)


def assert_equal(actual: Any, expected: Any) -> None:
    """The same kind of array with equal elements; NaN equals NaN.

    Raises:
        AssertionError: they differ; the message shows where, the values, and how many ulps.
    """
    __tracebackhide__ = True
    _same_kind("assert_equal", actual, expected)
    report = apart(_unequal, actual, expected)
    if report:
        raise AssertionError(f"assert_equal(): {report}")


def assert_close(
    actual: Any, expected: Any, *, rtol: float | None = None, atol: float = 0.0
) -> None:
    """The same kind of array with ``abs(actual - expected) <= atol + rtol * abs(expected)``.

    rtol follows from the dtype where it is None: the square root of its epsilon, 0 for integers
    and booleans. NaN is close to NaN, infinity to itself.

    Raises:
        AssertionError: they differ; the message shows where, the values, and how many ulps.
    """
    __tracebackhide__ = True
    _same_kind("assert_close", actual, expected)
    if rtol is None:
        floating = xp.isdtype(actual.dtype, ("real floating", "complex floating"))
        rtol = math.sqrt(xp.finfo(actual.dtype).eps) if floating else 0.0
    report = apart(_not_close, actual, expected, rtol, atol)
    if report:
        raise AssertionError(f"assert_close(): {report}\n  rtol {rtol:.2g}, atol {atol:.2g}")


def _same_kind(function: str, actual: Any, expected: Any) -> None:
    __tracebackhide__ = True
    for name, x in (("actual", actual), ("expected", expected)):
        if not isinstance(x, xp.Array):
            kind = f"{type(x).__module__}.{type(x).__qualname__}".removeprefix("builtins.")
            raise AssertionError(
                f"{function}(): {name} is no arrayforge array but {kind}\n"
                "  hint: xp.asarray() converts, with dtype= and device= as they should be"
            )
    for name in ("device", "dtype", "shape"):
        found, wanted = getattr(actual, name), getattr(expected, name)
        if found != wanted:
            if name == "dtype":
                found, wanted = found.name, wanted.name
            raise AssertionError(
                f"{function}(): the {name} differs, actual {found}, expected {wanted}"
            )


def _unequal(actual: xp.Array, expected: xp.Array) -> str:
    first, second = to_host(actual), to_host(expected)
    return _report(first, second, ~_same(first, second))


def _not_close(actual: xp.Array, expected: xp.Array, rtol: float, atol: float) -> str:
    first, second = to_host(actual), to_host(expected)
    same = _same(first, second)
    if rtol == 0 and atol == 0:
        return _report(first, second, ~same)
    a, b = _wide(first), _wide(second)
    # The last condition: an infinite limit admits nothing but equality.
    limit = atol + rtol * xp.abs(b)
    near = (xp.abs(a - b) <= limit) & xp.isfinite(a) & xp.isfinite(b)
    return _report(first, second, ~(same | near))


def _same(first: xp.Array, second: xp.Array) -> xp.Array:
    same = first == second
    if xp.isdtype(first.dtype, ("real floating", "complex floating")):
        same = same | (xp.isnan(first) & xp.isnan(second))
    return cast("xp.Array", same)


def _wide(x: xp.Array) -> xp.Array:
    """x in double precision: differences of integers may not wrap, those of halves not round."""
    wide = xp.complex128 if xp.isdtype(x.dtype, "complex floating") else xp.float64
    return cast("xp.Array", xp.astype(x, wide))


def _report(first: xp.Array, second: xp.Array, where: xp.Array) -> str:
    """Where two arrays differ, as a table; empty where they do not."""
    count = int(xp.count_nonzero(where))
    if not count:
        return ""
    dtype = first.dtype
    rows = [
        [str(e.index), shown(e.first, dtype), shown(e.second, dtype), ulps_shown(e.ulps, dtype)]
        for e in elements(first, second, where)
    ]
    table = format_table(["index", "actual", "expected", "apart"], rows)
    lines = "\n".join(f"  {line}" for line in table.splitlines())
    return f"{count} of {first.size} elements differ\n{lines}"
