"""What is drawn: arrays in every layout, shapes, keys of every kind; and how calls end.

Every array is a view of NumPy's memory with NumPy's strides, so that sharing can be asked of NumPy,
and what one side writes the other sees. The draws are the same in every run.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

import arrayforge as xp

ERRORS = (IndexError, ValueError, TypeError, OverflowError)
shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)
full_shapes = st.lists(st.integers(1, 4), max_size=4).map(tuple)


def cases(count):
    """Settings of a test: the same draws in every run, however slow the machine is."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=slow,
    )


def outcome(call):
    """The result, or the class of the error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call(), None
        except ERRORS as error:
            return None, next(kind for kind in ERRORS if isinstance(error, kind))


seeds = st.integers(0, 2**20).map(np.random.default_rng)


@st.composite
def arrays(draw, of=shapes, writable=False, dtypes=("float64",)):
    """An array of distinct numbers in some layout."""
    shape = draw(of)
    dtype = draw(st.sampled_from(dtypes))
    seed = draw(seeds)
    order = seed.permutation(len(shape)).tolist()
    steps = seed.choice([1, 1, 2, -1, -2], len(shape)).tolist()
    sizes = [shape[i] * abs(steps[i]) for i in order]
    x = np.arange(math.prod(sizes)).reshape(sizes).astype(dtype)
    x = x.transpose(np.argsort(order).tolist())
    x = x[(*(slice(None, None, step) for step in steps), ...)]
    if not writable and shape and shape[-1] > 1 and seed.integers(6) == 0:
        x = np.broadcast_to(x[..., :1], shape)
    assert x.shape == shape
    return x


bounds = st.none() | st.integers(-6, 6)
slices = st.builds(slice, bounds, bounds, st.none() | st.integers(-3, 3))


def rarely(seed):
    return seed.integers(16) == 0


def index_array(seed, size, common):
    """Integers for an axis of that size, of a shape that mostly broadcasts with the others."""
    shape = tuple(side if seed.integers(4) else 1 for side in common)
    if rarely(seed):
        shape = tuple(seed.integers(0, 4, seed.integers(3)).tolist())
    low, high = -size, max(size, 1)
    if rarely(seed):
        low, high = low - 1, high + 1
    return seed.integers(low, high, shape)


@st.composite
def keys(draw, shape):
    """A key of any kind for an array of that shape; now and then one that does not fit."""
    seed = draw(seeds)
    common = tuple(seed.integers(1, 4, seed.integers(3)).tolist())
    items, rest = [], list(shape)
    kinds = ["slice", "slice", "int", "none", "array", "mask", "bool", "ellipsis"]
    basic = draw(st.booleans())
    for kind in draw(
        st.lists(st.sampled_from(kinds[:4] if basic else kinds), max_size=len(shape) + 1)
    ):
        size = rest[0] if rest else 1
        if kind == "slice":
            items.append(draw(slices))
        elif kind == "int":
            slack = int(rarely(seed))
            items.append(int(seed.integers(-size - slack, max(size, 1) + slack)))
        elif kind == "array":
            items.append(index_array(seed, size, common))
        elif kind == "mask":
            sides = np.asarray(rest[: seed.integers(1, 3)] or [1])
            items.append(seed.integers(0, 2, sides + rarely(seed)).astype(bool))
            del rest[: len(sides) - 1]
        else:
            items.append({"none": None, "bool": bool(seed.integers(2)), "ellipsis": ...}[kind])
            continue
        del rest[:1]
    if basic and seed.integers(2):
        items.insert(seed.integers(len(items) + 1), ...)
    if len(items) == 1 and seed.integers(2):
        return items[0]
    return tuple(items)


def ours(key):
    """The key with arrays of arrayforge."""
    if isinstance(key, tuple):
        return tuple(map(ours, key))
    return xp.asarray(key, copy=True) if isinstance(key, np.ndarray) else key
