"""Backends by name: found by entry point or ``module:object``, loaded on first use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import _core

_loaded: dict[str, _core.Backend] = {"cpu": _core._cpu.backend}
GROUP = "arrayforge.backends"


def _entry_points() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP)}


def names() -> list[str]:
    """Names of the installed backends; none of them is imported."""
    return sorted({"cpu", *_entry_points()})


def _spec(name: str) -> Any:
    if ":" in name:
        from importlib import import_module

        module, _, attribute = name.partition(":")
        return getattr(import_module(module), attribute)
    points = _entry_points()
    if name not in points:
        import difflib

        close = difflib.get_close_matches(name, points, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        raise ImportError(f"backend {name!r} is unknown{meant} (installed: {', '.join(names())})")
    return points[name].load()


def load(name: str) -> _core.Backend:
    """The backend of that name, or of ``module:object``, loaded and with its devices known.

    Raises:
        ImportError: unknown, not installed, or broken; the message says which.
    """
    if name not in _loaded:
        implementation = _spec(name)
        if hasattr(implementation, "load"):
            implementation = implementation.load()
        backend = _core.Backend(implementation)
        for device_name in implementation.devices():
            _core._intern_device(str(device_name), backend)
        _loaded[name] = backend
        _loaded.setdefault(backend.name, backend)
    return _loaded[name]


def device(name: str) -> _core.Device:
    """The device of that name, such as ``cpu`` or ``cupy:0``; loads its backend.

    Raises:
        ImportError: no installed backend has the name.
        DeviceError: the backend has no such device.
    """
    if name == "cpu":
        return _core._cpu
    backend = load(name.split(":")[0])
    known = [str(d) for d in backend.implementation.devices()]
    if name not in known:
        raise _core.DeviceError(f"device(): {backend.name} has {', '.join(known)}, got {name!r}")
    return _core._intern_device(name, backend)


def _first_device(name: str) -> _core.Device:
    if name == "cpu":
        return _core._cpu
    backend = load(name)
    return _core._intern_device(str(backend.implementation.devices()[0]), backend)


def set_backend(name: str) -> None:
    """From now on, creation functions of this process put arrays on the backend's first device."""
    _core._set_global_device(_first_device(name))


@contextmanager
def use_backend(name: str) -> Iterator[None]:
    """Inside the block, creation functions put arrays on the backend's first device.

    The choice belongs to the context: other threads and tasks do not see it.
    """
    token = _core._context_device.set(_first_device(name))
    try:
        yield
    finally:
        _core._context_device.reset(token)


def devices() -> tuple[_core.Device, ...]:
    """The devices of the backend in force."""
    backend = _core._default_device().backend
    if backend.implementation is None:
        return (_core._cpu,)
    known = backend.implementation.devices()
    return tuple(_core._intern_device(str(name), backend) for name in known)


def apply_environment() -> None:
    """Reads ARRAYFORGE_DEVICE and ARRAYFORGE_BACKEND once, when the package is imported."""
    chosen_device = os.environ.get("ARRAYFORGE_DEVICE")
    chosen_backend = os.environ.get("ARRAYFORGE_BACKEND")
    setting = "ARRAYFORGE_DEVICE" if chosen_device else "ARRAYFORGE_BACKEND"
    try:
        if chosen_device:
            _core._set_global_device(device(chosen_device))
        elif chosen_backend and chosen_backend != "cpu":
            set_backend(chosen_backend)
    except (ImportError, ValueError) as error:
        raise ImportError(f"{setting}={os.environ[setting]}: {error}") from error
