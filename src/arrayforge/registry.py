"""Backends and devices by name, loaded on first use.

The native backend is there from the start. Others are found and checked by discovery.py, which
importing the package does not import.
"""

from __future__ import annotations

from _thread import RLock
from typing import Any

from . import _core, journal

NATIVE = _core._cpu.backend
_loaded: dict[str, _core.Backend] = {"cpu": NATIVE}
_locks: dict[str, Any] = {}
# A thread that waits for another's load may be importing the very module that this load needs.
# Neither could go on, so the wait ends, and both load: what registers first is kept.
_PATIENCE_SECONDS = 20.0


def names() -> list[str]:
    """Names of the backends that distributions offer; none of them is imported."""
    from . import discovery

    return discovery.names()


def load(name: str) -> _core.Backend:
    """The backend of that name, or of ``module:object``, loaded and with its devices known.

    A load that failed may be tried again.

    Raises:
        ImportError: unknown, not installed, or broken; the message says which.
    """
    if (backend := _loaded.get(name)) is not None:
        return backend
    lock = _locks.setdefault(name, RLock())
    locked = lock.acquire(timeout=_PATIENCE_SECONDS)
    try:
        return _loaded.get(name) or _load(name)
    finally:
        if locked:
            lock.release()


def _load(name: str) -> _core.Backend:
    from time import perf_counter

    from . import discovery

    begin = perf_counter()
    implementation, who = discovery.implementation(name)
    own = implementation.name
    if own in _loaded and _loaded[own].implementation is not implementation:
        if name == own:  # another thread was first
            return _loaded[own]
        raise discovery.BrokenBackendError(
            f"backend {name!r}: another backend of the name {own!r} is loaded"
        )
    with discovery.blaming(who):
        backend = _loaded.get(own) or _core.Backend(implementation)
        for device_name in implementation.devices():
            _core._intern_device(device_name, backend)
    _loaded.setdefault(own, backend)
    _loaded[name] = backend
    journal.debug("loaded backend %s in %.3f s", name, perf_counter() - begin)
    return backend


_by_module: dict[str, str] = {}


def owner_of(array: Any) -> _core.Backend | None:
    """The backend to whose library an object of another library belongs, loaded; None: nobody's."""
    if not _by_module:
        from . import discovery

        _by_module.update(discovery.owners())
    owner = _by_module.get(type(array).__module__.partition(".")[0])
    return load(owner) if owner else None


def device_names(backend: _core.Backend) -> list[str]:
    """Names of the devices of a loaded backend, the default one first."""
    if backend.implementation is None:
        return ["cpu"]
    return [str(device) for device in backend.implementation.devices()]


def find_device(backend: _core.Backend, name: str) -> _core.Device | None:
    """The backend's device of that name, with or without the backend's own name before it."""
    known = device_names(backend)
    aliases = getattr(backend.implementation, "aliases", {})
    for candidate in (name, f"{backend.name}:{name}", aliases.get(name)):
        if candidate in known:
            return _core._intern_device(candidate, backend)
    return None


def is_known(name: str) -> bool:
    """Whether a loaded backend or a distribution has the name; nothing is imported."""
    return name in _loaded or name in names()


def unknown_device(name: str) -> _core.DeviceError:
    """Lists the devices of the backends that are loaded, and the others by name: none is loaded."""
    known = dict.fromkeys(d for backend in _loaded.values() for d in device_names(backend))
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
    if found := find_device(_core._default_device().backend, name):
        return found
    prefix = name.split(":")[0]
    if not is_known(prefix):
        raise unknown_device(name)
    backend = load(prefix)
    if found := find_device(backend, name):
        return found
    known = ", ".join(device_names(backend))
    raise _core.DeviceError(f"device(): {backend.name} has {known}, got {name!r}")


def first_device(name: str) -> _core.Device:
    """The device that creation uses under the backend of that name or ``module:object``."""
    backend = load(name)
    if backend.implementation is None:
        return _core._cpu
    return _core._intern_device(device_names(backend)[0], backend)


def synchronize(device: _core.Device | str | None = None) -> None:
    """Waits until a device has computed everything that was asked of it; the default one if none
    is named. Engines that compute at once, as cpu does, have nothing to wait for.

    Raises:
        DeviceError: there is no such device.
    """
    place = _place("synchronize", device)
    wait = getattr(place.backend.implementation, "synchronize", None)
    if wait is not None:
        wait(str(place))


def _place(function: str, where: _core.Device | str | None) -> _core.Device:
    if where is None:
        return _core._default_device()
    if not isinstance(where, (str, _core.Device)):
        raise TypeError(f"{function}(): expected a device or its name, got {where!r}")
    return where if isinstance(where, _core.Device) else device(where)


def memory_of(device: _core.Device | str | None = None) -> dict[str, int]:
    """What memory.device_stats() gives."""
    place = _place("device_stats", device)
    engine = place.backend.implementation
    if engine is None:
        counts = _core._memory_stats()
        return {"live": counts["live_bytes"], "reserved": counts["reserved_bytes"]}
    if not hasattr(engine, "memory"):
        raise NotImplementedError(
            f"device_stats(): backend {place.backend.name} does not count its memory"
        )
    return dict(engine.memory(str(place)))


def devices() -> tuple[_core.Device, ...]:
    """The devices of the backend in force."""
    backend = _core._default_device().backend
    return tuple(_core._intern_device(name, backend) for name in device_names(backend))
