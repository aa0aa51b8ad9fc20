"""What pickles of arrays and dtypes call; plain functions, which every pickler knows by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _core

if TYPE_CHECKING:
    from . import Array, Device


def array(name: str, shape: tuple[int, ...], data: bytes, device: str | None = None) -> Array:
    """An array of that dtype and shape from its bytes in C order, on the device it came from.

    Where that device cannot be had, the array goes to the default one, with a warning.
    """
    return _core._from_bytes(name, shape, data, _device_or_default(device))


def _device_or_default(name: str | None) -> Device | None:
    if name is None:
        return None
    from . import registry

    try:
        return registry.device(name)
    except (ImportError, ValueError) as error:
        import warnings

        default = _core._default_device()
        message = f"a pickled array of device {name} is loaded onto {default}: {error}"
        warnings.warn(message, stacklevel=3)
        return default


def dtype(name: str) -> _core.dtype:
    """The dtype of that name."""
    return _core._dtype_by_name(name)
