"""The backend over NumPy: its namespace, with what it gets wrong corrected in functions.py.

NumPy's results without axes are scalars of its own, which cannot be written; those that the user
can hold a view of are kept as arrays. Floating-point warnings are NumPy's: numpy.errstate() rules
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from arrayforge.backend import DTYPES, Adapter

from . import functions


class NumPy(Adapter):
    """NumPy arrays share host memory with the cpu device in both directions."""

    name = "numpy"
    library = np
    corrections = functions
    inplace_operators = (
        *("add", "subtract", "multiply", "divide"),
        *("bitwise_and", "bitwise_or", "bitwise_xor"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._dtypes = {n: np.dtype(n) for n in DTYPES if n != "bfloat16"}
        self._names = {dtype: name for name, dtype in self._dtypes.items()}

    def dtypes(self, device: str | None) -> Mapping[str, Any]:
        """Everything but bfloat16."""
        return self._dtypes

    def describe(self, raw: Any) -> tuple[str, tuple[int, ...], str]:
        """By NumPy's attributes, which its scalars have too; other dtypes in NumPy's words."""
        return self._names.get(raw.dtype) or str(raw.dtype), raw.shape, "numpy"

    def shares_host(self, device: str) -> bool:
        """NumPy's memory is host memory."""
        return True

    def from_host(self, array: Any, device: str) -> Any:
        """The same memory."""
        return np.asarray(memoryview(array))

    def from_dlpack(self, x: Any, device: str) -> Any:
        """The same memory; an array of NumPy's stays itself, and a scalar becomes one."""
        if type(x) is np.ndarray:
            return x
        return np.asarray(x) if isinstance(x, np.generic) else np.from_dlpack(x)

    def to_host(self, raw: Any) -> Any:
        """The same memory."""
        return np.asarray(raw)

    def item(self, raw: Any) -> Any:
        """By NumPy."""
        return raw.item()

    def setitem(self, raw: Any, key: Any, value: Any) -> Any:
        """In place; NumPy's scalars become arrays first."""
        if type(raw) is not np.ndarray:
            raw = np.asarray(raw)
        raw[key] = value
        return raw


BACKEND = NumPy()
