"""The backend over PyTorch: its devices, its memory, and the namespace out of its parts.

The functions of elementwise.py, reductions.py, arrays.py, linalg.py and fft.py come first; what
they leave out and the contract asks for is that of array-api-compat or PyTorch itself.
"""

from __future__ import annotations

from typing import Any

import array_api_compat.torch as compat

import arrayforge
import torch
from arrayforge.backend import Adapter, Chain
from torch import Tensor

from . import arrays, elementwise, functions, indexing, reductions

_HOST = 1  # DLPack's word for it


class Torch(Adapter):
    """Tensors; those of torch:cpu share host memory with the cpu device in both directions."""

    name = "torch"
    library = compat
    corrections = Chain(elementwise, reductions, arrays, functions)

    def __init__(self) -> None:
        super().__init__()
        self._devices = _devices()
        self._device_names = {device: name for name, device in self._devices.items()}

    def devices(self) -> list[str]:
        """The processor, then what PyTorch sees beside it."""
        return list(self._devices)

    def dtypes(self, device: str | None) -> Any:
        """All of ours; Metal has no double precision."""
        if device == "torch:mps":
            return {n: d for n, d in self._dtypes.items() if n not in ("float64", "complex128")}
        return self._dtypes

    def describe(self, raw: Any) -> tuple[str, tuple[int, ...], str]:
        """By PyTorch's attributes."""
        name = self._names.get(raw.dtype) or str(raw.dtype)
        return name, tuple(raw.shape), self._device_names[raw.device]

    def engine_device(self, device: str) -> Any:
        """PyTorch's object for a device."""
        return self._devices[device]

    def shares_host(self, device: str) -> bool:
        """Host memory is that of torch:cpu."""
        return device == "torch:cpu"

    def from_host(self, array: Any, device: str) -> Any:
        """The same memory on torch:cpu.

        A copy of what PyTorch cannot hold: it writes to read-only memory, and aborts the process
        where a stride is negative.
        """
        capsule = array.__dlpack__(copy=None if _is_shareable(array) else True)
        return torch.from_dlpack(capsule).to(self._devices[device])

    def from_dlpack(self, x: Any, device: str | None = None) -> Any:
        """The same memory; a tensor stays itself. Host memory goes the way that is safe for it."""
        if isinstance(x, Tensor):
            raw = x
        elif x.__dlpack_device__()[0] == _HOST:
            raw = self.from_host(arrayforge.from_dlpack(x, device="cpu"), "torch:cpu")
        else:
            raw = torch.from_dlpack(x)
        if raw.layout is not torch.strided or raw.device not in self._device_names:
            raise BufferError(f"from_dlpack(): no array is {raw.layout} on {raw.device}")
        if device not in (None, self._device_names[raw.device]):
            raise BufferError(f"from_dlpack(): the array is on {raw.device}, not on {device}")
        return raw

    def to_host(self, raw: Any) -> Any:
        """Without what DLPack has no word for: gradients, and conjugates and negatives on paper."""
        plain = raw.detach().resolve_conj().resolve_neg().cpu()
        return arrayforge.from_dlpack(plain, device="cpu")

    def transfer(self, raw: Any, device: str) -> Any:
        """By PyTorch, past the host."""
        return raw.to(self._devices[device])

    def item(self, raw: Any) -> Any:
        """By PyTorch."""
        return raw.item()

    getitem = staticmethod(indexing.getitem)
    setitem = staticmethod(indexing.setitem)

    def synchronize(self, device: str) -> None:
        """Waits for the device's queue."""
        kind = self._devices[device].type
        if kind == "cuda":
            torch.cuda.synchronize(self._devices[device])
        elif kind == "mps":
            torch.mps.synchronize()

    def memory(self, device: str) -> dict[str, int]:
        """What PyTorch's allocator counts; it counts nothing on the processor."""
        place = self._devices[device]
        if place.type == "cuda":
            return {
                "live": torch.cuda.memory_allocated(place),
                "peak": torch.cuda.max_memory_allocated(place),
                "reserved": torch.cuda.memory_reserved(place),
            }
        if place.type == "mps":
            return {
                "live": torch.mps.current_allocated_memory(),
                "reserved": torch.mps.driver_allocated_memory(),
            }
        return {}


def _is_shareable(array: Any) -> bool:
    try:
        view = memoryview(array)
    except BufferError:  # Python's buffers have no bfloat16, strict mode shows no strides
        if min(getattr(array, "strides", (-1,)), default=0) < 0:
            return False
        return _is_writable(array)
    return not view.readonly and min(view.strides, default=0) >= 0


def _is_writable(array: Any) -> bool:
    """Capsules of the old protocol do not show read-only memory."""
    try:
        array.__dlpack__()
    except BufferError:
        return False
    return True


def _devices() -> dict[str, Any]:
    """PyTorch's devices by our names. Tensors on Metal say mps:0."""
    found = {"torch:cpu": torch.device("cpu")}
    for number in range(torch.cuda.device_count()):
        found[f"torch:cuda:{number}"] = torch.device("cuda", number)
    if torch.backends.mps.is_available():
        found["torch:mps"] = torch.device("mps", 0)
    return found


BACKEND = Torch()
