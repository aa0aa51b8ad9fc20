"""Arrays on their way between devices: moved on request only, counted, and refused where asked.

What counts is a copy of an array from one device to another. Where two devices share memory, as cpu
and numpy do, a move copies nothing and is free. Single values (float(x), x.item(), printing) are no
arrays. A function that an engine lacks and the host computes counts as a copy, whatever is shared.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core, journal

if TYPE_CHECKING:
    from . import Array, Device

_forbidden: ContextVar[bool] = ContextVar("arrayforge_no_transfers", default=False)
_lock = allocate_lock()
_totals: dict[tuple[str, str, str, str], tuple[int, int]] = {}


class Transfer(NamedTuple):
    """Copies between two devices that one line of the user's program made."""

    what: str  #: function that copied
    source: str  #: device
    target: str  #: device
    line: str  #: file and line number
    times: int
    nbytes: int


class Transfers:
    """Copies since the start of the process, or those of a `with` block; all threads count."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, str, str, str], tuple[int, int]] = {}
        self._after: dict[tuple[str, str, str, str], tuple[int, int]] | None = None

    def __enter__(self) -> Transfers:
        self._before = dict(_totals)
        self._after = None
        return self

    def __exit__(self, *_: object) -> None:
        self._after = dict(_totals)

    @property
    def records(self) -> list[Transfer]:
        """By line, the most bytes first."""
        found = []
        for key, (count, nbytes) in (dict(_totals) if self._after is None else self._after).items():
            count_before, nbytes_before = self._before.get(key, (0, 0))
            if count > count_before:
                found.append(Transfer(*key, count - count_before, nbytes - nbytes_before))
        return sorted(found, key=lambda record: -record.nbytes)

    @property
    def count(self) -> int:
        """How many copies."""
        return sum(record.times for record in self.records)

    @property
    def nbytes(self) -> int:
        """How many bytes they had."""
        return sum(record.nbytes for record in self.records)

    def __repr__(self) -> str:
        lines = [f"Transfers(count={self.count}, nbytes={self.nbytes})"]
        for what, source, target, line, count, nbytes in self.records:
            lines.append(f"  {line}: {what}() {source} -> {target}, {count} x, {nbytes} bytes")
        return "\n".join(lines)


def transfers() -> Transfers:
    """Copies between devices so far; `with transfers() as moved:` counts those of the block.

    >>> with transfers() as moved:
    ...     y = x.to_device("cpu")
    >>> moved.count, moved.nbytes
    """
    return Transfers()


@contextmanager
def no_transfers() -> Iterator[None]:
    """Inside the block, a copy of an array from one device to another raises DeviceError.

    The setting belongs to the context: other threads and tasks do not see it.
    """
    token = _forbidden.set(True)
    try:
        yield
    finally:
        _forbidden.reset(token)


def _users_line() -> str:
    """Where the call came from: the innermost frame outside this package."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "arrayforge":
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def count(what: str, source: str, target: str, nbytes: int) -> None:
    """Counts a copy that is about to happen; the core and the host functions call this.

    Raises:
        DeviceError: inside no_transfers().
    """
    if _forbidden.get():
        raise _core.DeviceError(
            f"{what}(): inside no_transfers(), {nbytes} bytes would go from {source} to {target}"
        )
    key = (what, source, target, _users_line())
    journal.debug("%s() moves %d bytes from %s to %s, at %s", what, nbytes, *key[1:])
    with _lock:
        before = _totals.get(key, (0, 0))
        _totals[key] = (before[0] + 1, before[1] + nbytes)


def move_to(x: Array, device: Device | str | None = None, *, like: Array | None = None) -> Array:
    """x on another device, or on that of another array; itself where it is there already.

    Memory that both devices reach is shared, through DLPack where they are no host memory; else
    the values are copied, through host memory where the engines know no direct way.

    Raises:
        TypeError: x or like is no array, or not exactly one of device and like is given.
        DeviceError: there is no such device, or no_transfers() forbids the copy.
    """
    for name, value in (("x", x), ("like", like)):
        if not isinstance(value, _core.Array) and not (name == "like" and value is None):
            raise TypeError(f"move_to(): {name} must be an arrayforge array, got {_kind(value)}")
    if (device is None) == (like is None):
        raise TypeError("move_to(): expected either a device or like=, an array on it")
    target: Any = device if like is None else like.device
    moved: Array = _core._move("move_to", x, target)
    return moved


def _kind(value: object) -> str:
    return type(value).__name__
