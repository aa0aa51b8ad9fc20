"""Decompositions and transforms: the engine's own where it has one, else LAPACK and pocketfft.

Those run through NumPy on the host; NumPy is imported by the first call. The callers have checked
the arguments. Arrays of the cpu device are shared both ways without a copy; others go through
to_device, so that the transfer is counted and can be forbidden. Single precision stays single; the
16-bit formats, which LAPACK does not know, are computed in single precision and rounded back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import arrayforge as xp

from .. import _core
from ._arguments import floating

if TYPE_CHECKING:
    from ._typing import Array


def _to_numpy(x: Array) -> Any:
    import numpy

    return numpy.asarray(x.to_device("cpu"))


def _is_half(x: Array) -> bool:
    return bool(xp.isdtype(x.dtype, "real floating")) and xp.finfo(x.dtype).bits < 32


def _to_device(result: Any, like: Array, half: bool) -> Array:
    moved = xp.asarray(result, device=like.device)
    if half and xp.isdtype(moved.dtype, "real floating"):
        moved = xp.astype(moved, like.dtype)
    return cast("Array", moved)


def _call(
    function: Callable[..., Any], operands: tuple[Array, ...], options: dict[str, Any]
) -> Any:
    """The result or results of a NumPy function, on the device of the first array."""
    first = operands[0]
    half = _is_half(first)
    single = [xp.astype(x, xp.float32) if _is_half(x) else x for x in operands]
    result = function(*(_to_numpy(x) for x in single), **options)
    if isinstance(result, tuple):
        return tuple(_to_device(part, first, half) for part in result)
    return _to_device(result, first, half)


def _reason(error: BaseException) -> str:
    """NumPy's sentence as the second half of ours; an acronym in front keeps its letters."""
    text = str(error).rstrip(".") or "out of memory"
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _named_call(
    name: str, function: Callable[..., Any], operands: tuple[Array, ...], options: dict[str, Any]
) -> Any:
    """The call, whose failures name what the user called."""
    import numpy

    kinds = (numpy.linalg.LinAlgError, MemoryError, OverflowError, ValueError)
    try:
        return _call(function, operands, options)
    except kinds as error:
        if "(): " in str(error):
            raise
        # NumPy's MemoryError is a private subclass, which takes other arguments.
        kind = next(kind for kind in kinds if isinstance(error, kind))
        raise kind(f"{name}(): {_reason(error)}") from None


def linalg(name: str, *arrays: Array, caller: str | None = None, **options: Any) -> Any:
    """The function of linear algebra of that name."""
    operands = tuple(floating(caller or name, x) for x in arrays)
    own = _core._call_own(f"linalg.{name}", operands, options)
    if own is not NotImplemented:
        return own
    import numpy

    return _named_call(caller or name, getattr(numpy.linalg, name), operands, options)


def fft(name: str, x: Array, **options: Any) -> Array:
    """The Fourier transform of that name."""
    operands = (floating(name, x),)
    own = _core._call_own(f"fft.{name}", operands, options)
    if own is not NotImplemented:
        return cast("Array", own)
    import numpy

    return cast("Array", _named_call(name, getattr(numpy.fft, name), operands, options))
