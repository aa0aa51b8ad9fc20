"""Which backend creation uses, and why.

From the strongest: the `device=` of a call, the innermost `use_backend` block of the context, the
last `set_backend`, ARRAYFORGE_DEVICE and ARRAYFORGE_BACKEND, the native backend. At each level a
device outranks a backend, and two that disagree are an error.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from . import _core, journal, registry

_Function = TypeVar("_Function", bound=Callable[..., Any])
_COROUTINE, _GENERATORS = 0x80, 0x20 | 0x200  # of code objects; inspect would be a slow import


# No NamedTuple: making one takes as long as importing a module.
class Choice:
    """A device, what chose it, and the names before it in a list, with why each was skipped."""

    __slots__ = ("device", "outer", "skipped", "why")

    def __init__(self, device: _core.Device, why: str, skipped: dict[str, str]) -> None:
        self.device = device
        self.why = why
        self.skipped = skipped
        self.outer: Choice | None = None  #: of the block around a block


_DEFAULT = Choice(_core._cpu, "nothing else was asked for", {})
_environment: Choice | None = None
_process: Choice | None = None
_context: ContextVar[Choice | None] = ContextVar("arrayforge_choice", default=None)


def in_force() -> Choice:
    """The choice that creation functions without `device=` follow here and now."""
    return _context.get() or _process or _environment or _DEFAULT


def _names_device(text: str) -> _core.Device | None:
    """The device, where the text is one that begins with the name of its backend."""
    prefix, colon, _ = text.partition(":")
    if not colon or not registry.is_known(prefix):
        return None
    return registry.find_device(registry.load(prefix), text)


def _one(text: str) -> _core.Device:
    """The device meant by a backend, by a device, or by `module:object`."""
    if text in registry._loaded or ":" not in text:
        return registry.first_device(text)
    if found := _names_device(text):
        return found
    from . import discovery

    known = registry.is_known(text.partition(":")[0])
    if discovery.is_object(text) and (not known or discovery.is_backend_object(text)):
        return registry.first_device(text)
    return registry.device(text)


def _parts(text: str) -> list[str]:
    if not isinstance(text, str):
        raise TypeError(f"expected the name of a backend or a device, got {text!r}")
    parts = [part.strip() for part in text.split(",")]
    if "" in parts:
        raise ValueError(f"expected names of backends, separated by commas, got {text!r}")
    return parts


def _first_usable(text: str, why: str) -> Choice:
    parts = _parts(text)
    if len(parts) == 1:
        return Choice(_one(parts[0]), why, {})
    skipped: dict[str, str] = {}
    for part in parts:
        try:
            device = _one(part)
        except (ImportError, _core.DeviceError) as error:
            skipped[part] = str(error)
            journal.info("skipped %s: %s", part, error)
            _warn_about_a_slip(error)
        else:
            return Choice(device, why, skipped)
    reasons = "".join(f"\n  {part}: {reason}" for part, reason in skipped.items())
    raise ImportError(f"none of {', '.join(parts)} can be used{reasons}")


def _warn_about_a_slip(error: Exception) -> None:
    # An unknown name in a list may be that of a plug-in that other machines have; one that is
    # nearly right is more likely to be misspelt.
    if getattr(error, "close", None):
        import warnings

        warnings.warn(str(error), RuntimeWarning, stacklevel=2)


def _agree(device: _core.Device, backend: str) -> bool:
    """Whether the list of backends has that of the device."""
    own = device.backend.name
    for part in _parts(backend):
        if part == own or part.startswith(f"{own}:"):
            return True
        try:
            if ":" in part and _one(part).backend is device.backend:
                return True
        except (ImportError, ValueError):
            pass  # it cannot be that of a device that there is
    return False


def _choose(backend: str | None, device: str | None, why: tuple[str, str]) -> Choice:
    """The choice of one level, which has a backend, a device, or both."""
    if device is None:
        return _first_usable("cpu" if backend is None else backend, why[0])
    if len(_parts(device)) > 1:
        raise _core.DeviceError(f"expected one device, got {device!r}")
    if backend and not registry.is_known(device.partition(":")[0]):
        of = _first_usable(backend, why[0])
        found = registry.find_device(of.device.backend, device)
        if found is None:
            known = ", ".join(registry.device_names(of.device.backend))
            name = of.device.backend.name
            raise _core.DeviceError(f"device(): {name} has {known}, got {device!r}")
        return Choice(found, f"{why[1]} and {why[0]}", of.skipped)
    found = registry.device(device)
    if backend and not _agree(found, backend):
        raise _core.DeviceError(
            f"{why[1]} is a device of backend {found.backend.name}, but {why[0]} asks for another"
        )
    return Choice(found, why[1], {})


def _called(function: str, name: str | None, device: str | None) -> Choice:
    backend_why = f"{function}({name!r})"
    device_why = f"{function}(device={str(device)!r})"
    given = None if device is None else str(device)
    try:
        return _choose(name, given, (backend_why, device_why))
    except (TypeError, ValueError) as error:
        own = type(error) in (TypeError, ValueError, _core.DeviceError)
        if not own or "(): " in str(error) or str(error).startswith(function):
            raise
        raise type(error)(f"{function}(): {error}") from None


def _told(choice: Choice) -> Choice:
    journal.info("backend in force: %s (%s)", choice.device, choice.why)
    return choice


def set_backend(name: str | None = None, *, device: str | None = None) -> None:
    """From now on, creation functions of this process put arrays there.

    ``name`` is a backend, a device such as "torch:cuda:1", ``module:object``, or several in order
    of preference, separated by commas: the first one that can be used. Without arguments, what the
    environment says is in force again.

    Raises:
        ImportError: a backend is unknown, not installed, or broken.
        DeviceError: there is no such device, or it is not one of the backend.
    """
    global _process
    if name is None and device is None:
        _process = None
    else:
        _process = _told(_called("set_backend", name, device))
    beneath = _process or _environment
    _core._set_global_device(beneath.device if beneath else None)


class use_backend:  # noqa: N801  (used like a function)
    """Inside the block, creation functions put arrays there; takes what set_backend() takes.

    Also decorates functions and coroutine functions. The choice belongs to the context: other
    threads and tasks do not see it.

    Raises:
        ImportError: a backend is unknown, not installed, or broken.
        DeviceError: there is no such device, or it is not one of the backend.
    """

    def __init__(self, name: str | None = None, *, device: str | None = None) -> None:
        if name is None and device is None:
            raise TypeError("use_backend(): expected the name of a backend or a device")
        self._name = name
        self._device = device

    def __enter__(self) -> None:
        chosen = _called("use_backend", self._name, self._device)
        journal.debug("backend in force: %s (%s)", chosen.device, chosen.why)
        # The blocks around this one are kept in the context, not here: one object may be entered
        # many times, by several threads and tasks.
        chosen.outer = _context.get()
        _context.set(chosen)
        _core._context_device.set(chosen.device)

    def __exit__(self, *error: object) -> None:
        inner = _context.get()
        outer = inner.outer if inner else None
        _context.set(outer)
        _core._context_device.set(outer.device if outer else None)

    def __call__(self, function: _Function) -> _Function:
        flags = getattr(getattr(function, "__code__", None), "co_flags", 0)
        if flags & _GENERATORS:
            raise TypeError(
                "use_backend(): a generator would leave the block open between its values; "
                "write the block inside it"
            )
        if flags & _COROUTINE:

            @wraps(function)
            async def call_async(*args: Any, **named: Any) -> Any:
                with self:
                    return await function(*args, **named)

            return call_async  # type: ignore[return-value]

        @wraps(function)
        def call(*args: Any, **named: Any) -> Any:
            with self:
                return function(*args, **named)

        return call  # type: ignore[return-value]


def apply_environment() -> None:
    """Reads ARRAYFORGE_DEVICE and ARRAYFORGE_BACKEND once, when the package is imported.

    Raises:
        ImportError: what they ask for cannot be had.
    """
    global _environment
    backend = os.environ.get("ARRAYFORGE_BACKEND", "").strip()
    device = os.environ.get("ARRAYFORGE_DEVICE", "").strip()
    if not backend and not device:
        return
    why = (f"ARRAYFORGE_BACKEND={backend}", f"ARRAYFORGE_DEVICE={device}")
    try:
        choice = _choose(backend or None, device or None, why)
    except (ImportError, ValueError) as error:
        setting = why[1] if device else why[0]
        text = str(error)
        raise ImportError(text if text.startswith(setting) else f"{setting}: {text}") from error
    _environment = _told(choice)
    _core._set_global_device(choice.device)
