"""Devices by name, the device in force, and values on the host: what the other modules here share.

The kit only observes. What it moves and computes for itself runs in a context of its own, where
the caller's settings (strict mode, forbidden transfers, the device in force) do not reach.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from .. import _core, configuration, registry

Result = TypeVar("Result")


def devices_of(entry: str) -> list[_core.Device]:
    """The device of that name, or all devices of the backend (name or ``module:object``).

    Raises:
        ImportError: the backend is unknown or cannot be loaded.
        DeviceError: the backend has no such device.
    """
    if ":" in entry and entry.split(":")[0] in registry.names():
        return [registry.device(entry)]
    backend = registry.load(entry)
    if backend.implementation is None:
        return [_core._cpu]
    names = backend.implementation.devices()
    return [_core._intern_device(str(name), backend) for name in names]


@contextmanager
def in_force(device: _core.Device) -> Iterator[None]:
    """Inside the block, creation functions put arrays on the device."""
    token = _core._context_device.set(device)
    try:
        yield
    finally:
        _core._context_device.reset(token)


def apart(function: Callable[..., Result], *args: Any) -> Result:
    """The function's result, computed in a context of its own with the cpu device in force."""

    def run() -> Result:
        _core._context_device.set(_core._cpu)
        with configuration.strict(False):
            return function(*args)

    return contextvars.Context().run(run)


def to_host(x: _core.Array) -> _core.Array:
    """The values of any array as a native one; not counted as a transfer."""
    return _core._to_host(x)


def is_array(x: object) -> bool:
    """Whether x is an array of this library or one that it can take over."""
    return hasattr(type(x), "__dlpack__")
