"""Backends by name: found by entry point or ``module:object``, loaded on first use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import _core

NATIVE = _core._cpu.backend
_loaded: dict[str, _core.Backend] = {"cpu": NATIVE}
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


_by_module: dict[str, str] = {}


def owner_of(array: Any) -> _core.Backend | None:
    """The backend to whose library an object of another library belongs, loaded; None: nobody's."""
    if not _by_module:
        for name, point in _entry_points().items():
            try:
                modules = point.load().modules
            except Exception:  # a broken plug-in owns nothing
                continue
            _by_module.update(dict.fromkeys(modules, name))
    owner = _by_module.get(type(array).__module__.partition(".")[0])
    return load(owner) if owner else None


def _devices(backend: _core.Backend) -> list[str]:
    if backend.implementation is None:
        return ["cpu"]
    return [str(d) for d in backend.implementation.devices()]


def _unknown_device(name: str) -> _core.DeviceError:
    """Lists the devices of the backends that are loaded, and the others by name: none is loaded."""
    known = dict.fromkeys(d for backend in _loaded.values() for d in _devices(backend))
    others = [other for other in names() if other not in _loaded]
    rest = f", and those of {', '.join(others)}" if others else ""
    return _core.DeviceError(f"device(): expected one of {', '.join(known)}{rest}, got {name!r}")


def device(name: str) -> _core.Device:
    """The device of that name, such as ``cpu`` or ``cupy:0``; loads its backend.

    ``cuda:0`` is that of the backend in force: ``torch:cuda:0`` where this is torch.

    Raises:
        ImportError: the backend is installed but cannot be loaded.
        DeviceError: there is no such device; the message lists those that there are.
    """
    if name == "cpu":
        return _core._cpu
    in_force = _core._default_device().backend
    if (own := f"{in_force.name}:{name}") in _devices(in_force):
        return _core._intern_device(own, in_force)
    prefix = name.split(":")[0]
    if prefix not in _loaded and prefix not in names():
        raise _unknown_device(name)
    backend = load(prefix)
    known = _devices(backend)
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
