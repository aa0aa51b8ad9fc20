"""Settings: from the environment, for the process, or for a block of code."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from . import _core

KNOWN = ("BACKEND", "DEVICE", "NUM_THREADS", "MEMORY_LIMIT", "ISA", "STRICT", "LOG")


@contextmanager
def strict(on: bool = True) -> Iterator[None]:
    """Inside the block, whatever lies outside the array API standard raises StrictError.

    The setting belongs to the context: other threads and tasks do not see it.
    """
    token = _core._context_strict.set(on)
    try:
        yield
    finally:
        _core._context_strict.reset(token)


def flag(name: str) -> bool:
    """A switch of the environment: unset, empty, 0, false and off are off.

    Raises:
        ValueError: for any other value that does not mean on.
    """
    value = os.environ.get(name, "").strip().lower()
    if value in ("", "0", "false", "off", "no"):
        return False
    if value in ("1", "true", "on", "yes"):
        return True
    raise ValueError(f"{name}: expected 0 or 1, got {value!r}")


def apply_environment() -> None:
    """Reads the environment once, when the package is imported.

    Raises:
        ValueError: for a value that its setting does not take.
    """
    _core._set_strict(flag("ARRAYFORGE_STRICT"))
    levels = _core._isa_levels().split()
    isa = os.environ.get("ARRAYFORGE_ISA")
    if isa and isa not in levels:
        raise ValueError(f"ARRAYFORGE_ISA: this machine has {', '.join(levels)}, got {isa!r}")
    _warn_about_unknown_names()


def _warn_about_unknown_names() -> None:
    for name in os.environ:
        if not name.startswith("ARRAYFORGE_") or name[11:] in KNOWN:
            continue
        import difflib
        import warnings

        close = difflib.get_close_matches(name[11:], KNOWN, n=1)
        if close:
            warnings.warn(
                f"{name} is no setting of arrayforge; did you mean ARRAYFORGE_{close[0]}?",
                stacklevel=3,
            )
