"""The backend over pretend devices: NumPy computes, behind the rules of an accelerator.

- `fake:0` and `fake:1` have an address space each: their arrays are opaque, every kernel checks
  that its operands live where it runs, and what moves between devices or the host is copied and
  counted in `copies`.
- ARRAYFORGE_FAKE_ASYNC=1: operations are queued (stream.py). Dtypes and shapes are known without
  waiting, as the frontend plans them; results that only an engine can describe are waited for.
- ARRAYFORGE_FAKE_FLOAT64=0: no float64 and complex128.
- ARRAYFORGE_FAKE_MEMORY=64MB: a limit for each device, whose excess is a MemoryError.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from arrayforge.backends.numpy.engine import BACKEND as HOST

from arrayforge.backend import API_VERSION
from arrayforge.configuration import flag, parse_bytes

from .account import Account
from .buffer import Buffer
from .stream import Stream

_DOUBLE = ("float64", "complex128")
# Creation functions whose size is known before they run.
_FILLING = ("empty", "full", "ones", "zeros")


class PretendDevice:
    """One address space."""

    def __init__(self, backend: Fake, index: int) -> None:
        self.backend = backend
        self.index = index
        self.name = f"{backend.name}:{index}"
        self.account = Account(self.name, backend.limit, backend.limit_text)
        self.stream = Stream(self.name, backend.asynchronous)

    def launch(self, operation: str, work: Callable[[], Any]) -> Buffer:
        """The array that work() returns, which runs here."""
        return Buffer(self, self.stream.run(operation, lambda: self.kept(operation, work())))

    def adopt(self, operation: str, result: Any) -> Any:
        """What a kernel returned, as arrays of this device; tuples item by item."""
        if isinstance(result, (tuple, list)):
            items = [self.adopt(operation, item) for item in result]
            make = getattr(type(result), "_make", tuple)
            return make(items)
        return Buffer(self, self.kept(operation, result))

    def kept(self, operation: str, values: Any) -> Any:
        """The values as an array in this device's memory, counted there."""
        values = np.asarray(values)
        if values.dtype.name not in self.backend.dtypes(self.name):
            raise TypeError(f"{operation}(): {self.name} has no {values.dtype.name}")
        self.account.add(operation, values)
        return values

    def count(self, direction: str, values: Any) -> None:
        """Notes a copy across the border of the device."""
        copies, nbytes = self.backend.copies[direction]
        self.backend.copies[direction] = copies + 1, nbytes + values.nbytes


def _buffers(argument: Any) -> Iterator[Buffer]:
    if isinstance(argument, Buffer):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for item in argument:
            yield from _buffers(item)


def _values(argument: Any) -> Any:
    if isinstance(argument, Buffer):
        return argument.get()
    if isinstance(argument, (tuple, list)):
        return type(argument)(map(_values, argument))
    return argument


class Kernels:
    """The functions of a namespace over NumPy arrays, over those of a pretend device."""

    def __init__(self, backend: Fake, space: Any, prefix: str = "") -> None:
        self._backend = backend
        self._space = space
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._space, name)
        if name in ("linalg", "fft") and not self._prefix:
            found: Any = Kernels(self._backend, function, f"{name}.")
        elif callable(function):
            found = self._backend.kernel(self._prefix + name, function)
        else:
            raise AttributeError(name)
        setattr(self, name, found)
        return found


# Functions whose results are several arrays: how many is known when they have run.
_SEVERAL = {
    *("nonzero", "broadcast_arrays", "meshgrid", "unstack"),
    *("unique_all", "unique_counts", "unique_inverse"),
    *("linalg.eig", "linalg.eigh", "linalg.qr", "linalg.slogdet", "linalg.svd"),
}


class Fake:
    """Pretend devices; the arguments are what the environment sets for the one named fake."""

    api_version = API_VERSION

    def __init__(
        self,
        name: str = "fake",
        *,
        asynchronous: bool = False,
        float64: bool = True,
        limit: int | None = None,
        limit_text: str = "",
    ) -> None:
        self.name = name
        self.asynchronous = asynchronous
        self.limit = limit
        self.limit_text = limit_text or f"of {limit} bytes"
        without = () if float64 else _DOUBLE
        self._dtypes = {n: d for n, d in HOST.dtypes(None).items() if n not in without}
        self.copies = dict.fromkeys(("from_host", "to_host", "transfer"), (0, 0))
        self._devices = {d.name: d for d in (PretendDevice(self, i) for i in range(2))}
        self.namespace = Kernels(self, HOST.namespace)

    def devices(self) -> list[str]:
        """Two of them."""
        return list(self._devices)

    def dtypes(self, device: str | None) -> Mapping[str, Any]:
        """Those of NumPy, as the devices have them."""
        return self._dtypes

    def engine_device(self, device: str) -> PretendDevice:
        """What creation functions get."""
        return self._devices[device]

    def describe(self, raw: Buffer) -> tuple[str, tuple[int, ...], str]:
        """Waits, where the values are promised only."""
        values = raw.wait()
        return values.dtype.name, values.shape, raw.device.name

    def kernel(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function over arrays of one device out of one over NumPy arrays."""

        def call(*args: Any, device: PretendDevice | None = None, **named: Any) -> Any:
            place = self._place(name, device, args, named)
            if name in _FILLING:
                size = math.prod(args[0]) if isinstance(args[0], tuple) else args[0]
                place.account.require(name, size * np.dtype(named.get("dtype", "f8")).itemsize)

            def work() -> Any:
                return function(*map(_values, args), **{n: _values(x) for n, x in named.items()})

            if name not in _SEVERAL:
                return place.launch(name, work)
            results = Buffer(place, place.stream.run(name, work)).wait()
            return place.adopt(name, results)

        return call

    def _place(
        self, name: str, device: PretendDevice | None, args: Any, named: Mapping[str, Any]
    ) -> PretendDevice:
        places = {device} if device else set()
        places.update(x.device for x in _buffers((args, tuple(named.values()))))
        if len(places) != 1:
            where = ", ".join(sorted(p.name for p in places)) or "no device"
            raise RuntimeError(
                f"{name}(): a kernel runs on one device, its operands are on {where}"
            )
        return places.pop()

    def from_host(self, array: Any, device: str) -> Buffer:
        """A copy, counted; at once, because the host may change its memory afterwards."""
        place = self._devices[device]
        values = np.asarray(memoryview(array))
        place.account.require("from_host", values.nbytes)
        place.count("from_host", values)
        return Buffer(place, place.kept("from_host", values.copy()))

    def to_host(self, raw: Buffer) -> Any:
        """A copy, counted."""
        values = raw.wait()
        raw.device.count("to_host", values)
        return values.copy()

    def transfer(self, raw: Buffer, device: str) -> Buffer:
        """A copy on the other device, counted."""
        place = self._devices[device]

        def work() -> Any:
            values = raw.get()
            place.count("transfer", values)
            return values.copy()

        return place.launch("transfer", work)

    def from_dlpack(self, x: Any, device: str | None = None) -> Buffer:
        """Arrays of these devices alone: nobody else has such memory."""
        if not isinstance(x, Buffer) or (device and device != x.device.name):
            raise BufferError(
                f"from_dlpack(): memory of DLPack device {tuple(x.__dlpack_device__())} is out of "
                f"reach of {device or self.name}; copy it to the host first"
            )
        return x

    def item(self, raw: Buffer) -> Any:
        """Waits for it."""
        return raw.wait().item()

    def getitem(self, raw: Buffer, key: Any) -> Buffer:
        """A view, or a copy by integer and boolean arrays, as NumPy."""
        self._place("getitem", None, (raw, key), {})
        return raw.device.launch("getitem", lambda: HOST.getitem(raw.get(), _values(key)))

    def setitem(self, raw: Buffer, key: Any, value: Any) -> Buffer:
        """In place, in its turn."""
        self._place("setitem", None, (raw, key, value), {})
        raw.device.launch("setitem", lambda: HOST.setitem(raw.get(), _values(key), _values(value)))
        return raw

    def synchronize(self, device: str) -> None:
        """Waits for the queue; raises what failed in it."""
        self._devices[device].stream.wait()

    def memory(self, device: str) -> dict[str, int]:
        """Of what has been computed so far."""
        return self._devices[device].account.counts()


def _from_environment() -> Fake:
    text = os.environ.get("ARRAYFORGE_FAKE_MEMORY", "")
    return Fake(
        asynchronous=flag("ARRAYFORGE_FAKE_ASYNC"),
        float64="ARRAYFORGE_FAKE_FLOAT64" not in os.environ or flag("ARRAYFORGE_FAKE_FLOAT64"),
        limit=parse_bytes("ARRAYFORGE_FAKE_MEMORY", text) if text else None,
        limit_text=f"ARRAYFORGE_FAKE_MEMORY={text}",
    )


BACKEND = _from_environment()
