"""What runs inside the chunks, on NumPy arrays: the functions of the numpy backend, and helpers.

Tasks travel to other processes, so all of this is found again by name. Chunks are computed in
threads that the user's numpy.errstate() does not reach; floating-point warnings are off there.
Nothing here writes to its arguments, because chunks may be shared with other tasks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from arrayforge.backends.numpy.engine import BACKEND as NUMPY

import arrayforge as xp


@functools.cache
def _function(name: str) -> Callable[..., Any]:
    found: Any = NUMPY.namespace
    for part in name.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


def _is_native(name: str, operands: tuple[Any, ...]) -> bool:
    """What NumPy refuses, or gets wrong in the last places, the cpu device computes.

    That is integers to negative powers, the sign of zeros next to those of float16, and logaddexp
    where its result is close to 0.
    """
    if name == "logaddexp":
        return True
    if name not in ("pow", "nextafter"):
        return False
    dtype = next(x.dtype for x in operands if isinstance(x, np.ndarray))
    return dtype.kind in "iu" if name == "pow" else dtype == np.float16


def natively(name: str, *operands: Any) -> Any:
    """A function of the cpu device on chunks, whose memory it shares."""
    arrays = (xp.asarray(x, device="cpu") if isinstance(x, np.ndarray) else x for x in operands)
    return np.asarray(getattr(xp, name)(*arrays))


class Kernel:
    """A function of the numpy backend by name, with some of its keyword arguments."""

    def __init__(self, name: str, **options: Any) -> None:
        self.__name__ = name.rpartition(".")[2]
        self.name = name
        self.options = options

    def __call__(self, *operands: Any, **more: Any) -> Any:
        if _is_native(self.name, operands):
            return natively(self.name, *operands)
        with np.errstate(all="ignore"):
            return np.asarray(_function(self.name)(*operands, **self.options, **more))

    def __reduce__(self) -> Any:
        return _kernel, (self.name, self.options)

    def __dask_tokenize__(self) -> Any:
        return "arrayforge", self.name, tuple(self.options.items())


def _kernel(name: str, options: dict[str, Any]) -> Kernel:
    return Kernel(name, **options)


def _sample(kind: Any) -> Any:
    return np.ones(1, kind) if isinstance(kind, np.dtype) else kind(1)


@functools.cache
def result_dtype(name: str, *kinds: Any) -> Any:
    """The dtype that the function gives for operands of these dtypes, or types of scalars."""
    return Kernel(name)(*map(_sample, kinds)).dtype


def reduced(
    x: Any, axis: Any, keepdims: bool, *, name: str, as_dtype: Any, computing_meta: bool = False
) -> Any:
    """A reduction of one chunk, or of what chunks were reduced to.

    Where dask only asks for the kind of result, it is told later, and nothing is computed.
    """
    if computing_meta:
        return x
    options = {} if as_dtype is None else {"dtype": as_dtype}
    return Kernel(name)(x, axis=tuple(axis), keepdims=keepdims, **options)


def flattened(parts: Any) -> list[Any]:
    """The leaves of nested lists, in order."""
    return [x for part in parts for x in flattened(part)] if isinstance(parts, list) else [parts]


def moments(x: Any, axis: Any, keepdims: bool, computing_meta: bool = False) -> Any:
    """Count, mean and sum of squared distances from the mean of one chunk, with all axes."""
    if computing_meta:
        return x
    count = float(np.prod([x.shape[i] for i in axis]))
    with np.errstate(all="ignore"):
        mean = np.sum(x, axis=tuple(axis), keepdims=True) / count
        apart = x - mean
        squares = apart.real**2 + apart.imag**2 if np.iscomplexobj(x) else apart * apart
        return count, mean, np.sum(squares, axis=tuple(axis), keepdims=True)


def merged_moments(parts: Any, axis: Any, keepdims: bool) -> Any:
    """The moments of a union from those of its parts (Chan, Golub and LeVeque's update)."""
    first, *others = flattened(parts)
    count, mean, squares = first
    with np.errstate(all="ignore"):
        for other_count, other_mean, other_squares in others:
            apart = other_mean - mean
            total = count + other_count
            squared = np.abs(apart) ** 2 * (count * other_count / total)
            mean = mean + apart * (other_count / total)
            count, squares = total, squares + other_squares + squared
    return count, mean, squares


def squared_distances(parts: Any, axis: Any, keepdims: bool) -> Any:
    """The last of the moments, the end of their reduction."""
    squares = merged_moments(parts, axis, keepdims)[2]
    return squares if keepdims else np.squeeze(squares, axis=tuple(axis))


def added(parts: Any, axis: Any, keepdims: bool) -> Any:
    """The sum of partial products, one after the other; the last axis counted them."""
    total, *others = flattened(parts)
    for other in others:
        total = total + other
    return total if keepdims else total[..., 0]


def multiplied(x1: Any, x2: Any, partial: bool) -> Any:
    """A matrix product. NumPy has BLAS for four dtypes; the others are faster natively."""
    if x1.dtype.char in "fdFD":
        with np.errstate(all="ignore"):
            product = np.asarray(np.matmul(x1, x2))
    else:
        product = natively("matmul", x1, x2)
    return product[..., None] if partial else product


def located(x: Any, start: Any, name: str, axis: int) -> Any:
    """Where the extreme of one chunk stands in the whole array."""
    return _function(name)(x, axis=axis, keepdims=True) + start


def value_at(x: Any, place: Any, start: Any, axis: int) -> Any:
    """The extreme of one chunk."""
    return np.take_along_axis(x, place - start, axis)


def best(places: Any, values: Any, name: str, axis: int, keepdims: bool) -> Any:
    """Of the chunks' extremes the first one that is not surpassed."""
    first = _function(name)(values, axis=axis, keepdims=True)
    found = np.take_along_axis(places, first, axis)
    return found if keepdims else np.squeeze(found, axis)


def ramp(start: Any, size: Any, dtype: Any) -> Any:
    """One chunk of 0, 1, 2, ..."""
    first = int(start[0])
    with np.errstate(all="ignore"):
        return np.arange(first, first + int(size[0])).astype(dtype)


def positions(x: Any, start: Any) -> Any:
    """Where one chunk of a vector is not zero, counted in the whole vector."""
    return np.flatnonzero(x) + start


def coordinate(position: Any, shape: tuple[int, ...], axis: int) -> Any:
    """One of the indices that belong to positions in C order."""
    stride = int(np.prod(shape[axis + 1 :], dtype=np.int64))
    return position // stride % shape[axis]


def in_bounds(index: Any, axis: int, size: int) -> Any:
    """Indices counted from the front.

    Raises:
        IndexError: one of them is out of bounds.
    """
    bad = index[(index < -size) | (index >= size)]
    if bad.size:
        raise IndexError(f"index {bad.flat[0]} is out of range for axis {axis} of size {size}")
    return np.where(index < 0, index + size, index)


def selected(x: Any, index: Any, start: Any, axis: int) -> Any:
    """What a vector of indices finds in one chunk; an axis of size 1 follows the indexed one."""
    local = index - start
    inside = local[(local >= 0) & (local < x.shape[axis])]
    return np.expand_dims(np.take(x, inside, axis=axis), axis + 1)


def reordered(index: Any, found: Any, ends: Any, axis: int) -> Any:
    """What was found chunk by chunk, in the order of the indices."""
    order = np.argsort(np.searchsorted(ends, index, side="right"), kind="stable")
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    return np.take(np.squeeze(found, axis + 1), back, axis=axis)


def picked(x: Any, mask: Any) -> Any:
    """Rows of one chunk by a mask."""
    return x[mask]


def scattered(x: Any, position: Any, values: Any, *starts: Any, shape: Any) -> Any:
    """One chunk of x after an assignment: values at positions in C order of the whole array."""
    corner = [int(start.flat[0]) for start in starts]
    places = np.unravel_index(position, shape)
    inside = np.ones(position.shape, np.bool_)
    for place, first, size in zip(places, corner, x.shape, strict=True):
        inside &= (place >= first) & (place < first + size)
    result = x.copy()
    local = tuple(p[inside] - first for p, first in zip(places, corner, strict=True))
    result[local] = values if np.ndim(values) == 0 else values[inside]
    return result


def reshaped(x: Any, shape: tuple[int, ...]) -> Any:
    """A whole array under another shape."""
    return x.reshape(shape)


def joined(*arrays: Any, axis: int) -> Any:
    """Whole arrays joined along an axis."""
    return np.concatenate(arrays, axis=axis)


def item_of(results: Any, index: int) -> Any:
    """One result of a function that has several."""
    return results[index]


def decomposed(*operands: Any, name: str, options: dict[str, Any]) -> Any:
    """A function of linear algebra on stacks of whole matrices.

    LAPACK has no float16; it is computed in single precision and rounded back.
    """
    half = operands[0].dtype == np.float16
    wide = [x.astype(np.float32) for x in operands] if half else operands
    try:
        with np.errstate(all="ignore"):
            found = _function(f"linalg.{name}")(*wide, **options)
    except np.linalg.LinAlgError as error:
        reason = str(error)
        raise np.linalg.LinAlgError(f"{name}(): {reason[:1].lower()}{reason[1:]}") from None
    parts = [np.asarray(x) for x in (found if isinstance(found, tuple) else (found,))]
    if half:
        parts = [x.astype(np.float16) if x.dtype == np.float32 else x for x in parts]
    return tuple(parts) if isinstance(found, tuple) else parts[0]


def transformed(x: Any, name: str, options: dict[str, Any]) -> Any:
    """A Fourier transform along one axis, in single precision for float16."""
    wide = x.astype(np.float32) if x.dtype == np.float16 else x
    with np.errstate(all="ignore"):
        return _function(f"fft.{name}")(wide, **options)


def unchanged(x: Any, axis: Any, keepdims: bool) -> Any:
    """What there is to reduce already."""
    return x
