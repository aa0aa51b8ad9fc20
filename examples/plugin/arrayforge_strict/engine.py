"""The engine: an Adapter over the library, and what the library gets wrong or will not do."""

from types import SimpleNamespace

import array_api_strict as library
import numpy as np

from arrayforge import corrections
from arrayforge.backend import Adapter


def sign(x):
    """The library keeps the signs of complex zeros; the standard wants 0 + 0j."""
    result = library.sign(x)
    if "complex" not in str(x.dtype):
        return result
    return library.where(x == 0, library.zeros_like(x), result)


def shared(x):
    """The library's arrays as NumPy's, without a copy; in tuples too."""
    if isinstance(x, tuple):
        return tuple(map(shared, x))
    return np.from_dlpack(x) if hasattr(x, "__dlpack__") else x


class Strict(Adapter):
    """Arrays of array-api-strict, which share nothing with the host."""

    name = "strict"
    library = library
    # By name, before the library's own.
    corrections = SimpleNamespace(
        floor_divide=corrections.floor_divide(library),
        expm1=corrections.expm1(library),
        tanh=corrections.tanh(library),
        sign=sign,
    )

    def setitem(self, raw, key, value):
        """By NumPy in the same memory: the library assigns through slices and masks alone."""
        np.from_dlpack(raw)[shared(key)] = shared(value)
        return raw


BACKEND = Strict()
