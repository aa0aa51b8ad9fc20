"""Decompositions and transforms: the engine's own where it has one, else LAPACK and pocketfft.

Those run through NumPy on the host; NumPy is imported by the first call. The callers have checked
the arguments. Arrays of the cpu device are shared both ways without a copy; what the host computes
for another device is counted and can be forbidden. Single precision stays single; the
16-bit formats, which LAPACK does not know, are computed in single precision and rounded back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import arrayforge as xp

from .. import _core
from ..transfer import count
from ._arguments import floating

if TYPE_CHECKING:
    from ._typing import Array


def _is_half(x: Array) -> bool:
    return bool(xp.isdtype(x.dtype, "real floating")) and xp.finfo(x.dtype).bits < 32


def _single(x: Array) -> Array:
    return xp.astype(x, xp.float32) if _is_half(x) else x


_OF_REAL_NUMBERS = ("rfft", "rfftn", "ihfft")


def _complex(x: Array) -> Array:
    """Engines get the dtype that the standard asks for; on the host real numbers take less time."""
    wanted = xp.result_type(x.dtype, xp.complex64)
    engine = x.device.backend.implementation
    if engine is None or wanted._name not in engine.dtypes(str(x.device)):
        return x
    return cast("Array", xp.astype(x, wanted, copy=False))


def _rounded(result: Any, dtype: Any) -> Any:
    """What was computed in single precision for a 16-bit dtype, back in it."""
    if isinstance(result, tuple):
        return tuple(_rounded(part, dtype) for part in result)
    if xp.isdtype(result.dtype, "real floating"):
        return xp.astype(result, dtype)
    return result


def _allow(name: str, operands: tuple[Array, ...]) -> None:
    """Counts what the host computes for an engine, which must say why it cannot.

    Raises:
        NotImplementedError: the engine lacks the function and does not list it.
        DeviceError: inside no_transfers().
    """
    first = operands[0]
    backend = first.device.backend
    if backend.implementation is None:
        return
    if name not in getattr(backend.implementation, "host", ()):
        raise NotImplementedError(
            f"backend {backend.name}: it lacks {name}() and does not list it in `host`"
        )
    count(name.rpartition(".")[2], str(first.device), "cpu", sum(x.nbytes for x in operands))


def _by_numpy(function: Callable[..., Any], operands: tuple[Array, ...], options: Any) -> Any:
    """The result or results of a NumPy function, on the device of the first array."""
    import numpy

    device = operands[0].device
    result = function(*(numpy.asarray(_core._to_host(x)) for x in operands), **options)
    if isinstance(result, tuple):
        return tuple(_core._from_host(xp.asarray(part, device="cpu"), device) for part in result)
    return _core._from_host(xp.asarray(result, device="cpu"), device)


def _reason(error: BaseException) -> str:
    """NumPy's sentence as the second half of ours; an acronym in front keeps its letters."""
    text = str(error).rstrip(".") or "out of memory"
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _named_call(name: str, call: Callable[[], Any]) -> Any:
    """The call, whose failures name what the user called."""
    import numpy

    kinds = (numpy.linalg.LinAlgError, MemoryError, OverflowError, ValueError)
    try:
        return call()
    except kinds as error:
        if "(): " in str(error):
            raise
        # NumPy's MemoryError is a private subclass, which takes other arguments.
        kind = next(kind for kind in kinds if isinstance(error, kind))
        raise kind(f"{name}(): {_reason(error)}") from None


def _compute(part: str, name: str, caller: str, given: tuple[Array, ...], options: Any) -> Any:
    operands = tuple(_single(x) for x in given)
    if part == "fft" and name not in _OF_REAL_NUMBERS:
        operands = tuple(_complex(x) for x in operands)
    result = _core._call_own(f"{part}.{name}", operands, options)
    if result is NotImplemented:
        import numpy

        _allow(f"{part}.{name}", operands)
        function = getattr(getattr(numpy, part), name)
        result = _named_call(caller, lambda: _by_numpy(function, operands, options))
    return _rounded(result, given[0].dtype) if _is_half(given[0]) else result


def linalg(name: str, *arrays: Array, caller: str | None = None, **options: Any) -> Any:
    """The function of linear algebra of that name."""
    caller = caller or name
    return _compute("linalg", name, caller, tuple(floating(caller, x) for x in arrays), options)


def fft(name: str, x: Array, **options: Any) -> Array:
    """The Fourier transform of that name."""
    return cast("Array", _compute("fft", name, name, (floating(name, x),), options))
