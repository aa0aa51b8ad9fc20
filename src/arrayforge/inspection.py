"""The inspection API of the standard."""

from __future__ import annotations

from typing import Any

from . import _core, registry

_KINDS: dict[str, tuple[str, ...]] = {
    "bool": ("bool",),
    "signed integer": ("int8", "int16", "int32", "int64"),
    "unsigned integer": ("uint8", "uint16", "uint32", "uint64"),
    "real floating": ("float32", "float64"),
    "complex floating": ("complex64", "complex128"),
}
_KINDS["integral"] = _KINDS["signed integer"] + _KINDS["unsigned integer"]
_KINDS["numeric"] = _KINDS["integral"] + _KINDS["real floating"] + _KINDS["complex floating"]


class _Devices(tuple[Any, ...]):
    """The tuple of devices; released clients add a list to it."""

    def __add__(self, other: Any) -> Any:
        return [*self, *other] if isinstance(other, list) else tuple.__add__(self, other)


class NamespaceInfo:
    """What the namespace and its devices can do."""

    def capabilities(self) -> dict[str, Any]:
        """The standard's: boolean indexing, data-dependent shapes, and the most dimensions.

        And of the backend in force "views alias": whether a write to an array is seen through its
        views, and a write to a view by its array.
        """
        implementation = _core._default_device().backend.implementation
        return {
            "boolean indexing": True,
            "data-dependent shapes": True,
            "max dimensions": 64,
            "views alias": bool(getattr(implementation, "views_alias", True)),
        }

    def default_device(self) -> _core.Device:
        """The device that creation functions use."""
        return _core._default_device()

    def devices(self) -> tuple[_core.Device, ...]:
        """The devices of the backend in force."""
        return _Devices(registry.devices())

    def dtypes(
        self, *, device: Any = None, kind: str | tuple[str, ...] | None = None
    ) -> dict[str, _core.dtype]:
        """The standard's dtypes that a device holds, by name.

        Raises:
            ValueError: kind is not one of the standard's kinds.
        """
        kinds = (kind,) if isinstance(kind, str) else kind
        if kinds is None:
            kinds = ("bool", "numeric")
        unknown = [k for k in kinds if k not in _KINDS]
        if unknown:
            raise ValueError(
                f"dtypes(): kind must be among {', '.join(_KINDS)}, got {unknown[0]!r}"
            )
        held = self._held(device)
        return {name: getattr(_core, name) for k in kinds for name in _KINDS[k] if name in held}

    def default_dtypes(self, *, device: Any = None) -> dict[str, _core.dtype]:
        """The dtypes that creation functions choose by themselves."""
        wide = "float64" in self._held(device)
        return {
            "real floating": _core.float64 if wide else _core.float32,
            "complex floating": _core.complex128 if wide else _core.complex64,
            "integral": _core.int64,
            "indexing": _core.int64,
        }

    def _held(self, device: Any) -> Any:
        if device is None:
            device = _core._default_device()
        elif isinstance(device, str):
            device = registry.device(device)
        implementation = device.backend.implementation
        if implementation is None:
            return _KINDS["bool"] + _KINDS["numeric"]
        return implementation.dtypes(str(device))


def __array_namespace_info__() -> NamespaceInfo:  # noqa: N807
    """What the namespace and its devices can do."""
    return NamespaceInfo()
