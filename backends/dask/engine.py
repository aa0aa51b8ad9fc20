"""The backend over dask.array: what is lazy, what computes, and where.

Every function only adds to a graph. Three things compute: values that Python asks for (item(), to
another device), and data that decides about shapes (masks, nonzero, unique), which is kept in
memory then, so that shapes are always known. It runs on dask's threads, or where
ARRAYFORGE_DASK_SCHEDULER says: "threads", "processes", "synchronous", or the address of a cluster
such as tcp://host:8786. A distributed.Client of the user's own is taken too, as dask does.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

import dask
import dask.array as da
from arrayforge.backend import Adapter

from . import functions, indexing
from .lazy import adopted, chunks_for, fits_chunk

SETTING = "ARRAYFORGE_DASK_SCHEDULER"
_LOCAL = ("threads", "processes", "synchronous")

# A loop of assignments makes a graph of as many layers, and dask's work per step grows with it.
MAX_LAYERS = 100


def connect(scheduler: str | None, timeout: str = "10s") -> None:
    """Makes dask compute there from now on; the default is what dask does anyway.

    Raises:
        ImportError: there is no such scheduler; a backend that cannot compute is not usable.
    """
    if not scheduler:
        return
    if scheduler in _LOCAL:
        dask.config.set(scheduler=scheduler)
    elif "://" in scheduler:
        from distributed import Client

        try:
            Client(scheduler, timeout=timeout, set_as_default=True)
        except (OSError, ValueError) as error:
            raise ImportError(f"{SETTING}={scheduler}: no scheduler answers there") from error
    else:
        known = ", ".join(_LOCAL)
        raise ImportError(f"{SETTING}={scheduler}: expected {known}, or an address like tcp://...")


class Exported:
    """DLPack of a lazy array: the values come into being when they are asked for."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0

    def __dlpack__(self, **options: Any) -> Any:
        return BACKEND.to_host(self._raw).__dlpack__(**options)


class Dask(Adapter):
    """Arrays never change: a write makes a new one, which views of the old one do not see."""

    name = "dask"
    library = functions
    views_alias = False

    def describe(self, raw: Any) -> tuple[str, tuple[int, ...], str]:
        """By dask's attributes."""
        return raw.dtype.name, raw.shape, "dask"

    def from_host(self, array: Any, device: str) -> Any:
        """A copy, because the user may write to the memory before the graph runs."""
        values = np.array(memoryview(array), copy=True)
        # A name at random: dask would hash all values to make one.
        return da.from_array(values, chunks=chunks_for(values.shape, values.dtype), name=False)

    def from_dlpack(self, x: Any, device: str | None) -> Any:
        """An array of dask's own stays lazy; others are in host memory, which is copied."""
        if isinstance(x, da.Array):
            return adopted(x)
        raise BufferError(f"expected a dask.array.Array, got {type(x).__name__}")

    def to_host(self, raw: Any) -> Any:
        """Computes. One chunk may be part of the graph, so the user gets a copy of it."""
        values = np.asarray(raw.compute())
        return values.copy() if raw.npartitions == 1 else values

    dlpack = staticmethod(Exported)

    def item(self, raw: Any) -> Any:
        """Computes."""
        return np.asarray(raw.compute()).item()

    getitem = staticmethod(indexing.getitem)

    def setitem(self, raw: Any, key: Any, value: Any) -> Any:
        """A new array. After many of them a small one is computed, to start from a short graph."""
        result = indexing.setitem(raw, key, value)
        if len(result.dask.layers) > MAX_LAYERS and fits_chunk(result.shape, result.dtype):
            return result.persist()
        return result


def check_graphs() -> None:
    """Arrays must be graphs, as they are unless dask's setting makes them expressions.

    Raises:
        ImportError: they are expressions; this backend cannot compute with those.
    """
    if dask.config.get("array.query-planning", None):
        raise ImportError("dask: the setting array.query-planning must be off for arrayforge")


check_graphs()
connect(os.environ.get(SETTING))
BACKEND = Dask()
