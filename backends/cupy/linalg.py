"""Linear algebra by cuSOLVER through CuPy, in the standard's terms.

16-bit floats are computed in single precision. What is empty is answered here, because CuPy's
routines differ in what they make of it. With cupyx.errstate(linalg="raise") a routine that fails
raises LinAlgError, as on the host; by CuPy's default, which is kept, it returns NaN or undefined
values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]


def broadcast_shapes(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    """Of two shapes that are known to fit."""
    count = max(len(first), len(second))
    padded = [(1,) * (count - len(s)) + tuple(s) for s in (first, second)]
    return tuple(b if a == 1 else a for a, b in zip(*padded, strict=True))


def _single(function: Function) -> Function:
    """cuSOLVER has no float16."""

    def call(*operands: Any, **options: Any) -> Any:
        half = any(x.dtype == "float16" for x in operands)
        if not half:
            return function(*operands, **options)
        results = function(*(x.astype("float32") for x in operands), **options)
        if isinstance(results, tuple):
            return tuple(_rounded(x) for x in results)
        return _rounded(results)

    return call


def _rounded(x: Any) -> Any:
    return x.astype("float16") if x.dtype == "float32" else x


def _products(cp: Any) -> dict[str, Function]:
    def cholesky(x: Any, *, upper: bool = False) -> Any:
        """CuPy has the lower factor alone."""
        factor = cp.linalg.cholesky(x) if x.size else x.copy()
        return cp.conj(cp.swapaxes(factor, -1, -2)) if upper else factor

    def det(x: Any) -> Any:
        if x.size:
            return cp.linalg.det(x)
        return cp.full(x.shape[:-2], 1, dtype=x.dtype)  # the empty product

    def slogdet(x: Any) -> Any:
        if x.size:
            sign, logarithm = cp.linalg.slogdet(x)
            return sign, logarithm
        real = x.real.dtype
        return cp.full(x.shape[:-2], 1, dtype=x.dtype), cp.zeros(x.shape[:-2], dtype=real)

    def inv(x: Any) -> Any:
        return cp.linalg.inv(x) if x.size else x.copy()

    def solve(x1: Any, x2: Any) -> Any:
        """x2 is a vector where it has one axis and no other; the stacks broadcast."""
        vector = x2.ndim == 1
        right = x2[:, None] if vector else x2
        batch = broadcast_shapes(x1.shape[:-2], right.shape[:-2])
        left = cp.broadcast_to(x1, batch + x1.shape[-2:])
        right = cp.broadcast_to(right, batch + right.shape[-2:])
        result = cp.linalg.solve(left, right) if left.size and right.size else right.copy()
        return result[..., 0] if vector else result

    return {"cholesky": cholesky, "det": det, "slogdet": slogdet, "inv": inv, "solve": solve}


def _decompositions(cp: Any) -> dict[str, Function]:
    def eigh(x: Any) -> Any:
        if not x.size:
            return cp.empty(x.shape[:-1], dtype=x.real.dtype), x.copy()
        values, vectors = cp.linalg.eigh(x)
        return values, vectors

    def eigvalsh(x: Any) -> Any:
        return cp.linalg.eigvalsh(x) if x.size else cp.empty(x.shape[:-1], dtype=x.real.dtype)

    def qr(x: Any, *, mode: str = "reduced") -> Any:
        if x.size:
            q, r = cp.linalg.qr(x, mode=mode)
            return q, r
        *batch, m, n = x.shape
        inner = m if mode == "complete" else min(m, n)
        q = cp.zeros((*batch, m, inner), dtype=x.dtype)
        q[...] = cp.eye(m, inner, dtype=x.dtype)
        return q, cp.zeros((*batch, inner, n), dtype=x.dtype)

    def svd(x: Any, *, full_matrices: bool = True) -> Any:
        if x.size:
            u, s, vh = cp.linalg.svd(x, full_matrices=full_matrices)
            return u, s, vh
        *batch, m, n = x.shape
        small = min(m, n)
        u = cp.zeros((*batch, m, m if full_matrices else small), dtype=x.dtype)
        vh = cp.zeros((*batch, n if full_matrices else small, n), dtype=x.dtype)
        for factor in (u, vh):
            factor[...] = cp.eye(*factor.shape[-2:], dtype=x.dtype)
        return u, cp.zeros((*batch, small), dtype=x.real.dtype), vh

    def svdvals(x: Any) -> Any:
        if x.size:
            return cp.linalg.svd(x, compute_uv=False)
        return cp.zeros((*x.shape[:-2], min(x.shape[-2:])), dtype=x.real.dtype)

    return {"eigh": eigh, "eigvalsh": eigvalsh, "qr": qr, "svd": svd, "svdvals": svdvals}


def _general(cp: Any) -> dict[str, Function]:
    """Eigenvalues of general matrices, which CuPy has from 14 on: complex, whatever they are."""
    if not hasattr(cp.linalg, "eig"):
        return {}
    wide = {"float32": "complex64", "float64": "complex128"}

    def to_complex(x: Any) -> Any:
        return x.astype(wide.get(x.dtype.name, x.dtype), copy=False)

    def eig(x: Any) -> Any:
        if not x.size:
            return to_complex(cp.empty(x.shape[:-1], dtype=x.dtype)), to_complex(x)
        values, vectors = cp.linalg.eig(x)
        return to_complex(values), to_complex(vectors)

    def eigvals(x: Any) -> Any:
        if not x.size:
            return to_complex(cp.empty(x.shape[:-1], dtype=x.dtype))
        return to_complex(cp.linalg.eigvals(x))

    return {"eig": eig, "eigvals": eigvals}


def functions(cp: Any) -> dict[str, Function]:
    """Those that the library has, by name."""
    found = _products(cp) | _decompositions(cp) | _general(cp)
    return {name: _single(function) for name, function in found.items()}


def on_host(cp: Any) -> dict[str, str]:
    """What it lacks, with the reason, as the contract's `host`."""
    if hasattr(cp.linalg, "eig"):
        return {}
    reason = "cuSOLVER's general eigenvalues came with CuPy 14"
    return dict.fromkeys(("linalg.eig", "linalg.eigvals"), reason)
