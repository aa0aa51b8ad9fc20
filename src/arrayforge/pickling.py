"""What pickles of arrays and dtypes call; plain functions, which every pickler knows by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _core

if TYPE_CHECKING:
    from . import Array, Device


def array(name: str, shape: tuple[int, ...], data: bytes, device: Device | None = None) -> Array:
    """An array of that dtype and shape from its bytes in C order, on the device it came from."""
    return _core._from_bytes(name, shape, data, device)


def dtype(name: str) -> _core.dtype:
    """The dtype of that name."""
    return _core._dtype_by_name(name)
