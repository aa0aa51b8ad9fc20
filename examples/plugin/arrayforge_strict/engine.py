"""The engine: an Adapter over the library, and what the library gets wrong."""

from types import SimpleNamespace

import array_api_strict as library

from arrayforge import corrections
from arrayforge.backend import Adapter


class Strict(Adapter):
    """Arrays of array-api-strict, which share nothing with the host."""

    name = "strict"
    library = library
    # By name, before the library's own: special values that differ from the standard's.
    corrections = SimpleNamespace(
        floor_divide=corrections.floor_divide(library),
        expm1=corrections.expm1(library),
        tanh=corrections.tanh(library),
    )


BACKEND = Strict()
