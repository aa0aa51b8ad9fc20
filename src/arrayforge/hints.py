"""Annotations of the public functions, as types: what typing.get_type_hints() reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import arrayforge as xp

_Number = bool | int | float | complex
_Operand = xp.Array | _Number
_Axes = int | tuple[int, ...] | None
_Device = xp.Device | str | None
_Shape = int | tuple[int, ...]
_Arrays = tuple[xp.Array, ...] | list[xp.Array]
_Norm = int | float | str | None

_PARAMETERS: dict[str, Any] = {
    **dict.fromkeys(("x", "x1", "x2", "condition", "indices"), xp.Array),
    **dict.fromkeys(("sorter", "prepend", "append"), Any),
    **dict.fromkeys(("keepdims", "include_initial", "descending", "stable", "invert"), bool),
    **dict.fromkeys(("upper", "full_matrices", "endpoint"), bool),
    **dict.fromkeys(("k", "offset", "num", "n_rows", "n"), int),
    **dict.fromkeys(("min", "max", "fill_value"), _Operand | None),
    **dict.fromkeys(("start", "stop", "step"), _Number | None),
    **dict.fromkeys(("d", "correction"), float),
    **dict.fromkeys(("indexing", "mode", "side", "norm"), str),
    **dict.fromkeys(("source", "destination", "shift", "repetitions"), int | tuple[int, ...]),
    "arrays": _Arrays,
    "axes": Any,
    "axis": _Axes,
    "copy": bool | None,
    "device": _Device,
    "dtype": xp.dtype | None,
    "n_cols": int | None,
    "obj": _Operand | Sequence[Any],
    "ord": _Norm,
    "repeats": int | xp.Array,
    "rtol": float | xp.Array | None,
    "s": tuple[int, ...] | None,
    "shape": _Shape,
}
# Where the same name means something else.
_OF_FUNCTION: dict[str, dict[str, Any]] = {
    "astype": {"dtype": xp.dtype, "copy": bool},
    "fft": {"n": int | None},
    "ifft": {"n": int | None},
    "rfft": {"n": int | None},
    "irfft": {"n": int | None},
    "hfft": {"n": int | None},
    "ihfft": {"n": int | None},
    "from_dlpack": {"x": Any},
    "isdtype": {"dtype": xp.dtype, "kind": Any},
    "isin": {"x1": _Operand, "x2": _Operand},
    "searchsorted": {"x2": _Operand, "sorter": xp.Array | None},
    "where": {"x1": _Operand, "x2": _Operand},
}
_RETURNS: dict[str, Any] = {
    **dict.fromkeys(("can_cast", "isdtype"), bool),
    **dict.fromkeys(("meshgrid", "broadcast_arrays", "nonzero", "unstack"), tuple[xp.Array, ...]),
    **dict.fromkeys(("eig", "eigh", "qr", "slogdet"), tuple[xp.Array, xp.Array]),
    **dict.fromkeys(("unique_counts", "unique_inverse"), tuple[xp.Array, xp.Array]),
    **dict.fromkeys(("finfo", "iinfo"), Any),
    "broadcast_shapes": tuple[int, ...],
    "result_type": xp.dtype,
    "svd": tuple[xp.Array, xp.Array, xp.Array],
    "unique_all": tuple[xp.Array, xp.Array, xp.Array, xp.Array],
}
_VARIADIC: dict[str, Any] = {
    "broadcast_shapes": tuple[int, ...],
    "result_type": xp.Array | xp.dtype | _Number,
}


def of(function: Callable[..., Any]) -> dict[str, Any]:
    """Types by parameter name, and "return"."""
    name = function.__name__
    special = _OF_FUNCTION.get(name, {})
    hints: dict[str, Any] = {}
    # inspect.signature() would ask for the annotations in turn.
    text = str(getattr(function, "__text_signature__", "()"))
    for item in text[1:-1].split(","):
        parameter = item.partition("=")[0].strip()
        key = parameter.lstrip("*")
        if key in ("", "/"):
            continue
        known = special.get(key, _PARAMETERS.get(key, Any))
        hints[key] = _VARIADIC.get(name, xp.Array) if parameter != key else known
    hints["return"] = _RETURNS.get(name, xp.Array)
    return hints
