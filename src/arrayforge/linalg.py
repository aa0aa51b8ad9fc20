"""Linear algebra: the extension ``linalg`` of the array API standard."""

from __future__ import annotations

from . import _core as _core
from ._core.linalg import *  # noqa: F403

__all__ = [name for name in dir(_core.linalg) if not name.startswith("_")]
