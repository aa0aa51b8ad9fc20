"""Backends that are installed: entry points and `module:object`, and what is wrong with one.

Imported when a backend other than the native one is asked for. Nothing is remembered, because a
plug-in may be installed, or mended, while the process runs.
"""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from .backend import API_VERSION as API_VERSION
from .backend import DTYPES

GROUP = "arrayforge.backends"
OURS = "arrayforge"
FUNCTIONS = ("devices", "dtypes", "describe", "from_host", "to_host", "item", "getitem", "setitem")


class UnknownBackendError(ImportError):
    """No distribution offers the name; `close` is the nearest one that some distribution does."""

    close: str | None = None


class NotInstalledError(ImportError):
    """The backend is known, the engine under it is not installed."""


class BrokenBackendError(ImportError):
    """The plug-in raises, or does not keep the contract."""


def origin(point: EntryPoint) -> str:
    """The distribution that offers the entry point, with its version."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown distribution"


def _is_ours(point: EntryPoint) -> bool:
    return point.dist is not None and point.dist.name == OURS


def points() -> dict[str, list[EntryPoint]]:
    """The entry points by name, ours first; none of them is imported."""
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        same = found.setdefault(point.name, [])
        if not any((p.dist and p.dist.name) == (point.dist and point.dist.name) for p in same):
            same.append(point)
    for same in found.values():
        same.sort(key=lambda point: not _is_ours(point))
    return dict(sorted(found.items()))


def names() -> list[str]:
    """Names that a distribution offers."""
    return sorted({"cpu", *points()})


def is_object(text: str) -> bool:
    """Whether the text has the form `module:object`."""
    module, colon, attribute = text.partition(":")
    parts = [*module.split("."), *attribute.split(".")]
    return bool(colon) and all(part.isidentifier() for part in parts)


def rivals(name: str, offers: list[EntryPoint]) -> str | None:
    """Why nobody can tell which of several plug-ins is meant; None where one offers the name."""
    if len(offers) == 1 or _is_ours(offers[0]):
        return None
    return (
        f"backend {name!r} is offered by several distributions, "
        f"{' and '.join(map(origin, offers))}; uninstall all but one"
    )


def _point(name: str) -> EntryPoint:
    found = points()
    if name not in found:
        known = sorted({"cpu", *found})
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        error = UnknownBackendError(
            f"backend {name!r} is unknown{meant} (known: {', '.join(known)})"
        )
        error.close = close[0] if close else None
        raise error
    offers = found[name]
    if reason := rivals(name, offers):
        raise BrokenBackendError(reason)
    for other in offers[1:]:
        warnings.warn(
            f"{origin(other)} offers a backend {name!r}, which is arrayforge's own; it is ignored",
            RuntimeWarning,
            stacklevel=2,
        )
    return offers[0]


@contextmanager
def blaming(who: str) -> Iterator[None]:
    """Whatever a plug-in raises becomes an ImportError that names it and keeps the cause."""
    try:
        yield
    except (NotInstalledError, BrokenBackendError):
        raise
    except (Exception, SystemExit) as error:
        what = f"{type(error).__name__}: {error}"
        raise BrokenBackendError(f"{who} cannot be loaded: {what}") from error


def _object(text: str) -> Any:
    from importlib import import_module

    module, _, attribute = text.partition(":")
    found = import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    return found


def spec(name: str) -> tuple[Any, str]:
    """What the name or `module:object` leads to, a spec or a backend, and who is to blame for it.

    Raises:
        ImportError: unknown, or importing it fails.
    """
    if is_object(name):
        who = f"backend {name!r}"
        with blaming(who):
            return _object(name), who
    point = _point(name)
    who = f"backend {name!r} of {origin(point)}"
    with blaming(who):
        found = point.load()
        told = getattr(found, "name", None)
    if told != name:
        raise BrokenBackendError(f"{who} calls itself {told!r}")
    return found, who


def owners() -> dict[str, str]:
    """Top-level modules by the backend that their arrays belong to.

    Only what no backend of ours claims is a plug-in's: installing one moves no array elsewhere.
    """
    found: dict[str, str] = {}
    for name, offers in sorted(points().items(), key=lambda item: not _is_ours(item[1][0])):
        try:
            with blaming(name):
                modules = tuple(offers[0].load().modules)
        except ImportError:  # a broken plug-in owns nothing
            continue
        for module in modules:
            found.setdefault(module, name)
    return found


def is_backend_object(text: str) -> bool:
    """Whether `module:object` leads to a spec or a backend, and not to anything else."""
    try:
        found = _object(text)
    except Exception:
        return False
    return hasattr(found, "load") or hasattr(found, "namespace")


def unusable(found: Any, who: str) -> str | None:
    """Why the backend of the spec cannot be used, as it says itself; None where it can."""
    if not hasattr(found, "probe"):
        return None
    with blaming(who):
        reason = found.probe()
    return None if reason is None else str(reason)


def implementation(name: str) -> tuple[Any, str]:
    """The backend of that name or `module:object`, known to have what the contract asks for, and
    who is to blame for it.

    Raises:
        ImportError: unknown, not installed, or broken; the message says which and names the
            plug-in.
    """
    found, who = spec(name)
    backend = found
    if hasattr(found, "load"):
        _check_version(found, who)
        if reason := unusable(found, who):
            hint = getattr(found, "install_hint", "")
            raise NotInstalledError(
                f"backend {name!r} cannot be used: {reason}" + (f"; {hint}" if hint else "")
            )
        with blaming(who):
            backend = found.load()
    with blaming(who):
        _check(backend, who, None if is_object(name) else name)
    return backend, who


def _check_version(found: Any, who: str) -> None:
    version = getattr(found, "api_version", API_VERSION)
    if type(version) is not int or version < 1:
        raise BrokenBackendError(f"{who}: api_version must be an integer, got {version!r}")
    if version != API_VERSION:
        stale = "arrayforge" if version > API_VERSION else "the plug-in"
        raise BrokenBackendError(
            f"{who} is written for version {version} of the contract, and this arrayforge has "
            f"version {API_VERSION}; upgrade {stale}"
        )


def _check(backend: Any, who: str, name: str | None) -> None:
    _check_version(backend, who)
    for member in ("name", "namespace", *FUNCTIONS):
        if not hasattr(backend, member):
            raise BrokenBackendError(f"{who} lacks the member {member}")
        if member in FUNCTIONS and not callable(getattr(backend, member)):
            raise BrokenBackendError(f"{who}: {member} is not a function")
    own = backend.name
    if not isinstance(own, str) or not own or {*own} & {*":, "} or name not in (None, own):
        expected = repr(name) if name else "a text without colons, commas and blanks"
        raise BrokenBackendError(f"{who}: name must be {expected}, got {own!r}")
    if own == "cpu":
        raise BrokenBackendError(f"{who}: the name 'cpu' is that of the native backend")
    devices = list(backend.devices())
    _check_devices(devices, own, who)
    dtypes = backend.dtypes(devices[0])
    if not isinstance(dtypes, Mapping) or not dtypes:
        raise BrokenBackendError(f"{who}: dtypes() must be a mapping of names, got {dtypes!r}")
    if strange := [key for key in dtypes if key not in DTYPES]:
        raise BrokenBackendError(f"{who}: dtypes() names {strange[0]!r}, which is no dtype of ours")


def _check_devices(devices: list[Any], own: str, who: str) -> None:
    if not devices:
        raise BrokenBackendError(f"{who}: devices() is empty")
    for device in devices:
        if not isinstance(device, str) or (device != own and not device.startswith(f"{own}:")):
            raise BrokenBackendError(
                f"{who}: devices() must be named {own} or {own}:..., got {device!r}"
            )
