"""The chapter "data type functions": questions about dtypes, answered from our own tables."""

from __future__ import annotations

from typing import Any, NamedTuple

import arrayforge as xp

from .. import _core


class FInfo(NamedTuple):
    """Limits of a floating-point dtype; of its parts, where it is complex."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: Any


class IInfo(NamedTuple):
    """Limits of an integer dtype."""

    bits: int
    max: int
    min: int
    dtype: Any


# Digits of the significand (the hidden one included) and largest binary exponent: IEEE 754, and
# bfloat16 as the upper half of float32.
_FORMATS = {
    "float16": (16, 11, 16),
    "bfloat16": (16, 8, 128),
    "float32": (32, 24, 128),
    "float64": (64, 53, 1024),
}
_PARTS = {"complex64": "float32", "complex128": "float64"}
_INTEGERS = {
    f"{sign}int{bits}": (bits, sign == "") for sign in ("", "u") for bits in (8, 16, 32, 64)
}
_KINDS = {
    "bool": {"bool"},
    "signed integer": {name for name, (_, signed) in _INTEGERS.items() if signed},
    "unsigned integer": {name for name, (_, signed) in _INTEGERS.items() if not signed},
    "integral": set(_INTEGERS),
    "real floating": set(_FORMATS),
    "complex floating": set(_PARTS),
    "numeric": {*_INTEGERS, *_FORMATS, *_PARTS},
}


def _dtype_of(function: str, value: Any) -> Any:
    if isinstance(value, xp.Array):
        return value.dtype
    if isinstance(value, xp.dtype):
        return value
    return _core._to_dtype(function, value)


def finfo(type: Any, /) -> FInfo:
    """Machine limits of a floating-point dtype, or of an array's.

    Raises:
        TypeError: the dtype is not a floating-point one.
    """
    dtype = _dtype_of("finfo", type)
    name = _PARTS.get(dtype._name, dtype._name)
    if name not in _FORMATS:
        raise TypeError(f"finfo(): expected a floating-point dtype, got {dtype._name}")
    bits, digits, exponent = _FORMATS[name]
    # 2 ** exponent itself overflows a float64
    largest = (2.0 - 2.0 ** (1 - digits)) * 2.0 ** (exponent - 1)
    return FInfo(
        bits, 2.0 ** (1 - digits), largest, -largest, 2.0 ** (2 - exponent), getattr(_core, name)
    )


def iinfo(type: Any, /) -> IInfo:
    """Machine limits of an integer dtype, or of an array's.

    Raises:
        TypeError: the dtype is not an integer one.
    """
    dtype = _dtype_of("iinfo", type)
    if dtype._name not in _INTEGERS:
        raise TypeError(f"iinfo(): expected an integer dtype, got {dtype._name}")
    bits, signed = _INTEGERS[dtype._name]
    if signed:
        return IInfo(bits, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), dtype)
    return IInfo(bits, 2**bits - 1, 0, dtype)


def isdtype(dtype: Any, kind: Any) -> bool:
    """Whether dtype is kind or belongs to it: a dtype, a name of kinds, or a tuple of both.

    Raises:
        ValueError: a name is not among the standard's kinds.
        TypeError: kind is something else.
    """
    dtype = _dtype_of("isdtype", dtype)
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)
    if isinstance(kind, str):
        if kind not in _KINDS:
            raise ValueError(f"isdtype(): kind must be among {', '.join(_KINDS)}, got {kind!r}")
        return dtype._name in _KINDS[kind]
    return bool(dtype == _dtype_of("isdtype", kind))


def can_cast(from_: Any, to: Any, /) -> bool:
    """Whether a dtype, or an array's, can be cast to another by the promotion rules."""
    source = _dtype_of("can_cast", from_)
    target = _dtype_of("can_cast", to)
    promoted, standard = _core._promote(source, target)
    return bool(standard and promoted is target)


def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that the promotion rules give for arrays, dtypes and Python scalars.

    Raises:
        ValueError: no argument is given.
    """
    if not arrays_and_dtypes:
        raise ValueError("result_type(): expected at least one array or dtype")
    dtype = None
    scalars = []
    for value in arrays_and_dtypes:
        if isinstance(value, (bool, int, float, complex)):
            scalars.append(value)
            continue
        found = _dtype_of("result_type", value)
        dtype = found if dtype is None else _checked(_core._promote(dtype, found))
    # Scalars are weak: they come last, the kind that asks most of all.
    for scalar in sorted(scalars, key=_rank):
        dtype = _checked(_core._promote_scalar(dtype, scalar))
    return dtype


def _rank(scalar: complex) -> int:
    return [bool, int, float, complex].index(
        next(t for t in (bool, int, float, complex) if isinstance(scalar, t))
    )


def _checked(result: tuple[Any, bool]) -> Any:
    promoted, standard = result
    if not standard:
        _core._require_lenient("result_type", "mixed kinds; convert with astype()")
    return promoted
