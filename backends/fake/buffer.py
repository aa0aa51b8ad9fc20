"""Arrays in the memory of a pretend device: opaque, reached through the engine alone."""

from __future__ import annotations

import ctypes
from typing import Any

from .stream import UnavailableError, value_of

HOST = (1, 0)  # kDLCPU
# kDLVPI, the simulators' device type: no library of the host takes its capsules, and it is one that
# the standard knows, as kDLExtDev (12) is not.
SIMULATOR = 9

# Where DLDevice begins in a DLManagedTensor and in a DLManagedTensorVersioned.
_DEVICE_OFFSETS = {b"dltensor": 8, b"dltensor_versioned": 40}


class Buffer:
    """An array on a pretend device: its values, or the promise of them.

    It has neither a buffer nor __array__. Its DLPack capsules are on a device that the host cannot
    read, unless the host is named: as on every accelerator, dl_device=(1, 0) takes a copy. With
    copy=False the memory itself is shown, which the standard allows where memory is unified, and
    where else BufferError would be right. That is the one door to it, and it takes both words.
    """

    __slots__ = ("__weakref__", "_values", "device")

    def __init__(self, device: Any, values: Any) -> None:
        self.device = device
        self._values = values

    def get(self) -> Any:
        """The values, for a kernel that runs on the device in its turn.

        Raises:
            UnavailableError: the operation that was to compute them failed.
        """
        self._values = value_of(self._values)
        return self._values

    def wait(self) -> Any:
        """The values, when everything that was asked of the device before is done."""
        self.device.stream.wait()
        try:
            return self.get()
        except UnavailableError as missing:
            raise missing.error from None

    def __repr__(self) -> str:
        return f"<array on {self.device.name}>"

    def __dlpack_device__(self) -> tuple[int, int]:
        return SIMULATOR, self.device.index

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        place = None if dl_device is None else tuple(map(int, dl_device))
        own = self.__dlpack_device__()
        if place not in (None, own, HOST):
            raise BufferError(f"__dlpack__(): the array is on device {own}, got dl_device={place}")
        if stream is not None:
            raise ValueError("__dlpack__(): a pretend device has no streams, pass None")
        values = self.wait()
        if place == HOST:
            if copy is not False:
                self.device.count("to_host", values)
            return values.__dlpack__(max_version=max_version, copy=copy is not False)
        if copy and max_version is None:
            values = values.copy()
        capsule = values.__dlpack__(max_version=max_version, copy=copy)
        return _moved(capsule, own)


def _moved(capsule: Any, device: tuple[int, int]) -> Any:
    """A capsule of NumPy's that says it is on another device."""
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype = ctypes.c_char_p
    api.PyCapsule_GetName.argtypes = [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    name = api.PyCapsule_GetName(capsule)
    address = api.PyCapsule_GetPointer(capsule, name) + _DEVICE_OFFSETS[name]
    (ctypes.c_int32 * 2).from_address(address)[:] = device
    return capsule
