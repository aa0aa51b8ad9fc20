"""The namespace with `no_transfers()` around every call: what `conformance --no-transfers` tests.

A call falls where it would use the host for an engine that lacks the function. Each fall is noted
in the file that ARRAYFORGE_GUARDED_FALLS names, as the name of the host function: `svd`, also where
the caller asked for `pinv`, which is made of it.
"""

from __future__ import annotations

import functools
import inspect
import os
import types
from collections.abc import Callable
from typing import Any

import arrayforge

_MARK = "(): inside no_transfers(), "
# Whoever calls these, or gives a device, asks for a transfer.
_MOVES = ("asarray", "from_dlpack", "move_to")


def _note(name: str) -> None:
    path = os.environ.get("ARRAYFORGE_GUARDED_FALLS")
    if path:
        # One short line at a time: parallel workers append to the same file.
        with open(path, "a") as file:
            file.write(f"{name}\n")


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with its signature, refusing to copy between devices."""

    @functools.wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        if named.get("device") is not None:
            return function(*args, **named)
        try:
            with arrayforge.no_transfers():
                return function(*args, **named)
        except arrayforge.DeviceError as error:
            name, mark, _ = str(error).partition(_MARK)
            if mark:
                _note(name)
            raise

    return call


def _namespace(module: Any, name: str) -> Any:
    space = types.ModuleType(name)
    for member in module.__all__:
        value = getattr(module, member)
        if inspect.ismodule(value):
            value = _namespace(value, f"{name}.{member}")
        elif inspect.isroutine(value) and member not in (*_MOVES, "__array_namespace_info__"):
            value = guarded(value)
        setattr(space, member, value)
    return space


globals().update(vars(_namespace(arrayforge, __name__)) | {"__name__": __name__})
