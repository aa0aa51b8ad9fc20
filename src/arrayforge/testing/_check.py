"""What a backend writer runs first: every member of a backend, tried on small arrays.

The native engine on the host says what the result should be. Everything is tried, whatever failed
before; only a backend that lacks members or devices is not tried any further.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import arrayforge as xp

from .. import _core, configuration, registry
from ..backend import COMPLEX_PRIMITIVES, DTYPES, HOST_FUNCTIONS, PRIMITIVES
from ._check_functions import function_problems
from ._distances import worst
from ._engines import apart, to_host
from ._values import filled, layouts, same_values

MEMBERS = (
    *("name", "devices", "dtypes", "namespace", "describe", "from_host", "to_host", "item"),
    *("getitem", "setitem"),
)


def check_backend(backend: Any) -> list[str]:
    """The problems of a backend, each naming the member; empty where it has none.

    Tried are the members of the contract, round trips of every dtype and shape, forms of indexing,
    and every function of the standard on every kind of dtype, compared with the cpu backend.

    Args:
        backend: its name, ``module:object``, or the backend's object itself.

    Raises:
        ImportError: there is no backend of that name, or it cannot be loaded.
    """
    # Engines may warn of infinities; here only results count.
    with configuration.checked(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return apart(_problems, backend)


class Problems:
    """What was found so far; the same member is not blamed twice for the same subject."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], str] = {}

    def add(self, member: str, subject: str, text: str) -> None:
        """Note a problem of a member, with a dtype or a form of index as its subject."""
        about = f" of {subject}" if subject else ""
        self.found.setdefault((member, subject), f"{member}{about}: {text}")

    def tried(self, member: str, subject: str, step: Callable[..., str | None], *args: Any) -> None:
        """Call a step that returns what is wrong, or raises it."""
        try:
            text = step(*args)
        except Exception as error:  # whatever the backend raises is a finding
            text = f"raised {type(error).__name__}: {str(error).partition(chr(10))[0]}"
        if text:
            self.add(member, subject, text)

    def lines(self) -> list[str]:
        """All of them, in the order of the checks."""
        return list(self.found.values())


def _problems(backend: Any) -> list[str]:
    if isinstance(backend, str):
        backend = registry.load(backend)
    loaded = backend if isinstance(backend, _core.Backend) else None
    implementation = backend.implementation if loaded else backend
    if implementation is None:  # the native engine, which is what the others are compared with
        return []
    problems = Problems()
    _check_members(problems, implementation)
    if problems.found:
        return problems.lines()
    devices = [str(name) for name in implementation.devices()]
    complex_too = any("complex128" in _held(implementation, name) for name in devices)
    _check_host_functions(problems, implementation, complex_too)
    loaded = loaded or _core.Backend(implementation)
    for name in devices:
        device = _core._intern_device(name, loaded)
        if device.backend.implementation is not implementation:
            problems.add("devices()", name, "another backend has a device of that name")
            continue
        _check_round_trips(problems, device)
        _check_indexing(problems, device)
        function_problems(problems, device, _held(implementation, name))
    return problems.lines()


def _held(implementation: Any, device: str) -> list[str]:
    held = implementation.dtypes(device)
    return [name for name in DTYPES if name in held]


def _check_members(problems: Problems, implementation: Any) -> None:
    required = [*MEMBERS, *(("lift",) if getattr(implementation, "wraps", None) else ())]
    for member in required:
        if not hasattr(implementation, member):
            problems.add(member, "", "required, and missing")
        elif member not in ("name", "namespace") and not callable(getattr(implementation, member)):
            problems.add(f"{member}()", "", "not callable")
    if problems.found:
        return
    if not isinstance(implementation.name, str) or not implementation.name:
        problems.add("name", "", f"expected a word, got {implementation.name!r}")
    problems.tried("devices()", "", _wrong_devices, implementation)
    if problems.found:
        return
    names = [str(name) for name in implementation.devices()]
    for name in names:
        problems.tried("dtypes()", name, _wrong_dtypes, implementation, name)
    if problems.found:
        return
    complex_too = any("complex128" in _held(implementation, name) for name in names)
    for name in (*PRIMITIVES, *(COMPLEX_PRIMITIVES if complex_too else ())):
        if not callable(getattr(implementation.namespace, name, None)):
            problems.add(f"namespace.{name}", "", "a primitive, and missing")


def _check_host_functions(problems: Problems, implementation: Any, complex_too: bool) -> None:
    reasons = getattr(implementation, "host", {})
    for name in HOST_FUNCTIONS:
        found: Any = implementation.namespace
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is None and not reasons.get(name) and (complex_too or not _is_complex(name)):
            text = "missing, and `host` does not say why the engine cannot"
            problems.add(f"namespace.{name}", "", text)


def _is_complex(name: str) -> bool:
    """Whether the function has no meaning without complex dtypes."""
    return name.startswith("fft.") or name in ("linalg.eig", "linalg.eigvals")


def _wrong_devices(implementation: Any) -> str | None:
    names = [str(name) for name in implementation.devices()]
    own = implementation.name
    strange = [name for name in names if name.split(":")[0] != own]
    if not names:
        return "expected at least one device"
    if strange:
        return f"a device is called {own} or {own}:..., got {', '.join(strange)}"
    return None


def _wrong_dtypes(implementation: Any, device: str) -> str | None:
    held = implementation.dtypes(device)
    unknown = [str(name) for name in held if name not in DTYPES]
    if unknown:
        return f"expected names of the standard's dtypes, got {', '.join(unknown)}"
    lacking = [name for name in ("bool", "int64") if name not in held]
    lacking += [] if {"float32", "float64"} & {*held} else ["float32 or float64"]
    return f"every device needs {' and '.join(lacking)}" if lacking else None


def _check_round_trips(problems: Problems, device: _core.Device) -> None:
    implementation = device.backend.implementation
    for dtype in _held(implementation, str(device)):
        for label, x in layouts(dtype):
            given = (device, x, label)
            problems.tried("from_host()", dtype, _unmade, *given)
            if ("from_host()", dtype) in problems.found:
                break
            problems.tried("describe()", dtype, _misdescribed, *given)
            problems.tried("to_host()", dtype, _changed, *given)
            if x.ndim == 0:
                problems.tried("item()", dtype, _wrong_item, *given)


def _raw(device: _core.Device, x: _core.Array) -> Any:
    return device.backend.implementation.from_host(x, str(device))


def _unmade(device: _core.Device, x: _core.Array, label: str) -> str | None:
    return f"{label}: returned None" if _raw(device, x) is None else None


def _misdescribed(device: _core.Device, x: _core.Array, label: str) -> str | None:
    implementation = device.backend.implementation
    dtype, shape, where = implementation.describe(_raw(device, x))
    found = f"{getattr(dtype, 'name', dtype)} {tuple(shape)}"
    if found != (expected := f"{x.dtype.name} {x.shape}"):
        return f"{label}: expected {expected}, got {found}"
    # A wrapper shows the device that it wraps.
    if not getattr(implementation, "wraps", None) and str(where) != str(device):
        return f"{label}: expected the device {device}, got {where}"
    return None


def _changed(device: _core.Device, x: _core.Array, label: str) -> str | None:
    host = device.backend.implementation.to_host(_raw(device, x))
    back = to_host(host) if isinstance(host, _core.Array) else xp.asarray(host, device="cpu")
    if back.dtype != x.dtype or back.shape != x.shape:
        return f"{label}: expected {x.dtype.name} {x.shape}, got {back.dtype.name} {back.shape}"
    if worst(back, x) != 0:
        return f"{label}: values changed on the way, {x.tolist()} to {back.tolist()}"
    return None


def _wrong_item(device: _core.Device, x: _core.Array, label: str) -> str | None:
    value = device.backend.implementation.item(_raw(device, x))
    while isinstance(value, _core.Array):  # a wrapper hands out the array that it wraps
        value = value.item()
    expected = x.item()
    if not isinstance(value, type(expected)) or value != expected:
        return f"{label}: expected {expected!r}, got {value!r} ({type(value).__name__})"
    return None


_KEYS: dict[str, Callable[[Callable[..., Any]], Any]] = {
    "x[1]": lambda array: (1,),
    "x[-1, 2]": lambda array: (-1, 2),
    "x[...]": lambda array: (...,),
    "x[None, 1:, ...]": lambda array: (None, slice(1, None), ...),
    "x[::-1, ::2]": lambda array: (slice(None, None, -1), slice(None, None, 2)),
    "x[3:1]": lambda array: (slice(3, 1),),
    "x[mask]": lambda array: (array([[True, False, True, False]] * 3),),
    "x[none of them]": lambda array: (array([[False] * 4] * 3),),
    "x[integers, integers]": lambda array: (array([0, 2, -1]), array([3, 0, 1])),
    "x[integers, 1]": lambda array: (array([2, 0]), 1),
}


def _check_indexing(problems: Problems, device: _core.Device) -> None:
    for form, key in _KEYS.items():
        problems.tried("getitem()", form, _wrong_selection, device, key)
        problems.tried("setitem()", form, _wrong_assignment, device, key)
    problems.tried("setitem()", "x[()] of no axes", _wrong_assignment, device, None)


def _both(device: _core.Device, shape: tuple[int, ...]) -> tuple[Any, Any]:
    x = filled("int64", shape)
    return xp.asarray(x, device=device, copy=True), xp.asarray(x, copy=True)


def _key_on(key: Any, device: Any) -> Any:
    return key(lambda values: xp.asarray(values, device=device)) if key else ()


def _wrong_selection(device: _core.Device, key: Any) -> str | None:
    x, native = _both(device, (3, 4))
    return same_values(x[_key_on(key, device)], native[_key_on(key, "cpu")])


def _wrong_assignment(device: _core.Device, key: Any) -> str | None:
    for given in ("a scalar", "an array"):
        x, native = _both(device, (3, 4) if key else ())
        places, there = _key_on(key, device), _key_on(key, "cpu")
        value: Any = 77
        if given == "an array" and not any(isinstance(k, _core.Array) for k in there):
            value = native[there] * 10
        x[places] = value if isinstance(value, int) else xp.asarray(value, device=device)
        native[there] = value
        if text := same_values(x, native):
            return f"{given} assigned: {text}"
    return None
