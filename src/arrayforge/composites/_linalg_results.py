"""The named tuples of the extension "linear algebra functions"."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ._typing import Array


class EigResult(NamedTuple):
    """What eig returns."""

    eigenvalues: Array
    eigenvectors: Array


class EighResult(NamedTuple):
    """What eigh returns."""

    eigenvalues: Array
    eigenvectors: Array


class QRResult(NamedTuple):
    """What qr returns."""

    Q: Array
    R: Array


class SlogdetResult(NamedTuple):
    """What slogdet returns."""

    sign: Array
    logabsdet: Array


class SVDResult(NamedTuple):
    """What svd returns."""

    U: Array
    S: Array
    Vh: Array
