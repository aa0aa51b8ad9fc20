"""The backend over CuPy: devices, streams, memory, moves and errors; functions.py computes.

Every call runs on the device of its operands and on CuPy's current stream of it. On a machine with
one GPU no call switches devices.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from arrayforge.backend import API_VERSION, DTYPES

from . import diagnosis, linalg
from .functions import as_namespace, namespace, scalar

_HOST = (1, 0)  # DLPack's kDLCPU
_CUDA = (2, 13)  # kDLCUDA and kDLCUDAManaged


def _arrays(argument: Any) -> Iterator[Any]:
    if hasattr(argument, "device"):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for item in argument:
            yield from _arrays(item)


class Export:
    """DLPack of one array, as the standard has it since 2023.12."""

    def __init__(self, adapter: Any, raw: Any) -> None:
        self._adapter = adapter
        self._raw = raw

    def __dlpack_device__(self) -> tuple[int, int]:
        kind, index = self._raw.__dlpack_device__()
        return int(kind), int(index)

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        """CuPy's capsule, for which `stream` waits; the copies are made here."""
        own = self.__dlpack_device__()
        place = own if dl_device is None else tuple(map(int, dl_device))
        if place == _HOST and copy is not False:
            return self._adapter.to_host(self._raw).__dlpack__(max_version=max_version)
        if place != own:
            raise BufferError(f"__dlpack__(): the array is on device {own}, got dl_device={place}")
        raw = self._raw.copy() if copy else self._raw
        try:
            return raw.__dlpack__(stream=stream, max_version=max_version)
        except TypeError:  # CuPy 13 knows the version before 1 alone
            return raw.__dlpack__(stream=stream)


class CuPy:
    """CuPy's arrays on all GPUs that the driver shows; `cp` is the library."""

    api_version = API_VERSION
    name = "cupy"

    def __init__(self, cp: Any) -> None:
        self.cp = cp
        self.host = linalg.on_host(cp)
        self._dtypes = {n: np.dtype(n) for n in DTYPES if n != "bfloat16"}

    def devices(self) -> list[str]:
        """cupy:0 and so on.

        Raises:
            ImportError: there is no driver, or it shows no GPU.
        """
        return [f"cupy:{i}" for i in range(self._count)]

    @property
    def aliases(self) -> dict[str, str]:
        """cuda:0 and so on."""
        return {f"cuda:{i}": f"cupy:{i}" for i in range(self._count)}

    @functools.cached_property
    def _count(self) -> int:
        cause: Exception | None = None
        try:
            count = self.cp.cuda.runtime.getDeviceCount()
        except RuntimeError as error:
            count, cause = 0, error
        if count:
            return int(count)
        runtime = diagnosis.shown(self.cp.cuda.runtime.runtimeGetVersion())
        driver = diagnosis.shown(diagnosis.driver_version())
        raise ImportError(
            f"backend cupy: no CUDA device (CuPy {self.cp.__version__} for CUDA {runtime}, driver "
            f"for CUDA {driver}); nvidia-smi must list the GPU"
        ) from cause

    def dtypes(self, device: str | None) -> Mapping[str, Any]:
        """Everything but bfloat16, which CuPy has kernels for but no NumPy dtype."""
        return self._dtypes

    def describe(self, raw: Any) -> tuple[str, tuple[int, ...], str]:
        """By CuPy's attributes."""
        return raw.dtype.name, raw.shape, f"cupy:{raw.device.id}"

    def engine_device(self, device: str) -> int:
        """The number of the GPU."""
        return int(device.partition(":")[2])

    @functools.cached_property
    def namespace(self) -> SimpleNamespace:
        """Functions that run where their operands are."""
        found = namespace(self.cp)
        return as_namespace({n: self._placed(n, f) for n, f in found.items()})

    def _placed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        several = self._count > 1

        def call(*args: Any, device: int | None = None, **named: Any) -> Any:
            try:
                if not several:
                    return function(*args, **named)
                with self._on(device, args):
                    return function(*args, **named)
            except (RuntimeError, MemoryError) as error:
                raise self._translated(name, error) from error

        return call

    def _on(self, device: int | None, args: Any) -> Any:
        """The context of the device of the first array among the arguments, or of this number."""
        if device is None:
            device = next((x.device.id for x in _arrays(args)), None)
        return self.cp.cuda.Device(device)

    def _translated(self, name: str, error: Exception) -> Exception:
        text = str(error)
        if not isinstance(error, MemoryError):
            if "MemoryAllocation" not in text and "ALLOC_FAILED" not in text:
                return error
        elif text.startswith(f"{name}(): "):
            return error
        free, total = self.cp.cuda.runtime.memGetInfo()
        held = self.cp.get_default_memory_pool().total_bytes()
        return MemoryError(
            f"{name}(): {text[:1].lower()}{text[1:]} (the GPU has {free} of {total} bytes free, "
            f"CuPy's pool holds {held})"
        )

    def from_host(self, array: Any, device: str) -> Any:
        """A copy; the host may write its memory again at once."""
        values = np.asarray(memoryview(array))
        return self._placed("from_host", self.cp.array)(values, device=self.engine_device(device))

    def to_host(self, raw: Any) -> Any:
        """A copy, when the stream has got there."""
        return self._placed("to_host", self.cp.asnumpy)(raw)

    def transfer(self, raw: Any, device: str) -> Any:
        """A copy from GPU to GPU."""
        with self.cp.cuda.Device(self.engine_device(device)):
            return raw.copy()  # to the current device

    def item(self, raw: Any) -> Any:
        """Waits for it."""
        return raw.item()

    def getitem(self, raw: Any, key: Any) -> Any:
        """As NumPy; masks without elements are answered here, CuPy trips over them."""
        mask = key[0] if isinstance(key, tuple) and len(key) == 1 else key
        if getattr(mask, "dtype", None) == "bool":
            return self._placed("getitem", self._selected)(raw, mask)
        return self._placed("getitem", type(raw).__getitem__)(raw, key)

    def _selected(self, raw: Any, mask: Any) -> Any:
        rest = raw.shape[mask.ndim :]
        if mask.ndim == 0:
            return raw.reshape((1, *raw.shape))[: int(mask.item())].copy()
        if mask.size == 0:
            return self.cp.empty((0, *rest), dtype=raw.dtype)
        return raw[self.cp.nonzero(mask)]

    def setitem(self, raw: Any, key: Any, value: Any) -> Any:
        """In place."""

        def assign(raw: Any, key: Any, value: Any) -> Any:
            raw[key] = scalar(self.cp, value, raw.dtype)
            return raw

        return self._placed("setitem", assign)(raw, key, value)

    def from_dlpack(self, x: Any, device: str | None = None) -> Any:
        """The same memory, where it is on a GPU; the producer's stream is waited for."""
        kind, index = map(int, x.__dlpack_device__())
        wanted = index if device is None else self.engine_device(device)
        if kind not in _CUDA or index != wanted:
            raise BufferError(
                f"from_dlpack(): memory of DLPack device {(kind, index)} is out of reach of "
                f"cupy:{wanted} without a copy; move it with to_device()"
            )
        return self.cp.from_dlpack(x)

    def dlpack(self, raw: Any) -> Any:
        """CuPy's own lacks the copies."""
        return Export(self, raw)

    def synchronize(self, device: str) -> None:
        """Waits for all streams of the GPU."""
        self.cp.cuda.Device(self.engine_device(device)).synchronize()

    def memory(self, device: str) -> dict[str, int]:
        """Of CuPy's pool on that GPU, and of the GPU."""
        pool = self.cp.get_default_memory_pool()
        with self.cp.cuda.Device(self.engine_device(device)):
            free, total = self.cp.cuda.runtime.memGetInfo()
            counts = {"live": pool.used_bytes(), "reserved": pool.total_bytes()}
            limit = pool.get_limit()
        known = counts | {"free": free, "total": total}
        return known | {"limit": limit} if limit else known
