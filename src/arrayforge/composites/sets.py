"""Composites of the chapter "set functions": sort, then compare neighbours.

NaNs differ from each other and -0.0 equals 0.0 because neighbours are compared with not_equal.
The sort is stable, so the first of a run of equal elements is the first in x.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import arrayforge as xp

from ._arguments import default_dtype

if TYPE_CHECKING:
    from ._typing import Array, ArrayOrScalar


class UniqueAllResult(NamedTuple):
    """What unique_all returns."""

    values: Array
    indices: Array
    inverse_indices: Array
    counts: Array


class UniqueCountsResult(NamedTuple):
    """What unique_counts returns."""

    values: Array
    counts: Array


class UniqueInverseResult(NamedTuple):
    """What unique_inverse returns."""

    values: Array
    inverse_indices: Array


class _Runs(NamedTuple):
    """A flattened array in order: whence its elements came, where runs of equal ones begin."""

    order: Array
    is_first: Array
    firsts: Array


def _sortable(x: Array) -> Array:
    # The standard sorts real numbers only.
    if not xp.isdtype(x.dtype, "bool"):
        return x
    held = xp.__array_namespace_info__().dtypes(device=x.device)
    return cast("Array", xp.astype(x, held.get("uint8", default_dtype("integral", x.device))))


def _order(flat: Array) -> Array:
    if not xp.isdtype(flat.dtype, "complex floating"):
        return cast("Array", xp.argsort(_sortable(flat)))
    by_imag = xp.argsort(xp.imag(flat))
    return cast("Array", xp.take(by_imag, xp.argsort(xp.take(xp.real(flat), by_imag))))


def _is_first(ordered: Array) -> Array:
    edge = xp.ones_like(ordered[:1], dtype=xp.bool)
    if ordered.size == 0:
        return cast("Array", edge)
    return cast("Array", xp.concat((edge, xp.not_equal(ordered[1:], ordered[:-1]))))


def _runs(flat: Array) -> _Runs:
    order = _order(flat)
    is_first = _is_first(xp.take(flat, order))
    return _Runs(order, is_first, xp.nonzero(is_first)[0])


def _index(x: Array) -> Array:
    return cast("Array", xp.astype(x, default_dtype("indexing", x.device), copy=False))


def _counts(firsts: Array, size: int) -> Array:
    if firsts.size == 0:
        return _index(firsts)
    end = xp.full((1,), size, dtype=firsts.dtype, device=firsts.device)
    return _index(xp.subtract(xp.concat((firsts[1:], end)), firsts))


def _inverse(runs: _Runs, x: Array) -> Array:
    runs_so_far = xp.cumulative_sum(_index(runs.is_first), axis=0)
    # The argsort of a permutation is its inverse.
    back = xp.take(xp.subtract(runs_so_far, 1), xp.argsort(runs.order))
    return _index(xp.reshape(back, x.shape))


def unique_all(x: Array, /) -> UniqueAllResult:
    """Unique values with first indices, inverse indices and counts."""
    flat = xp.reshape(x, (-1,))
    runs = _runs(flat)
    indices = _index(xp.take(runs.order, runs.firsts))
    return UniqueAllResult(
        xp.take(flat, indices), indices, _inverse(runs, x), _counts(runs.firsts, flat.size)
    )


def unique_counts(x: Array, /) -> UniqueCountsResult:
    """Unique values with their counts."""
    flat = xp.reshape(x, (-1,))
    runs = _runs(flat)
    values = xp.take(flat, xp.take(runs.order, runs.firsts))
    return UniqueCountsResult(values, _counts(runs.firsts, flat.size))


def unique_inverse(x: Array, /) -> UniqueInverseResult:
    """Unique values with the indices that rebuild x."""
    flat = xp.reshape(x, (-1,))
    runs = _runs(flat)
    values = xp.take(flat, xp.take(runs.order, runs.firsts))
    return UniqueInverseResult(values, _inverse(runs, x))


def unique_values(x: Array, /) -> Array:
    """Unique values of x."""
    flat = xp.reshape(x, (-1,))
    if xp.isdtype(flat.dtype, "complex floating"):
        ordered = xp.take(flat, _order(flat))
    else:
        ordered = xp.sort(_sortable(flat))
    values = ordered[_is_first(ordered)]
    return cast("Array", xp.astype(values, x.dtype, copy=False))


def _is_array(x: ArrayOrScalar) -> bool:
    return not isinstance(x, bool | int | float | complex)


def isin(x1: ArrayOrScalar, x2: ArrayOrScalar, /, *, invert: bool = False) -> Array:
    """Whether each element of x1 is among the elements of x2."""
    if not _is_array(x1) and not _is_array(x2):
        raise TypeError("isin(): expected at least one array, got two Python scalars")
    if not _is_array(x2):
        found = xp.equal(x1, x2)
    elif not _is_array(x1):
        found = xp.any(xp.equal(x1, x2))
    else:
        found = _found(cast("Array", x1), cast("Array", x2))
    return cast("Array", xp.logical_not(found) if invert else found)


def _found(x1: Array, x2: Array) -> Array:
    common = xp.result_type(x1, x2)
    wanted, pool = xp.reshape(x1, (-1,)), xp.reshape(x2, (-1,))
    if pool.size == 0:
        return cast("Array", xp.zeros_like(x1, dtype=xp.bool))
    if xp.isdtype(common, "complex floating"):
        # Complex numbers have no order to search in: where both occur, they belong to one run.
        joined = xp.concat((xp.astype(pool, common), xp.astype(wanted, common)))
        runs = _runs(joined)
        # The first member of a run comes from the pool where the pool has one at all.
        firsts = xp.take(xp.take(runs.order, runs.firsts), _inverse(runs, joined))
        return cast("Array", xp.reshape(xp.less(firsts[pool.size :], pool.size), x1.shape))
    wanted, pool = _sortable(xp.astype(wanted, common)), _sortable(xp.astype(pool, common))
    pool = xp.sort(pool)
    places = xp.searchsorted(pool, wanted)
    last = xp.full((), pool.size - 1, dtype=places.dtype, device=places.device)
    found = xp.equal(xp.take(pool, xp.minimum(places, last)), wanted)
    return cast("Array", xp.reshape(found, x1.shape))
