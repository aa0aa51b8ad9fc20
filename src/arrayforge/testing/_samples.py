"""One call, at least, of every function of the standard: what `check_backend` tries on an engine.

Placeholders stand for arrays on the device under test. Elementwise functions are not listed; they
are in the table of operations, with their arity and dtypes.
"""

from __future__ import annotations

from enum import Enum
from typing import Any


class Operand(Enum):
    """What takes the place of an argument."""

    VECTOR = "four numbers of the kind under test"
    TRIPLE = "three of them"
    COLUMN = "two of them in a column"
    MATRIX = "a 2 x 2 symmetric positive definite matrix"
    INDICES = "the integers 0 to 3"
    MASK = "four booleans"
    DEVICE = "the device"
    DTYPE = "the dtype under test"


Call = tuple[tuple[Any, ...], dict[str, Any]]


def call(*args: Any, **named: Any) -> Call:
    """The arguments of a call."""
    return args, named


X, T, C, M = Operand.VECTOR, Operand.TRIPLE, Operand.COLUMN, Operand.MATRIX
I, B, D, DTYPE = Operand.INDICES, Operand.MASK, Operand.DEVICE, Operand.DTYPE  # noqa: E741

ANY: dict[str, list[Call]] = {
    "asarray": [call(X, copy=True)],
    "astype": [call(X, DTYPE, copy=True)],
    "empty": [call((2, 3), dtype=DTYPE, device=D)],
    "empty_like": [call(X)],
    "eye": [call(2, 3, k=1, dtype=DTYPE, device=D)],
    "full": [call((2, 3), 1, dtype=DTYPE, device=D), call((), 1, dtype=DTYPE, device=D)],
    "full_like": [call(X, 1)],
    "ones": [call(2, dtype=DTYPE, device=D)],
    "ones_like": [call(X)],
    "zeros": [call((0, 2), dtype=DTYPE, device=D)],
    "zeros_like": [call(X)],
    "meshgrid": [call(X, T), call(X, T, indexing="ij")],
    "tril": [call(M)],
    "triu": [call(M, k=1)],
    "broadcast_arrays": [call(X, C)],
    "broadcast_to": [call(X, (3, 4))],
    "concat": [call((X, X)), call((M, M), axis=None)],
    "expand_dims": [call(X, 0)],
    "flip": [call(M), call(M, axis=0)],
    "moveaxis": [call(M, 0, 1)],
    "permute_dims": [call(M, (1, 0))],
    "matrix_transpose": [call(M)],
    "repeat": [call(X, 2), call(X, I)],
    "reshape": [call(X, (2, 2)), call(X, (-1, 1))],
    "roll": [call(X, 1), call(M, (1, 1), axis=(0, 1))],
    "squeeze": [call(C, 1)],
    "stack": [call((X, X), axis=1)],
    "tile": [call(X, (2, 2))],
    "unstack": [call(M)],
    "take": [call(X, I, axis=0)],
    "take_along_axis": [call(X, I)],
    "where": [call(B, X, X)],
    "nonzero": [call(X)],
    "unique_all": [call(X)],
    "unique_counts": [call(X)],
    "unique_inverse": [call(X)],
    "unique_values": [call(X)],
    "isin": [call(X, T)],
    "count_nonzero": [call(X), call(M, axis=0, keepdims=True)],
    "all": [call(X), call(M, axis=1)],
    "any": [call(X), call(M, axis=1)],
}
NUMERIC: dict[str, list[Call]] = {
    "sum": [call(X), call(M, axis=0, keepdims=True)],
    "prod": [call(X)],
    "cumulative_sum": [call(X), call(X, include_initial=True)],
    "cumulative_prod": [call(X)],
    "diff": [call(X)],
    "matmul": [call(M, M), call(X, X)],
    "tensordot": [call(M, M, axes=1)],
    "vecdot": [call(X, X)],
    "linalg.cross": [call(T, T)],
    "linalg.diagonal": [call(M)],
    "linalg.outer": [call(X, T)],
    "linalg.trace": [call(M)],
}
REAL: dict[str, list[Call]] = {
    "argsort": [call(X), call(X, descending=True)],
    "sort": [call(X), call(M, axis=0)],
    "argmax": [call(X), call(M, axis=0, keepdims=True)],
    "argmin": [call(X)],
    "max": [call(X), call(M, axis=1)],
    "min": [call(X)],
    "searchsorted": [call(I, I), call(I, I, side="right")],
    "clip": [call(X, 1, 2)],
    "arange": [call(1, 5, 2, dtype=DTYPE, device=D)],
}
FLOATING: dict[str, list[Call]] = {
    "linspace": [call(0, 1, 5, dtype=DTYPE, device=D)],
    "mean": [call(X), call(M, axis=0)],
    "linalg.cholesky": [call(M)],
    "linalg.det": [call(M)],
    "linalg.eigh": [call(M)],
    "linalg.eigvalsh": [call(M)],
    "linalg.inv": [call(M)],
    "linalg.matrix_norm": [call(M)],
    "linalg.matrix_power": [call(M, 3)],
    "linalg.matrix_rank": [call(M)],
    "linalg.pinv": [call(M)],
    "linalg.qr": [call(M)],
    "linalg.slogdet": [call(M)],
    "linalg.solve": [call(M, M)],
    "linalg.svd": [call(M)],
    "linalg.svdvals": [call(M)],
    "linalg.vector_norm": [call(X), call(X, ord=1)],
}
REAL_FLOATING: dict[str, list[Call]] = {
    "std": [call(X)],
    "var": [call(X, correction=1)],
    "fft.fftfreq": [call(4, device=D)],
    "fft.rfftfreq": [call(4, device=D)],
    "fft.fftshift": [call(X)],
    "fft.ifftshift": [call(X)],
}
# Where the device has complex dtypes.
TRANSFORMS: dict[str, list[Call]] = {
    "linalg.eig": [call(M)],
    "linalg.eigvals": [call(M)],
    "fft.fft": [call(X)],
    "fft.ifft": [call(X)],
    "fft.fftn": [call(M)],
    "fft.ifftn": [call(M)],
    "fft.irfft": [call(X)],
    "fft.irfftn": [call(M)],
    "fft.hfft": [call(X)],
}
REAL_TRANSFORMS: dict[str, list[Call]] = {
    "fft.rfft": [call(X)],
    "fft.rfftn": [call(M)],
    "fft.ihfft": [call(X)],
}
# Values that the standard leaves open: signs, phases, or memory as it was.
OPEN = {"empty", "empty_like", "linalg.eigh", "linalg.eig", "linalg.eigvals", "linalg.qr"}
OPEN |= {"linalg.svd", "unique_all", "unique_counts", "unique_inverse", "unique_values"}
