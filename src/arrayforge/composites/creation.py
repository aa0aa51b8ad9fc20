"""Composites of the chapter "creation functions"."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import arrayforge as xp

from .. import _core
from ._arguments import countable, default_dtype, integer, matrices

if TYPE_CHECKING:
    from ._typing import Array, ArrayOrScalar, Device, DType, Scalar


def _ramp(count: int, dtype: DType, device: Device | None) -> Array:
    """0, 1, ..., count - 1, counted in integers and therefore exact."""
    counted = default_dtype("integral", device)
    own = _core._create_own("arange", (count,), counted, device)
    if own is not NotImplemented:
        return cast("Array", xp.astype(own, dtype, copy=False))
    ones = xp.full((count,), 1, dtype=counted, device=device)
    return cast("Array", xp.astype(xp.subtract(xp.cumulative_sum(ones, axis=0), ones), dtype))


def _number(value: Any) -> float:
    """An integer exactly, also NumPy's and that of a 0-dimensional array; else a float."""
    try:
        return operator.index(value)
    except TypeError:
        return float(value + 0.0)  # adding refuses texts, which float() reads


def _holder(first: int, last: int, dtype: DType, device: Device | None) -> DType:
    """A dtype in which to count from one integer to another: exactly where there is one."""
    default = default_dtype("integral", device)
    least, greatest = min(first, last), max(first, last)
    info = xp.iinfo(default)
    if info.min <= least and greatest <= info.max:
        return default
    unsigned = xp.__array_namespace_info__().dtypes(device=device, kind="integral").get("uint64")
    if unsigned and least >= 0 and greatest < 2**64 and dtype != default:
        return unsigned
    floats = default_dtype("real floating", device)
    limit = 0 if xp.isdtype(dtype, ("bool", "integral")) else xp.finfo(floats).max
    if max(-least, greatest) > limit:
        raise OverflowError(f"arange(): values must fit {dtype._name}, got {first} to {last}")
    return floats


def _steps(start: float, step: float, count: int, holder: DType, device: Device | None) -> Array:
    """start + i * step for i < count, computed in the holder."""
    values = _ramp(count, holder, device)
    if xp.isdtype(holder, "integral"):
        # Integers wrap: a step beyond the dtype is as good as its remainder inside.
        info = xp.iinfo(holder)
        step = info.min + (int(step) - info.min) % 2**info.bits
    else:
        start, step = float(start), float(step)
    if step != 1:
        values = xp.multiply(values, step)
    return values if start == 0 else cast("Array", xp.add(values, start))


def _count(start: float, stop: float, step: float) -> int:
    """How many values there are. A float quotient of integers would be wrong above 2**53."""
    if step == 0:
        raise ZeroDivisionError
    if all(isinstance(number, int) for number in (start, stop, step)):
        return max(int(-((start - stop) // step)), 0)
    return max(math.ceil((stop - start) / step), 0)


def arange(
    start: float,
    /,
    stop: float | None = None,
    step: float = 1,
    *,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """Evenly spaced values in [start, stop): exact integers or floats, converted at the end."""
    given = (0, start, step) if stop is None else (start, stop, step)
    to_integers = dtype is not None and xp.isdtype(dtype, ("bool", "integral"))
    try:
        numbers = [_number(value) for value in given]
        if to_integers and all(number % 1 == 0 for number in numbers):
            numbers = [int(number) for number in numbers]
        start, stop, step = numbers
        count = _count(start, stop, step)
    except ZeroDivisionError:
        raise ValueError("arange(): step must not be 0") from None
    except (TypeError, ValueError, OverflowError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        message = "arange(): expected finite real numbers, got {!r}, {!r}, {!r}".format(*given)
        raise kind(message) from None
    countable("arange", (count,))
    if isinstance(start, int) and isinstance(stop, int) and isinstance(step, int):
        start = start if count > 0 else 0
        wanted = dtype or default_dtype("integral", device)
        holder = _holder(start, start + max(count - 1, 0) * step, wanted, device)
    else:
        holder = default_dtype("real floating", device)
        wanted = dtype or holder
    return cast("Array", xp.astype(_steps(start, step, count, holder, device), wanted, copy=False))


def linspace(
    start: complex,
    stop: complex,
    /,
    num: int,
    *,
    dtype: DType | None = None,
    device: Device | None = None,
    endpoint: bool = True,
) -> Array:
    """num evenly spaced values from start to stop."""
    num = integer("linspace", "num", num)
    if num < 0:
        raise ValueError(f"linspace(): num must not be negative, got {num}")
    countable("linspace", (num,))
    kind = "real floating"
    if isinstance(start, complex) or isinstance(stop, complex):
        kind = "complex floating"
    # Not in the asked dtype: float16 cannot count far.
    computed = default_dtype(kind, device)
    intervals = num - 1 if endpoint else num
    try:
        step = (stop - start) / intervals if intervals > 0 else 0.0
    except TypeError:
        message = f"linspace(): start and stop must be numbers, got {start!r} and {stop!r}"
        raise TypeError(message) from None
    values = xp.add(xp.multiply(_ramp(num, computed, device), step), start)
    if endpoint and num > 1:
        # start + i * step may miss stop by a rounding error.
        values[num - 1] = stop
    if dtype is None or dtype == computed:
        return cast("Array", values)
    rounded = xp.floor(values) if xp.isdtype(dtype, "integral") else values
    return cast("Array", xp.astype(rounded, dtype))


def zeros(
    shape: int | Sequence[int], *, dtype: DType | None = None, device: Device | None = None
) -> Array:
    """An array of zeros."""
    chosen = default_dtype("real floating", device) if dtype is None else dtype
    return cast("Array", xp.full(shape, 0, dtype=chosen, device=device))


def ones(
    shape: int | Sequence[int], *, dtype: DType | None = None, device: Device | None = None
) -> Array:
    """An array of ones."""
    chosen = default_dtype("real floating", device) if dtype is None else dtype
    return cast("Array", xp.full(shape, 1, dtype=chosen, device=device))


# An engine without uninitialised memory pays for the zeros; the standard leaves the values open.
empty = zeros


def full_like(
    x: Array,
    /,
    fill_value: ArrayOrScalar,
    *,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """An array of one value with the shape and dtype of x."""
    dtype = x.dtype if dtype is None else dtype
    device = x.device if device is None else device
    return cast("Array", xp.full(x.shape, fill_value, dtype=dtype, device=device))


def _filled_like(x: Array, value: Scalar, dtype: DType | None, device: Device | None) -> Array:
    # In strict mode a boolean array takes only a boolean value.
    dtype = x.dtype if dtype is None else dtype
    fill = bool(value) if xp.isdtype(dtype, "bool") else value
    return full_like(x, fill, dtype=dtype, device=device)


def zeros_like(x: Array, /, *, dtype: DType | None = None, device: Device | None = None) -> Array:
    """An array of zeros with the shape and dtype of x."""
    return _filled_like(x, 0, dtype, device)


def ones_like(x: Array, /, *, dtype: DType | None = None, device: Device | None = None) -> Array:
    """An array of ones with the shape and dtype of x."""
    return _filled_like(x, 1, dtype, device)


empty_like = zeros_like


def eye(
    n_rows: int,
    n_cols: int | None = None,
    /,
    *,
    k: int = 0,
    dtype: DType | None = None,
    device: Device | None = None,
) -> Array:
    """A matrix with ones on the k-th diagonal."""
    rows = integer("eye", "n_rows", n_rows)
    columns = rows if n_cols is None else integer("eye", "n_cols", n_cols)
    k = integer("eye", "k", k)
    if rows < 0 or columns < 0:
        raise ValueError(f"eye(): sizes must not be negative, got {rows} and {columns}")
    countable("eye", (rows, columns))
    flat = xp.zeros((rows * columns,), dtype=dtype, device=device)
    count = min(rows + min(k, 0), columns - max(k, 0))
    if count > 0:
        first = k if k >= 0 else -k * columns
        stop = first + (count - 1) * (columns + 1) + 1
        flat[first : stop : columns + 1] = True if xp.isdtype(flat.dtype, "bool") else 1
    return cast("Array", xp.reshape(flat, (rows, columns)))


def meshgrid(*arrays: Array, indexing: str = "xy") -> tuple[Array, ...]:
    """Coordinate matrices from one-dimensional coordinates, as a tuple."""
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid(): indexing must be 'xy' or 'ij', got {indexing!r}")
    for x in arrays:
        if x.ndim > 1:
            raise ValueError(f"meshgrid(): expected one-dimensional arrays, got shape {x.shape}")
    axes = list(range(len(arrays)))
    if indexing == "xy" and len(arrays) > 1:
        axes[0], axes[1] = 1, 0
    sizes = [1] * len(arrays)
    for x, axis in zip(arrays, axes, strict=True):
        sizes[axis] = x.size
    countable("meshgrid", sizes)
    grids = []
    for x, axis in zip(arrays, axes, strict=True):
        column = [1] * len(arrays)
        column[axis] = x.size
        grid = xp.broadcast_to(xp.reshape(x, tuple(column)), tuple(sizes))
        # A copy, because writing to one element of a broadcast view would change many.
        grids.append(xp.asarray(grid, copy=True))
    return tuple(grids)


def _triangle(name: str, x: Array, k: int) -> Array:
    """Which elements lie on or below the k-th diagonal."""
    rows, columns = matrices(name, x)
    k = max(-rows - 1, min(operator.index(k), columns))
    row = xp.reshape(xp.arange(rows, device=x.device), (rows, 1))
    return cast("Array", xp.greater_equal(xp.add(row, k), xp.arange(columns, device=x.device)))


def tril(x: Array, /, *, k: int = 0) -> Array:
    """The lower triangles of a stack of matrices, zeros above the k-th diagonal."""
    zero = xp.zeros((), dtype=x.dtype, device=x.device)
    return cast("Array", xp.where(_triangle("tril", x, k), x, zero))


def triu(x: Array, /, *, k: int = 0) -> Array:
    """The upper triangles of a stack of matrices, zeros below the k-th diagonal."""
    zero = xp.zeros((), dtype=x.dtype, device=x.device)
    return cast("Array", xp.where(_triangle("triu", x, operator.index(k) - 1), zero, x))
