"""The namespace. All of it is our own: dask.array lends its graphs, and some functions, inside."""

# ruff: noqa: F401 (a namespace is made of what it imports)
from __future__ import annotations

import numpy as np

from arrayforge.backend import DTYPES

from . import fft, linalg
from .elementwise import FUNCTIONS, astype, where
from .indexing import nonzero, take, take_along_axis
from .lazy import broadcast_to, reshape
from .linalg import matmul
from .manipulation import (
    arange,
    argsort,
    concat,
    expand_dims,
    flip,
    full,
    permute_dims,
    searchsorted,
    sort,
    squeeze,
)
from .statistics import (
    all,
    any,
    argmax,
    argmin,
    count_nonzero,
    cumulative_prod,
    cumulative_sum,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)

# The elementwise functions, and the dtypes under the names of the standard.
globals().update(FUNCTIONS)
globals().update({name: np.dtype(name) for name in DTYPES if name != "bfloat16"})
