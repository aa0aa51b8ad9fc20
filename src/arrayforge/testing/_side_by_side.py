"""A backend that runs every operation on several engines at once and compares the results.

Its payload holds one public array per engine, so views and writes in place keep whatever meaning
each engine gives them; control flow (`bool`, `item`) follows the first. Results that agree within
the tolerance but not to the bit are replaced by the first engine's, so that every operation is
compared on equal operands and a difference is charged to the operation that made it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import arrayforge as xp

from .. import _core
from ._distances import worst
from ._engines import apart, in_force, to_host
from ._run import Run, Stop

# Their elements are whatever was in memory.
_UNDEFINED = ("empty", "empty_like")

current: ContextVar[Run | None] = ContextVar("arrayforge_side_by_side", default=None)


class Together:
    """One array per engine."""

    __slots__ = ("arrays",)

    def __init__(self, arrays: tuple[_core.Array, ...]) -> None:
        self.arrays = arrays


def part(x: Any, i: int) -> Any:
    """An argument as the i-th engine takes it."""
    if isinstance(x, Together):
        return x.arrays[i]
    if type(x) in (list, tuple):
        return type(x)(part(item, i) for item in x)
    return x


def first_of(x: Any) -> Any:
    """A result of the function under test with the first engine's arrays in place of ours."""
    if isinstance(x, _core.Array) and isinstance(x._raw, Together):
        return x._raw.arrays[0]
    if isinstance(x, tuple):
        return getattr(x, "_make", tuple)(first_of(item) for item in x)
    if isinstance(x, list):
        return [first_of(item) for item in x]
    if isinstance(x, dict):
        return {key: first_of(item) for key, item in x.items()}
    return x


class SideBySide:
    """The backend; see the contract in `arrayforge.backend`."""

    api_version = 1
    wraps = True
    # The lowest of wrappers: gradients and tracers inside the function wrap its arrays in turn.
    level = 1

    def __init__(self, engines: tuple[_core.Device, ...]) -> None:
        self.engines = engines
        self.name = "|".join(map(str, engines))
        self.namespace = self._namespace(
            xp, linalg=self._namespace(xp.linalg), fft=self._namespace(xp.fft)
        )

    def devices(self) -> list[str]:
        """One device, its own: what is created on an array's device stays under comparison."""
        return [self.name]

    def dtypes(self, device: str | None) -> dict[str, Any]:
        """What all engines have."""
        held = [xp.__array_namespace_info__().dtypes(device=engine) for engine in self.engines]
        return {name: held[0][name] for name in held[0] if all(name in other for other in held)}

    def describe(self, raw: Together) -> tuple[Any, Any, str]:
        """What the first engine says."""
        return raw.arrays[0].dtype, raw.arrays[0].shape, self.name

    def lift(self, array: _core.Array) -> Together:
        """A copy of the array on each engine."""
        return Together(tuple(apart(_moved, array, engine) for engine in self.engines))

    def from_host(self, array: _core.Array, device: str) -> Together:
        """A copy of the array on each engine."""
        return self.lift(array)

    def to_host(self, raw: Together) -> Any:
        """The first engine's array, after a comparison: a write elsewhere may show here."""
        return part(self._settle("to_host", list(raw.arrays), (raw,)), 0)

    item = to_host

    def getitem(self, raw: Together, key: Any) -> Any:
        """The selection on each engine."""
        return self._call("getitem", lambda x, chosen: x[chosen], (raw, key), {})

    def setitem(self, raw: Together, key: Any, value: Any) -> Together:
        """The assignment on each engine; what was assigned is compared."""

        def assign(x: Any, chosen: Any, given: Any) -> Any:
            x[chosen] = given
            return x[chosen]

        self._call("setitem", assign, (raw, key, value), {})
        return raw

    def _namespace(self, module: Any, **parts: Any) -> Any:
        functions = {
            name: staticmethod(self._side_by_side(name, getattr(module, name)))
            for name in module.__all__
            if callable(getattr(module, name)) and name not in parts
        }
        return type("Namespace", (), {**functions, **parts})

    def _side_by_side(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            return self._call(name, function, args, named)

        return call

    def _call(
        self, name: str, function: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        results: list[Any] = []
        for i, engine in enumerate(self.engines):
            with in_force(engine):
                try:
                    given = {key: part(x, i) for key, x in named.items()}
                    results.append(function(*part(args, i), **given))
                except Exception as error:
                    results.append(error)
        return self._settle(name, results, (*args, *named.values()))

    def _settle(self, name: str, results: list[Any], operands: tuple[Any, ...]) -> Any:
        """One result from those of all engines; what differs ends the run."""
        run = current.get()
        if run is not None:
            run.operation(name, operands, results, compare_values=name not in _UNDEFINED)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return self._together(results)

    def _together(self, results: list[Any]) -> Any:
        first = results[0]
        if isinstance(first, tuple):
            items = [self._together(list(parts)) for parts in zip(*results, strict=True)]
            return getattr(first, "_make", tuple)(items)
        if not isinstance(first, _core.Array):
            return first
        return Together((first, *(_equalized(first, other) for other in results[1:])))


def _moved(array: _core.Array, device: _core.Device) -> _core.Array:
    """A copy on the device, not counted as a transfer of the function under test."""
    return _core._from_host(xp.asarray(to_host(array), copy=True), device)


def _equalized(first: _core.Array, other: _core.Array) -> _core.Array:
    """The other engine's array, or the first's values on its device where they differ."""
    return apart(_equalized_apart, first, other)


def _equalized_apart(first: _core.Array, other: _core.Array) -> _core.Array:
    same = first.dtype == other.dtype and first.shape == other.shape
    if same and worst(to_host(first), to_host(other)) == 0:
        return other
    return _moved(first, other.device)


@functools.cache
def device_for(engines: tuple[_core.Device, ...]) -> _core.Device:
    """The device of the backend that compares these engines."""
    implementation = SideBySide(engines)
    return _core._intern_device(implementation.name, _core.Backend(implementation))


__all__ = ["Stop", "Together", "current", "device_for", "first_of"]
