"""The backend over jax.numpy: its namespace, with what it gets wrong corrected in functions.py.

JAX computes in 32 bits unless told otherwise, for the whole process or for a block; wide.py does so
around every call of ours.

Arrays of JAX never change: assignment makes a new one, which earlier views do not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import jax
import jax.numpy as jnp
from arrayforge.backend import COMPLEX_PRIMITIVES, DTYPES, PRIMITIVES, Adapter, Chain

from . import functions
from .wide import elementwise, wide

# What depends on dtype and shape alone is compiled as a whole.
_JITTED = {
    name
    for name, primitive in (*PRIMITIVES.items(), *COMPLEX_PRIMITIVES.items())
    if primitive.signature in ("(x)", "(x1, x2)") and name != "nonzero"
}


class _Namespace:
    """Functions of JAX as the frontend calls them, made when they are first looked up."""

    def __init__(self, space: Any) -> None:
        self._space = space

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._space, name)
        if isinstance(found, Chain):
            found = _Namespace(found)
        else:
            found = (elementwise if name in _JITTED else wide)(found)
        setattr(self, name, found)
        return found


def _name(device: Any) -> str:
    """jax:cuda:0, although JAX says gpu for those of every vendor."""
    platform = device.platform
    if platform == "gpu":
        version = device.client.platform_version.lower()
        platform = "rocm" if "rocm" in version else "cuda"
    return f"jax:{platform}:{device.id}"


class _Export:
    """DLPack of an array. Consumers without max_version get what those before 1.0 understand.

    JAX refuses max_version=(0, 0), which says no more than to leave it out.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.__dlpack_device__ = raw.__dlpack_device__

    def __dlpack__(self, *, max_version: Any = None, **options: Any) -> Any:
        if max_version is not None and max_version[0] >= 1:
            options["max_version"] = max_version
        return self._raw.__dlpack__(**options)


class JAX(Adapter):
    """JAX arrays on one device each; those over several devices are refused."""

    name = "jax"
    library = jnp
    views_alias = False

    def __init__(self) -> None:
        self._devices = {_name(d): d for d in jax.local_devices()}
        if all(d.platform != "cpu" for d in self._devices.values()):
            self._devices |= {_name(d): d for d in jax.local_devices(backend="cpu")}
            self.host = dict.fromkeys(
                ("linalg.eig", "linalg.eigvals"),
                "JAX decomposes general matrices on processors only",
            )
        self._device_names = {device: name for name, device in self._devices.items()}
        self._dtypes = {name: np.dtype(getattr(jnp, name)) for name in DTYPES}
        self._names = {dtype: name for name, dtype in self._dtypes.items()}
        self.namespace = _Namespace(Chain(functions, jnp, without=tuple(self.host)))

    def devices(self) -> list[str]:
        """Those that JAX found, its default one first; processors last."""
        return list(self._devices)

    def shares_host(self, device: str) -> bool:
        """Processors compute in host memory, although JAX's part of it must not be written."""
        return self._devices[device].platform == "cpu"

    def engine_device(self, device: str) -> Any:
        """JAX's own object."""
        return self._devices[device]

    def describe(self, raw: Any) -> tuple[str, tuple[int, ...], str]:
        """By the attributes of the standard; arrays being traced are on no device yet."""
        if raw.dtype not in self._names:
            raise TypeError(f"backend jax: arrayforge has no dtype {raw.dtype}")
        if isinstance(raw, jax.core.Tracer):
            return self._names[raw.dtype], raw.shape, self.devices()[0]
        if raw.device not in self._device_names:
            raise TypeError(f"backend jax: arrays on several devices are unknown, got {raw.device}")
        return self._names[raw.dtype], raw.shape, self._device_names[raw.device]

    @wide
    def from_host(self, array: Any, device: str) -> Any:
        """A copy: JAX would share memory that others may write."""
        return jax.device_put(np.array(array), self._devices[device])

    def to_host(self, raw: Any) -> Any:
        """A copy: JAX's own memory must not be written."""
        return np.array(raw)

    @wide
    def from_dlpack(self, x: Any, device: str | None = None) -> Any:
        """The same memory; an array of JAX's stays itself."""
        raw = x if isinstance(x, jax.Array) else jnp.from_dlpack(x)
        place = self.describe(raw)[2]
        if device not in (None, place):
            raise BufferError(f"from_dlpack(): {device} cannot reach the memory of {place}")
        return raw

    def dlpack(self, raw: Any) -> Any:
        """JAX's own, but for what it refuses."""
        return _Export(raw)

    @wide
    def transfer(self, raw: Any, device: str) -> Any:
        """By JAX, without the host where the devices can."""
        return jax.device_put(raw, self._devices[device])

    def item(self, raw: Any) -> Any:
        """By JAX."""
        return raw.item()

    @wide
    def getitem(self, raw: Any, key: Any) -> Any:
        """A new array, also where NumPy would give a view."""
        return raw[key]

    @wide
    def setitem(self, raw: Any, key: Any, value: Any) -> Any:
        """A new array."""
        if not isinstance(value, jax.Array):
            value = np.asarray(value, raw.dtype)
        return raw.at[key].set(value)

    def synchronize(self, device: str) -> None:
        """Waits for every array there is on the device."""
        place = self._devices[device]
        jax.block_until_ready([x for x in jax.live_arrays() if place in x.devices()])

    def memory(self, device: str) -> Mapping[str, int]:
        """By the device's allocator; processors have no such counts, so arrays are added up."""
        place = self._devices[device]
        counts = place.memory_stats()
        if counts:
            names = {"live": "bytes_in_use", "peak": "peak_bytes_in_use", "limit": "bytes_limit"}
            return {ours: counts[theirs] for ours, theirs in names.items() if theirs in counts}
        return {"live": sum(x.nbytes for x in jax.live_arrays() if place in x.devices())}


BACKEND = JAX()
