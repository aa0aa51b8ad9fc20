"""Settings: from the environment, for the process, or for a block of code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import _core, journal

KNOWN = ("BACKEND", "DEVICE", "NUM_THREADS", "MEMORY_LIMIT", "ISA", "STRICT", "LOG")


@contextmanager
def strict(on: bool = True) -> Iterator[None]:
    """Inside the block, whatever lies outside the array API standard raises StrictError.

    The setting belongs to the context: other threads and tasks do not see it.
    """
    _core._arm_strict()
    token = _core._context_strict.set(on)
    try:
        yield
    finally:
        _core._context_strict.reset(token)


@contextmanager
def checked() -> Iterator[None]:
    """Inside the block, every result of an engine is compared with the dtype and shape planned for
    it; a difference raises NotImplementedError, which names the function and the backend.

    The setting belongs to the process, and costs nothing where it is off.
    """
    _core._check_engines(True)
    try:
        yield
    finally:
        _core._check_engines(False)


@contextmanager
def threads(n: int) -> Iterator[None]:
    """Inside the block, this thread's operations run on n threads; results keep their bits.

    Raises:
        TypeError: n is no integer.
        ValueError: n is not positive.
    """
    if not hasattr(n, "__index__"):
        raise TypeError(f"threads(): expected a number of threads, got {n!r}")
    if n < 1:
        raise ValueError(f"threads(): the number must be at least 1, got {n}")
    before = _core._set_thread_limit(n)
    try:
        yield
    finally:
        _core._set_thread_limit(before)


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


# What the environment asked for in vain, where a command is to report it.
environment_error: Exception | None = None


def apply_environment(choose_backend: Callable[[], None]) -> None:
    """Reads the environment once, when the package is imported.

    The commands that report what is wrong run all the same and find the error here.

    Raises:
        ValueError: for a value that its setting does not take.
        ImportError: for a backend that is unknown or cannot be loaded.
    """
    global environment_error
    try:
        _apply_settings()
        choose_backend()
    except (ValueError, ImportError) as error:
        if not _reports():
            raise
        environment_error = error
    finally:
        # Afterwards, when the backend of `module:object` is known, which owns settings too.
        _warn_about_unknown_names()


def _reports() -> bool:
    """Whether this process is ``arrayforge info``, ``backends`` or ``doctor``."""
    words = sys.orig_argv
    for i, word in enumerate(words[:-1]):
        is_command = word == "arrayforge" and words[i - 1] == "-m"
        if is_command or word.replace("\\", "/").split("/")[-1] in ("arrayforge", "arrayforge.exe"):
            return words[i + 1] in ("info", "backends", "doctor")
    return False


def _apply_settings() -> None:
    journal.apply_environment()
    if flag("ARRAYFORGE_STRICT"):
        _core._set_strict(True)
    levels = _core._isa_levels().split()
    isa = os.environ.get("ARRAYFORGE_ISA")
    if isa and isa not in levels:
        raise ValueError(f"ARRAYFORGE_ISA: this machine has {', '.join(levels)}, got {isa!r}")
    limit = os.environ.get("ARRAYFORGE_MEMORY_LIMIT")
    if limit:
        _core._set_memory_limit(parse_bytes("ARRAYFORGE_MEMORY_LIMIT", limit))
    threads_wanted = os.environ.get("ARRAYFORGE_NUM_THREADS")
    if threads_wanted and not (threads_wanted.isdecimal() and int(threads_wanted) > 0):
        raise ValueError(f"ARRAYFORGE_NUM_THREADS: expected a count, got {threads_wanted!r}")


def hide_extensions(namespace: dict[str, object]) -> None:
    """Under ARRAYFORGE_STRICT=1 the namespace has no dtypes beyond the standard's.

    ``hasattr(xp, "float16")`` is False then; with ``strict()`` only their use is an error, because
    the namespace belongs to the whole process.
    """
    if environment_error or not flag("ARRAYFORGE_STRICT"):
        return
    for name in ("float16", "bfloat16"):
        del namespace[name]

    def missing(name: str) -> object:
        if name in ("float16", "bfloat16"):
            _core._require_lenient_attribute(name, "the floating dtypes are float32 and float64")
        raise AttributeError(f"module 'arrayforge' has no attribute {name!r}")

    namespace["__getattr__"] = missing


def parse_bytes(name: str, text: str) -> int:
    """A number of bytes: "1500", "200MB" (10**6), "2GiB" (2**30).

    Raises:
        ValueError: text is not of that form.
    """
    import re

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kMGT]?)(i?)B?", text.strip())
    if not match:
        raise ValueError(f'{name}: expected bytes such as "200MB" or "2GiB", got {text!r}')
    base = 1024 if match[3] else 1000
    return int(float(match[1]) * base ** " kMGT".index(match[2] or " "))


def unknown_names() -> dict[str, str | None]:
    """ARRAYFORGE_ variables that are no settings, each with the nearest one that is.

    Backends own those that begin with their name: ARRAYFORGE_CUPY_..., say.
    """
    names = [n[11:] for n in os.environ if n.startswith("ARRAYFORGE_") and n[11:] not in KNOWN]
    if not names:
        return {}
    import difflib

    from . import registry

    owners = tuple(
        f"{name.upper().replace('-', '_')}_" for name in {*registry._loaded, *registry.names()}
    )
    unknown = {}
    for name in names:
        if not name.startswith(owners):
            close = difflib.get_close_matches(name, KNOWN, n=1)
            unknown[f"ARRAYFORGE_{name}"] = f"ARRAYFORGE_{close[0]}" if close else None
    return unknown


def _warn_about_unknown_names() -> None:
    for name, close in unknown_names().items():
        if close:
            import warnings

            warnings.warn(
                f"{name} is no setting of arrayforge; did you mean {close}?", stacklevel=4
            )


def show_config(mode: str = "print") -> dict[str, Any] | None:
    """Versions, the backend in force and what chose it, and every setting with its origin.

    Printed; with ``mode="dict"`` returned instead.

    Raises:
        ValueError: mode is neither "print" nor "dict".
    """
    from . import reports

    if mode not in ("print", "dict"):
        raise ValueError(f"show_config(): mode must be 'print' or 'dict', got {mode!r}")
    found = reports.configuration()
    if mode == "dict":
        return found
    reports.print_configuration(found)
    return None
