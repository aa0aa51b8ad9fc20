"""What a device's memory holds: live and peak bytes, and a limit that it refuses to exceed.

Bytes are counted where they are allocated: once for the array that owns them, however many views
there are, until the last view is gone.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any

import numpy as np


def _owner(values: Any) -> Any:
    """The array at the end of the chain of views."""
    while isinstance(values.base, np.ndarray):
        values = values.base
    return values


class Account:
    """The bytes of one device."""

    def __init__(self, device: str, limit: int | None, limit_text: str) -> None:
        self.device = device
        self.limit = limit
        self.limit_text = limit_text
        self.live = self.peak = 0
        # The collector may end arrays inside these methods, on any thread.
        self._lock = threading.RLock()
        self._owners: dict[int, Any] = {}

    def require(self, operation: str, nbytes: int) -> None:
        """Raises MemoryError where so many bytes more exceed the limit."""
        if self.limit is not None and self.live + nbytes > self.limit:
            raise MemoryError(
                f"{operation}(): {self.device} has {self.limit} bytes (its limit "
                f"{self.limit_text}), {self.live} of them in use, and {nbytes} more were asked for"
            )

    def add(self, operation: str, values: Any) -> None:
        """Counts the memory of an array, unless it is a view of what was counted before."""
        owner = _owner(values)
        key = id(owner)
        with self._lock:
            if key in self._owners:
                return
            self.require(operation, owner.nbytes)
            nbytes = owner.nbytes
            self._owners[key] = weakref.ref(owner, lambda _: self._remove(key, nbytes))
            self.live += nbytes
            self.peak = max(self.peak, self.live)

    def _remove(self, key: int, nbytes: int) -> None:
        with self._lock:
            del self._owners[key]
            self.live -= nbytes

    def counts(self) -> dict[str, int]:
        """As memory() of the contract gives them."""
        known = {"live": self.live, "peak": self.peak}
        return known if self.limit is None else known | {"limit": self.limit}
