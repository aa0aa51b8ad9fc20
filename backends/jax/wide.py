"""JAX's 64-bit dtypes for a call, whatever the user's own programs compute in.

Switched on for the process they would change the dtypes of those programs. Around a call it costs
0.1 microseconds, of the 4 to 6 that JAX takes for its smallest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import numpy as np

import jax

Function = Callable[..., Any]


def switch(x64: Any) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    """Functions that begin a block with 64 bits, and end it by what the first one returned."""
    if hasattr(x64, "swap_local"):  # what the context manager does, in a quarter of its time
        return partial(x64.swap_local, True), x64.set_local

    def begin() -> Any:
        block = x64(True)
        block.__enter__()
        return block

    return begin, lambda block: block.__exit__(None, None, None)


# jax.experimental had it before.
_begin, _end = switch(jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64)


def wide(function: Function) -> Function:
    """The function, run with 64-bit dtypes."""

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        before = _begin()
        try:
            return function(*args, **options)
        finally:
            _end(before)

    return call


def elementwise(function: Function) -> Function:
    """The function compiled as a whole for each shape, run with 64-bit dtypes."""
    compiled = jax.jit(function)

    def call(*operands: Any) -> Any:
        before = _begin()
        try:
            return compiled(*operands)
        except OverflowError:
            return compiled(*map(_typed, operands, reversed(operands)))
        finally:
            _end(before)

    return call


def _typed(operand: Any, other: Any) -> Any:
    """JAX takes Python's integers as int64, which some of uint64 are too large for."""
    return np.asarray(operand, other.dtype) if isinstance(operand, int) else operand
