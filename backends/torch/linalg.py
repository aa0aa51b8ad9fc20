"""Decompositions: torch.linalg, which knows no half precision and has tuples of its own.

16-bit formats are computed in single precision and rounded back, as on the host.
"""

from __future__ import annotations

from typing import Any

import torch

from .unsigned import Function as _Function

_HALVES = (torch.float16, torch.bfloat16)


class LinAlgError(torch.linalg.LinAlgError, ValueError):
    """No solution: caught by those who know PyTorch, and by those who know NumPy."""


def _rounded(result: Any, dtype: Any) -> Any:
    """Single precision as the dtype that was given; all else as it is."""
    return result.to(dtype) if result.dtype == torch.float32 else result


def _reason(error: Exception) -> str:
    """What PyTorch says, without the function that it was."""
    reason = str(error).partition(": ")[2].rstrip(".")
    return reason[:1].lower() + reason[1:]


def _own(name: str) -> _Function:
    compute = getattr(torch.linalg, name)

    def function(*arrays: Any, **options: Any) -> Any:
        dtype = arrays[0].dtype
        half = dtype in _HALVES
        if half:
            arrays = tuple(x.to(torch.float32) for x in arrays)
        try:
            result = compute(*arrays, **options)
        except torch.linalg.LinAlgError as error:
            raise LinAlgError(f"{name}(): {_reason(error)}") from None
        # The frontend knows tuples and what has _make(), which PyTorch's named ones have not.
        if isinstance(result, tuple):
            return tuple(_rounded(x, dtype) if half else x for x in result)
        return _rounded(result, dtype) if half else result

    function.__name__ = name
    return function


def _of_finite(function: _Function) -> _Function:
    """LAPACK prints on what is not finite, or never returns."""

    def checked(x: Any) -> Any:
        if not torch.isfinite(x).all():
            raise LinAlgError(f"{function.__name__}(): array must not contain infs or NaNs")
        return function(x)

    return checked


cholesky, det, inv, qr, slogdet = map(_own, ("cholesky", "det", "inv", "qr", "slogdet"))
eig, eigvals = map(_of_finite, map(_own, ("eig", "eigvals")))
eigh, eigvalsh = map(_own, ("eigh", "eigvalsh"))
solve, svd, svdvals = map(_own, ("solve", "svd", "svdvals"))
