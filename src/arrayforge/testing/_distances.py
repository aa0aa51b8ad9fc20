"""How far apart the elements of two arrays are, in units in the last place.

The bits of a floating-point number, read as an integer and turned round for negative numbers, grow
with it, so that the difference of two such integers counts the numbers in between. Zeros of
opposite sign are one apart; infinity is one beyond the largest number. Integers are as far apart as
their difference says, NaN is at NaN, and at nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

import arrayforge as xp

_NEVER = 2**64 - 1
_SHOWN = 5
_DIGITS = {"float16": 5, "bfloat16": 4, "float32": 9, "complex64": 9, "float64": 17}


@dataclass(frozen=True)
class Element:
    """One place where two arrays differ."""

    index: tuple[int, ...]
    first: Any
    second: Any
    ulps: float


def distances(first: xp.Array, second: xp.Array) -> xp.Array:
    """Distances as uint64 of two native arrays of one dtype and shape; the largest means NaN."""
    dtype = first.dtype
    if xp.isdtype(dtype, "complex floating"):
        parts = [distances(part(first), part(second)) for part in (xp.real, xp.imag)]
        return cast("xp.Array", xp.maximum(*parts))
    if xp.isdtype(dtype, "bool"):
        return cast("xp.Array", xp.astype(first != second, xp.uint64))
    places = [_place(x) for x in (first, second)]
    apart = xp.maximum(*places) - xp.minimum(*places)
    if xp.isdtype(dtype, "integral"):
        return cast("xp.Array", apart)
    unset = [xp.isnan(x) for x in (first, second)]
    apart = xp.where(unset[0] & unset[1], xp.zeros_like(apart), apart)
    never = xp.full_like(apart, _NEVER)
    return cast("xp.Array", xp.where(unset[0] != unset[1], never, apart))


def _place(x: xp.Array) -> xp.Array:
    """The place of each element in the order of all numbers of its dtype."""
    if xp.isdtype(x.dtype, "unsigned integer"):
        return cast("xp.Array", xp.astype(x, xp.uint64))
    if xp.isdtype(x.dtype, "signed integer"):
        return cast("xp.Array", xp.astype(x, xp.int64).view(xp.uint64) ^ 2**63)
    bits = 8 * x.dtype.itemsize
    word = xp.astype(x.view(getattr(xp, f"uint{bits}")), xp.uint64)
    sign = 2 ** (bits - 1)
    return cast("xp.Array", xp.where(word >= sign, (2**bits - 1) - word, word | sign))


def elements(
    first: xp.Array, second: xp.Array, where: xp.Array, count: int = _SHOWN
) -> list[Element]:
    """The first `count` places where the mask holds, then the one that is farthest apart."""
    apart = xp.reshape(distances(first, second), (-1,))
    (places,) = xp.nonzero(xp.reshape(where, (-1,)))
    if not places.size:
        return []
    worst = int(places[xp.argmax(apart[places])])
    chosen = dict.fromkeys([*(int(i) for i in places[:count]), worst])
    flat = [xp.reshape(x, (-1,)) for x in (first, second)]
    return [
        Element(
            _unravel(i, first.shape),
            flat[0][i].item(),
            flat[1][i].item(),
            math.inf if int(apart[i]) == _NEVER else int(apart[i]),
        )
        for i in chosen
    ]


def _unravel(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    index = []
    for size in reversed(shape):
        flat, place = divmod(flat, size)
        index.append(place)
    return tuple(reversed(index))


def worst(first: xp.Array, second: xp.Array) -> float:
    """The largest distance between two native arrays: 0 where they are the same."""
    if not first.size:
        return 0
    largest = int(xp.max(distances(first, second)))
    return math.inf if largest == _NEVER else largest


def shown(value: Any, dtype: xp.dtype) -> str:
    """A value with as many digits as tell its neighbours apart."""
    digits = _DIGITS.get(dtype.name)
    if digits is None or digits == 17 or isinstance(value, (bool, int)):
        return repr(value)
    return f"{value:.{digits}g}"


def ulps_shown(ulps: float, dtype: xp.dtype) -> str:
    """A distance in words."""
    if xp.isdtype(dtype, ("bool", "integral")):
        return f"off by {ulps}"
    if math.isinf(ulps):
        return "nan on one side"
    return f"{ulps} ulp" + ("s" if ulps != 1 else "")
