"""The backend over the installed CuPy."""

import cupy

from .adapter import CuPy

BACKEND = CuPy(cupy)
