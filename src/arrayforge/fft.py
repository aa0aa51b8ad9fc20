"""Fourier transforms: the extension ``fft`` of the array API standard."""

from __future__ import annotations

from . import _core as _core
from ._core.fft import *  # noqa: F403

__all__ = [name for name in dir(_core.fft) if not name.startswith("_")]
