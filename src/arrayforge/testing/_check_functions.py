"""The functions of the standard on an engine, one by one, compared with the native engine."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import arrayforge as xp

from .. import _core
from . import _samples as samples
from ._samples import Call, Operand
from ._values import same_values

if TYPE_CHECKING:
    from ._check import Problems

_ACCEPTED = {
    "all": ("bool", "numeric"),
    "numeric": "numeric",
    "real_numeric": ("integral", "real floating"),
    "integer": "integral",
    "integer_or_boolean": ("bool", "integral"),
    "boolean": "bool",
    "floating": ("real floating", "complex floating"),
    "real_floating": "real floating",
}


def function_problems(problems: Problems, device: _core.Device, held: list[str]) -> None:
    """Try every function on every dtype that the device holds."""
    for dtype in held:
        for name, (args, named) in calls(getattr(xp, dtype), held):
            given = (device, name, args, named, dtype)
            problems.tried(f"namespace.{name}", dtype, _wrong_result, *given)


def calls(dtype: Any, held: list[str]) -> Iterator[tuple[str, Call]]:
    """The samples for a dtype, by the name of the function."""
    for name, arity, accepts, _ in _core._op_table():
        # The standard's functions on dtypes beyond it are a bonus, which no engine owes.
        if xp.isdtype(dtype, _ACCEPTED[accepts]):
            yield name, samples.call(*[Operand.VECTOR] * arity)
    real = xp.isdtype(dtype, ("integral", "real floating"))
    floating = xp.isdtype(dtype, ("real floating", "complex floating"))
    in_scope = {
        "ANY": True,
        "NUMERIC": xp.isdtype(dtype, "numeric"),
        "REAL": real,
        "FLOATING": floating,
        "REAL_FLOATING": real and floating,
        "TRANSFORMS": floating and {"complex64", "complex128"} <= {*held},
        "REAL_TRANSFORMS": real and floating and {"complex64", "complex128"} <= {*held},
    }
    for table, applies in in_scope.items():
        for name, calls in getattr(samples, table).items() if applies else ():
            for call in calls:
                yield name, call


def result_of(
    device: _core.Device, name: str, args: tuple[Any, ...], named: dict[str, Any], dtype: str
) -> Any:
    """What a function gives for a call of the samples."""
    space, _, function = name.rpartition(".")
    public = getattr(getattr(xp, space) if space else xp, function)
    return public(*_filled(args, dtype, device), **_filled(named, dtype, device))


def _wrong_result(
    device: _core.Device, name: str, args: tuple[Any, ...], named: dict[str, Any], dtype: str
) -> str | None:
    expected, found = (result_of(where, name, args, named, dtype) for where in (_core._cpu, device))
    rtol = float("inf") if name in samples.OPEN else _tolerance(dtype)
    return same_values(found, expected, rtol=rtol)


def _tolerance(dtype: str) -> float:
    kind = getattr(xp, dtype)
    if xp.isdtype(kind, ("bool", "integral")):
        # mean and the like of integers come in the default dtype, float32 on small devices.
        return 1e-3
    # Rounding is for the suite to judge; here a function is right or plainly wrong.
    eps: float = xp.finfo(kind).eps
    return math.sqrt(eps)


def _filled(given: Any, dtype: str, device: _core.Device) -> Any:
    if isinstance(given, dict):
        return {key: _filled(item, dtype, device) for key, item in given.items()}
    if isinstance(given, tuple):
        return tuple(_filled(item, dtype, device) for item in given)
    if not isinstance(given, Operand):
        return given
    if given is Operand.DEVICE:
        return device
    kind = getattr(xp, dtype)
    if given is Operand.DTYPE:
        return kind
    values: Any = {
        Operand.VECTOR: [3, 1, 2, 1],
        Operand.TRIPLE: [1, 2, 3],
        Operand.COLUMN: [[1], [2]],
        Operand.MATRIX: [[2, 1], [1, 3]],
        Operand.INDICES: [0, 1, 2, 3],
        Operand.MASK: [True, False, False, True],
    }[given]
    if given is Operand.INDICES:
        kind = xp.int64
    elif given is Operand.MASK:
        kind = xp.bool
    elif xp.isdtype(kind, "real floating") and given is Operand.VECTOR:
        values = [0.75, -0.5, 2.5, 1.0]
    elif xp.isdtype(kind, "complex floating") and given is Operand.VECTOR:
        values = [0.75 + 1j, -0.5, 2.5j, 1.0 - 0.5j]
    native = xp.asarray(values, device="cpu")
    return xp.asarray(xp.astype(native, kind), device=device)
