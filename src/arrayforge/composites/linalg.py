"""Composites of the extension "linear algebra functions"; the decompositions run on the host."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, cast

import arrayforge as xp

from . import _host
from ._arguments import (
    along,
    axis_index,
    axis_tuple,
    default_dtype,
    floating,
    matrices,
    real_dtype,
    square,
)
from ._linalg_results import EighResult, EigResult, QRResult, SlogdetResult, SVDResult

if TYPE_CHECKING:
    from ._typing import Array, Axes, DType


def cholesky(x: Array, /, *, upper: bool = False) -> Array:
    """Cholesky factor of Hermitian positive-definite matrices."""
    square("cholesky", x)
    return cast("Array", _host.linalg("cholesky", x, upper=bool(upper)))


def cross(x1: Array, x2: Array, /, *, axis: int = -1) -> Array:
    """Cross product of 3-element vectors."""
    axis = operator.index(axis)
    if axis >= 0 and x1.ndim != x2.ndim:
        raise ValueError(
            f"cross(): axis must be negative for {x1.ndim} and {x2.ndim} dimensions, got {axis}"
        )
    places = axis_index("cross", axis, x1.ndim), axis_index("cross", axis, x2.ndim)
    if x1.shape[places[0]] != 3 or x2.shape[places[1]] != 3:
        raise ValueError(f"cross(): vectors need 3 elements, got shapes {x1.shape} and {x2.shape}")
    a, b, c = (x1[along(places[0], i)] for i in range(3))
    u, v, w = (x2[along(places[1], i)] for i in range(3))
    return cast("Array", xp.stack((b * w - c * v, c * u - a * w, a * v - b * u), axis=axis))


def det(x: Array, /) -> Array:
    """Determinants of square matrices."""
    square("det", x)
    return cast("Array", _host.linalg("det", x))


def diagonal(x: Array, /, *, offset: int = 0) -> Array:
    """The offset-th diagonals of matrices."""
    rows, columns = matrices("diagonal", x)
    offset = operator.index(offset)
    offset = max(-rows, min(offset, columns))
    row, column = max(-offset, 0), max(offset, 0)
    count = min(rows - row, columns - column)
    if count == 0:
        return cast("Array", xp.zeros((*x.shape[:-2], 0), dtype=x.dtype, device=x.device))
    # One element per row is gathered: flattening would copy whole matrices that are not contiguous.
    picks = xp.arange(column, column + count, device=x.device)
    picks = xp.reshape(picks, (1,) * (x.ndim - 2) + (count, 1))
    gathered = xp.take_along_axis(x[..., row : row + count, :], picks, axis=-1)
    return cast("Array", xp.squeeze(gathered, -1))


def eig(x: Array, /) -> EigResult:
    """Eigenvalues and right eigenvectors of square matrices, complex."""
    square("eig", x)
    values, vectors = _host.linalg("eig", x)
    return EigResult(_complex(values), _complex(vectors))


def _complex(x: Array) -> Array:
    return cast("Array", xp.astype(x, xp.result_type(x.dtype, xp.complex64), copy=False))


def eigh(x: Array, /) -> EighResult:
    """Eigenvalues and eigenvectors of Hermitian matrices."""
    square("eigh", x)
    return EighResult(*_host.linalg("eigh", x))


def eigvals(x: Array, /) -> Array:
    """Eigenvalues of square matrices, complex."""
    square("eigvals", x)
    return _complex(_host.linalg("eigvals", x))


def eigvalsh(x: Array, /) -> Array:
    """Eigenvalues of Hermitian matrices."""
    square("eigvalsh", x)
    return cast("Array", _host.linalg("eigvalsh", x))


def inv(x: Array, /) -> Array:
    """Inverses of square matrices."""
    square("inv", x)
    return cast("Array", _host.linalg("inv", x))


def _adjoint(x: Array) -> Array:
    if xp.isdtype(x.dtype, "complex floating"):
        x = xp.conj(x)
    return cast("Array", xp.matrix_transpose(x))


def _greatest(x: Array, axis: int, keepdims: bool = False) -> Array:
    """The maximum of non-negative numbers along one axis: 0 where there are none."""
    if x.shape[axis] > 0:
        return cast("Array", xp.max(x, axis=axis, keepdims=keepdims))
    return cast("Array", xp.sum(x, axis=axis, keepdims=keepdims))


def _least(x: Array, axis: int, keepdims: bool = False) -> Array:
    """The minimum along one axis: infinity where there is nothing."""
    if x.shape[axis] > 0:
        return cast("Array", xp.min(x, axis=axis, keepdims=keepdims))
    return cast("Array", xp.add(xp.sum(x, axis=axis, keepdims=keepdims), math.inf))


def _root_of_squares(x: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
    if xp.isdtype(x.dtype, "complex floating"):
        squares = xp.add(xp.square(xp.real(x)), xp.square(xp.imag(x)))
    else:
        squares = xp.square(x)
    return cast("Array", xp.sqrt(xp.sum(squares, axis=axes, keepdims=keepdims)))


def _spectral_norm(x: Array, keepdims: bool, ord: float | str) -> Array:
    values = svdvals(x)
    if ord == "nuc":
        norm = xp.sum(values, axis=-1)
    elif ord == 2:
        norm = _greatest(values, -1)
    else:
        # A matrix without elements has norm 0, whatever the order.
        norm = _least(values, -1) if values.shape[-1] else xp.sum(values, axis=-1)
    return cast("Array", xp.expand_dims(norm, (-2, -1))) if keepdims else cast("Array", norm)


def matrix_norm(x: Array, /, *, keepdims: bool = False, ord: float | str | None = "fro") -> Array:
    """Norms of matrices."""
    matrices("matrix_norm", x)
    x = floating("matrix_norm", x)
    if ord == "fro" or ord is None:
        return _root_of_squares(x, (x.ndim - 2, x.ndim - 1), keepdims)
    if ord in ("nuc", 2, -2):
        return _spectral_norm(x, keepdims, ord)
    if ord not in (1, -1, math.inf, -math.inf):
        raise ValueError(
            f"matrix_norm(): ord must be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got {ord!r}"
        )
    summed, compared = (-2, -1) if ord in (1, -1) else (-1, -2)
    sums = xp.sum(xp.abs(x), axis=summed, keepdims=True)
    is_greatest = ord > 0 or 0 in x.shape[-2:]
    norm = (_greatest if is_greatest else _least)(sums, compared, True)
    return norm if keepdims else cast("Array", xp.squeeze(norm, (-2, -1)))


def matrix_power(x: Array, n: int, /) -> Array:
    """Square matrices to an integer power."""
    side = square("matrix_power", x)
    n = operator.index(n)
    if n == 0:
        identity = xp.eye(side, dtype=x.dtype, device=x.device)
        return cast("Array", xp.asarray(xp.broadcast_to(identity, x.shape), copy=True))
    base = inv(x) if n < 0 else x
    n = abs(n)
    result: Array | None = None
    while True:
        if n % 2:
            result = base if result is None else xp.matmul(result, base)
        n //= 2
        if n == 0:
            return cast("Array", xp.asarray(result, copy=True) if result is x else result)
        base = xp.matmul(base, base)


def _cutoff(x: Array, values: Array, rtol: float | Array | None) -> Array:
    """For each matrix the size up to which a singular value counts as zero; keeps the axis."""
    if rtol is None:
        rtol = max(x.shape[-2:]) * xp.finfo(values.dtype).eps
    elif not isinstance(rtol, int | float):
        rtol = xp.expand_dims(xp.astype(rtol, values.dtype, copy=False), -1)
    return cast("Array", xp.multiply(_greatest(values, -1, True), rtol))


def matrix_rank(x: Array, /, *, rtol: float | Array | None = None) -> Array:
    """Number of singular values above a tolerance."""
    matrices("matrix_rank", x)
    values = svdvals(x)
    counted = xp.count_nonzero(xp.greater(values, _cutoff(x, values, rtol)), axis=-1)
    return cast("Array", xp.astype(counted, default_dtype("integral", x.device), copy=False))


def outer(x1: Array, x2: Array, /) -> Array:
    """Outer product of two vectors."""
    if x1.ndim != 1 or x2.ndim != 1:
        raise ValueError(f"outer(): expected two vectors, got shapes {x1.shape} and {x2.shape}")
    return cast("Array", xp.multiply(xp.expand_dims(x1, 1), xp.expand_dims(x2, 0)))


def pinv(x: Array, /, *, rtol: float | Array | None = None) -> Array:
    """Moore-Penrose pseudo-inverses."""
    matrices("pinv", x)
    left, values, right = svd(x, full_matrices=False)
    is_large = xp.greater(values, _cutoff(x, values, rtol))
    one = xp.ones((), dtype=values.dtype, device=values.device)
    zero = xp.zeros((), dtype=values.dtype, device=values.device)
    # Zeros are replaced before the division, which would warn on some engines.
    inverse = xp.where(is_large, xp.divide(one, xp.where(is_large, values, one)), zero)
    scaled = xp.multiply(_adjoint(right), xp.astype(xp.expand_dims(inverse, -2), right.dtype))
    return cast("Array", xp.matmul(scaled, _adjoint(left)))


def qr(x: Array, /, *, mode: str = "reduced") -> QRResult:
    """QR decomposition."""
    matrices("qr", x)
    if mode not in ("reduced", "complete"):
        raise ValueError(f"qr(): mode must be 'reduced' or 'complete', got {mode!r}")
    return QRResult(*_host.linalg("qr", x, mode=mode))


def slogdet(x: Array, /) -> SlogdetResult:
    """Sign and logarithm of the absolute value of determinants."""
    square("slogdet", x)
    return SlogdetResult(*_host.linalg("slogdet", x))


def solve(x1: Array, x2: Array, /) -> Array:
    """Solution of square systems of linear equations."""
    side = square("solve", x1)
    # Only a one-dimensional x2 is a vector; anything else is a stack of matrices.
    rows = x2.shape[0 if x2.ndim == 1 else -2] if x2.ndim else None
    if rows != side:
        raise ValueError(f"solve(): expected {side} rows, got shapes {x1.shape} and {x2.shape}")
    x1, x2 = floating("solve", x1), floating("solve", x2)
    common = xp.result_type(x1, x2)
    x1, x2 = xp.astype(x1, common, copy=False), xp.astype(x2, common, copy=False)
    return cast("Array", _host.linalg("solve", x1, x2))


def svd(x: Array, /, *, full_matrices: bool = True) -> SVDResult:
    """Singular value decomposition."""
    matrices("svd", x)
    return SVDResult(*_host.linalg("svd", x, full_matrices=bool(full_matrices)))


def svdvals(x: Array, /) -> Array:
    """Singular values."""
    matrices("svdvals", x)
    return cast("Array", _host.linalg("svdvals", x))


def trace(x: Array, /, *, offset: int = 0, dtype: DType | None = None) -> Array:
    """Sums along the offset-th diagonals of matrices."""
    return cast("Array", xp.sum(diagonal(x, offset=offset), axis=-1, dtype=dtype))


def _power_norm(x: Array, axes: tuple[int, ...], keepdims: bool, ord: float) -> Array:
    if ord == 0:
        is_set = xp.astype(xp.not_equal(x, 0), real_dtype(x.dtype))
        return cast("Array", xp.sum(is_set, axis=axes, keepdims=keepdims))
    sizes = xp.abs(x)
    if ord == 1:
        return cast("Array", xp.sum(sizes, axis=axes, keepdims=keepdims))
    sums = xp.sum(xp.pow(sizes, float(ord)), axis=axes, keepdims=keepdims)
    return cast("Array", xp.pow(sums, 1.0 / ord))


def vector_norm(x: Array, /, *, axis: Axes = None, keepdims: bool = False, ord: float = 2) -> Array:
    """Norms of vectors."""
    if isinstance(ord, str | complex):
        raise ValueError(f"vector_norm(): ord must be a real number, got {ord!r}")
    axes = axis_tuple("vector_norm", axis, x.ndim)
    x = floating("vector_norm", x)
    if math.isnan(ord):
        raise ValueError("vector_norm(): ord must be a real number, got nan")
    if ord == 2:
        return _root_of_squares(x, axes, keepdims)
    if not math.isinf(ord):
        return _power_norm(x, axes, keepdims, ord)
    sizes = xp.abs(x)
    if all(x.shape[i] > 0 for i in axes):
        extreme = xp.max if ord > 0 else xp.min
        return cast("Array", extreme(sizes, axis=axes, keepdims=keepdims))
    empty = xp.sum(sizes, axis=axes, keepdims=keepdims)
    return cast("Array", empty if ord > 0 else xp.add(empty, math.inf))
