"""How arrays print. Only the elements that are shown are read, so huge arrays print at once."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import _core

if TYPE_CHECKING:
    from .composites._typing import Array

THRESHOLD = 1000  # elements; above it an axis shows its edges only
EDGE = 3
WIDTH = 75
PRECISION = 8


class _Gap:
    """Stands for what is left out."""

    def __repr__(self) -> str:
        return "..."


GAP = _Gap()


def _shown(x: Array, elide: bool) -> Any:
    """The values as nested lists, with a gap where an axis is cut."""
    if not elide:
        return _core._lists(x)
    if x.ndim == 0:
        return _core._element(x)
    n = x.shape[0]
    if x.ndim == 1:
        if n <= 2 * EDGE:
            return _core._lists(x)
        return [*_core._lists(x[:EDGE]), GAP, *_core._lists(x[-EDGE:])]
    if n <= 2 * EDGE:
        return [_shown(x[i, ...], True) for i in range(n)]
    edges = [*range(EDGE), *range(n - EDGE, n)]
    items = [_shown(x[i, ...], True) for i in edges]
    return [*items[:EDGE], GAP, *items[EDGE:]]


def _leaves(values: Any) -> Iterator[Any]:
    if isinstance(values, list):
        for item in values:
            yield from _leaves(item)
    elif values is not GAP:
        yield values


def _bfloat16(value: float) -> bytes:
    """The upper half of the float32, rounded to even."""
    (bits,) = struct.unpack("I", struct.pack("f", value))
    return struct.pack("I", bits + 0x7FFF + (bits >> 16 & 1))[2:]


_PACK: dict[str, Callable[[float], bytes]] = {
    "float16": struct.Struct("e").pack,
    "bfloat16": _bfloat16,
    "float32": struct.Struct("f").pack,
    "complex64": struct.Struct("f").pack,
}


def _scientific(value: float, pack: Callable[[float], bytes]) -> tuple[str, str, str]:
    """Digits before and after the point and the exponent: no more than tell it from neighbours."""
    text = ""
    for digits in range(PRECISION + 1):
        text = f"{value:.{digits}e}"
        try:
            if pack(float(text)) == pack(value):
                break
        except OverflowError:  # rounded up beyond the dtype
            continue
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    return whole, fraction.rstrip("0"), exponent


def _positional(value: float, pack: Callable[[float], bytes]) -> tuple[str, str, str]:
    whole, fraction, exponent = _scientific(value, pack)
    exact = len(fraction) < PRECISION
    text = f"{float(f'{whole}.{fraction}e{exponent}') if exact else value:.{PRECISION}f}"
    whole, _, fraction = text.partition(".")
    return whole, fraction.rstrip("0"), ""


class _Floats:
    """Texts of floats as NumPy has them: points below each other, exponents where sizes differ."""

    def __init__(self, numbers: list[float], dtype: str, sign: str = "") -> None:
        self._pack = _PACK.get(dtype, struct.Struct("d").pack)
        self._sign = sign
        finite = [v for v in numbers if v == v and abs(v) != float("inf")]
        self._exponent = _wants_exponent(finite)
        parts = [self._parts(v) for v in finite]
        self._left = max((len(whole) for whole, _, _ in parts), default=0)
        self._right = max((len(fraction) for _, fraction, _ in parts), default=0)
        self._power = max((len(power) for _, _, power in parts), default=0)
        for value in numbers:
            if value != value or abs(value) == float("inf"):
                room = len(self._special(value)) - self._tail() - 1
                self._left = max(self._left, room)

    def _tail(self) -> int:
        return self._right + (self._power + 1 if self._exponent else 0)

    def _special(self, value: float) -> str:
        text = str(value)
        return self._sign + text if self._sign and text[0] != "-" else text

    def _parts(self, value: float) -> tuple[str, str, str]:
        convert = _scientific if self._exponent else _positional
        whole, fraction, power = convert(value, self._pack)
        return (self._sign + whole if whole[0] != "-" else whole), fraction, power

    def __call__(self, value: float) -> str:
        if value != value or abs(value) == float("inf"):
            return self._special(value).rjust(self._left + 1 + self._tail())
        whole, fraction, power = self._parts(value)
        if not self._exponent:
            return f"{whole.rjust(self._left)}.{fraction.ljust(self._right)}"
        power = power[0] + power[1:].rjust(self._power - 1, "0")
        return f"{whole.rjust(self._left)}.{fraction.ljust(self._right, '0')}e{power}"


def _wants_exponent(numbers: list[float]) -> bool:
    sizes = [abs(v) for v in numbers if v != 0]
    if not sizes:
        return False
    return max(sizes) >= 1e8 or min(sizes) < 1e-4 or max(sizes) / min(sizes) > 1000.0


def _formatter(values: Any, dtype: str) -> Any:
    leaves = list(_leaves(values))
    if dtype.startswith("complex"):
        real = _Floats([v.real for v in leaves], dtype)
        imaginary = _Floats([v.imag for v in leaves], dtype, "+")

        def complex_text(value: complex) -> str:
            text = imaginary(value.imag)
            digits = text.rstrip()
            return real(value.real) + digits + "j" + text[len(digits) :]

        return complex_text
    if "float" in dtype:
        return _Floats(leaves, dtype)
    width = max((len(str(leaf)) for leaf in leaves), default=0)
    if dtype == "bool" and isinstance(values, list):
        width = len("False")  # also where all are True
    return lambda value: str(value).rjust(width)


def _texts(values: Any, text: Any) -> Any:
    if isinstance(values, list):
        return [_texts(item, text) for item in values]
    return "..." if values is GAP else text(values)


def _depth(texts: Any) -> int:
    return 1 + _depth(texts[0]) if isinstance(texts, list) else 0


def _rows(texts: Any, separator: str, indent: int, width: int, closing: int = 1) -> str:
    """One line per row, columns aligned, long rows wrapped; closing: columns kept for the end."""
    if not isinstance(texts, list):
        return str(texts)
    if not any(isinstance(item, list) for item in texts):
        lines, line = [], ""
        for i, item in enumerate(texts):
            last = i == len(texts) - 1
            item = item if item == "..." else item.rjust(width)
            piece = item + ("" if last else separator)
            if line and indent + 1 + len(line) + len(item) > WIDTH - closing:
                lines.append(line.rstrip())
                line = ""
            line += piece
        lines.append(line)
        return "[" + ("\n" + " " * (indent + 1)).join(lines) + "]"
    # An empty line more for every axis between.
    break_ = separator.rstrip() + "\n" * _depth(texts[0]) + " " * (indent + 1)
    rows = (_rows(item, separator, indent + 1, width, closing + 1) for item in texts)
    return "[" + break_.join(rows) + "]"


def _body(x: Array) -> Any:
    values = _shown(x, x.size > THRESHOLD)
    return _texts(values, _formatter(values, x.dtype._name))


def _width(texts: Any) -> int:
    return max((len(leaf) for leaf in _leaves(texts) if leaf != "..."), default=0)


def _bare(value: Any, dtype: str) -> Any:
    """A number with the digits that its dtype can tell apart: float32's 0.1 is 0.1."""
    pack = _PACK.get(dtype)
    if pack is None or value != value or abs(value) == float("inf"):
        return value
    if isinstance(value, complex):
        return complex(_bare(value.real, dtype), _bare(value.imag, dtype))
    whole, fraction, exponent = _scientific(value, pack)
    return float(f"{whole}.{fraction}e{exponent}")


def array_repr(x: Array) -> str:
    """``Array([1, 2], dtype=int64)`` in NumPy's layout, with the device where it is not the cpu."""
    facts = f"dtype={x.dtype._name}"
    if x.size > THRESHOLD or (x.size == 0 and x.shape != (0,)):
        facts = f"shape={x.shape}, {facts}"
    if str(x.device) != "cpu":
        facts += f", device='{x.device}'"
    texts = _body(x) if x.size > 0 else []
    # One column more is kept for the parenthesis.
    shown = f"Array({_rows(texts, ', ', 6, _width(texts), 2)}," if x.size > 0 else "Array([],"
    last = len(shown) - (shown.rfind("\n") + 1)
    spacer = " " if last + len(facts) + 2 <= WIDTH else "\n" + " " * 6
    return f"{shown}{spacer}{facts})"


def array_str(x: Array) -> str:
    """The values alone; of a 0-dimensional array the bare value."""
    if x.ndim == 0:
        return str(_bare(_core._element(x), x.dtype._name))
    if x.size == 0:
        return "[]"
    texts = _body(x)
    return _rows(texts, " ", 0, _width(texts))
