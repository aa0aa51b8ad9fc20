"""The arena that native arrays live in: what it holds, how it is bounded, how it is tidied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from . import _core
from .configuration import parse_bytes

if TYPE_CHECKING:
    from . import Device


# No dataclasses: they would import half of the standard library together with the package.
class Stats(NamedTuple):
    """Counts of the arena, sizes in bytes."""

    live_bytes: int  #: held by arrays, as requested
    peak_bytes: int  #: most of live_bytes since the start or reset_peak()
    reserved_bytes: int  #: mapped from the system
    allocations: int  #: live blocks
    total_allocations: int  #: blocks handed out since the start
    fragmentation: float  #: share of free bytes outside the largest free block of their region


class Scope:
    """What a block of code did to the arena; filled when the block ends."""

    def __init__(self) -> None:
        self.peak_bytes = 0  #: most bytes live at once, those from before included
        self.kept_bytes = 0  #: live at the end less live at the start

    def __repr__(self) -> str:
        return f"Scope(peak_bytes={self.peak_bytes}, kept_bytes={self.kept_bytes})"


def stats() -> Stats:
    """The counts as they are now."""
    return Stats(**_core._memory_stats())


def device_stats(device: Device | str | None = None) -> dict[str, int]:
    """Bytes on a device, as its engine counts them: "live", "reserved" and what else it knows, such
    as "free", "peak" or "limit"; of the default device if none is named.

    Raises:
        DeviceError: there is no such device.
        NotImplementedError: its engine does not count.
    """
    from .registry import memory_of

    return memory_of(device)


def limit() -> int | None:
    """The most bytes that may be live, or None."""
    return _core._memory_limit()


def set_limit(nbytes: int | str | None) -> None:
    """Bounds the live bytes: a number, a text such as "2GiB", or None for no bound.

    Allocations beyond it raise MemoryError; nothing that is live is taken back.

    Raises:
        TypeError: neither a whole number nor a text.
        ValueError: the number is negative, or the text has no such form.
    """
    if isinstance(nbytes, str):
        nbytes = parse_bytes("set_limit()", nbytes)
    if nbytes is not None and not hasattr(nbytes, "__index__"):
        raise TypeError(f"set_limit(): expected whole bytes, a text or None, got {nbytes!r}")
    if nbytes is not None and nbytes < 0:
        raise ValueError(f"set_limit(): the limit must not be negative, got {nbytes}")
    _core._set_memory_limit(nbytes)


def trim() -> int:
    """Gives unused memory back to the system; returns how many bytes."""
    return _core._trim()


def defragment() -> int:
    """Moves large blocks that nobody outside points at to denser places; returns how many."""
    return _core._defragment()


def reset_peak() -> None:
    """Starts a new peak from what is live now."""
    _core._reset_peak()


@contextmanager
def scope() -> Iterator[Scope]:
    """Reports the peak of a block of code, of all threads; scopes nest.

    Inside, stats() counts a new peak; afterwards again the one of the block around it.
    """
    result = Scope()
    before = stats()
    reset_peak()
    try:
        yield result
    finally:
        now = stats()
        _core._raise_peak(before.peak_bytes)
        result.peak_bytes = now.peak_bytes
        result.kept_bytes = now.live_bytes - before.live_bytes
