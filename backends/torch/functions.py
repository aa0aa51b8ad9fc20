"""linalg and fft as parts of the namespace."""

from . import fft, linalg

__all__ = ["fft", "linalg"]
