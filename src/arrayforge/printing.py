"""How arrays print. Only the elements that are shown are read, so huge arrays print at once."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .composites._typing import Array

THRESHOLD = 1000  # elements; above it an axis shows its edges only
EDGE = 3
WIDTH = 88
PRECISION = 8


class _Gap:
    """Stands for what is left out."""

    def __repr__(self) -> str:
        return "..."


GAP = _Gap()


def _shown(x: Array, elide: bool) -> Any:
    """The values as nested lists, with a gap where an axis is cut."""
    if not elide:
        return x.to_device("cpu").tolist()
    if x.ndim == 0:
        return x.to_device("cpu").item()
    n = x.shape[0]
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


def _shortest(value: float, single: bool) -> str:
    """The digits of a finite number, as few as tell it from its neighbours, at most eight."""
    if single:
        packed = struct.pack("f", value)
        for digits in range(1, 10):
            text = f"{value:.{digits}g}"
            if struct.pack("f", float(text)) == packed:
                value = float(text)
                break
    return repr(round(value, PRECISION)) if abs(value) < 1e16 else repr(value)


def _exponent(value: float) -> str:
    mantissa, _, power = f"{value:.{PRECISION}e}".partition("e")
    mantissa = mantissa.rstrip("0")
    return f"{mantissa}e{power}"


def _real_text(value: float, exponent: bool, single: bool) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if exponent:
        return _exponent(value)
    text = _shortest(value, single)
    return text[:-1] if text.endswith(".0") else text


def _wants_exponent(numbers: list[float]) -> bool:
    sizes = [abs(v) for v in numbers if v == v and v != 0 and abs(v) != float("inf")]
    if not sizes:
        return False
    return max(sizes) >= 1e8 or min(sizes) < 1e-4 or max(sizes) / min(sizes) > 1000.0 * PRECISION


def _formatter(values: Any, dtype: str) -> Any:
    single = dtype in ("float32", "float16", "bfloat16", "complex64")
    if dtype.startswith("complex"):
        parts = [p for v in _leaves(values) for p in (v.real, v.imag)]
        exponent = _wants_exponent(parts)

        def complex_text(value: complex) -> str:
            imaginary = _real_text(value.imag, exponent, single)
            sign = "" if imaginary[0] == "-" else "+"
            return f"{_real_text(value.real, exponent, single)}{sign}{imaginary}j"

        return complex_text
    if "float" in dtype:
        exponent = _wants_exponent(list(_leaves(values)))
        return lambda value: _real_text(value, exponent, single)
    return str


def _texts(values: Any, text: Any) -> Any:
    if isinstance(values, list):
        return [_texts(item, text) for item in values]
    return "..." if values is GAP else text(values)


def _joined(texts: Any, comma: str) -> str:
    if isinstance(texts, list):
        return "[" + comma.join(_joined(item, comma) for item in texts) + "]"
    return str(texts)


def _rows(texts: Any, separator: str, indent: int, width: int) -> str:
    """One line per row, columns aligned, long rows wrapped."""
    if not isinstance(texts, list):
        return str(texts)
    if not any(isinstance(item, list) for item in texts):
        lines, line = [], ""
        for i, item in enumerate(texts):
            last = i == len(texts) - 1
            piece = (item if item == "..." else item.rjust(width)) + ("" if last else separator)
            if line and indent + 1 + len(line) + len(piece.rstrip()) > WIDTH:
                lines.append(line.rstrip())
                line = ""
            line += piece
        lines.append(line)
        return "[" + ("\n" + " " * (indent + 1)).join(lines) + "]"
    deep = any(isinstance(leaf, list) for item in texts if isinstance(item, list) for leaf in item)
    break_ = separator.rstrip() + "\n" * (2 if deep else 1) + " " * (indent + 1)
    return "[" + break_.join(_rows(item, separator, indent + 1, width) for item in texts) + "]"


def _body(x: Array) -> Any:
    values = _shown(x, x.size > THRESHOLD)
    return _texts(values, _formatter(values, x.dtype.name))


def _width(texts: Any) -> int:
    return max((len(leaf) for leaf in _leaves(texts) if leaf != "..."), default=0)


def array_repr(x: Array) -> str:
    """``Array([[1, 2], [3, 4]], dtype=int64)``, with the device where it is not the cpu."""
    facts = f"dtype={x.dtype.name}"
    if x.size == 0 and x.shape != (0,):
        facts = f"shape={x.shape}, {facts}"
    if str(x.device) != "cpu":
        facts += f", device='{x.device}'"
    if x.size == 0:
        return f"Array([], {facts})"
    texts = _body(x)
    line = f"Array({_joined(texts, ', ')}, {facts})"
    if len(line) <= WIDTH:
        return line
    return f"Array({_rows(texts, ', ', 6, _width(texts))}, {facts})"


def array_str(x: Array) -> str:
    """The values alone; of a 0-dimensional array the bare value."""
    if x.ndim == 0:
        return str(x.to_device("cpu").item())
    if x.size == 0:
        return "[]"
    texts = _body(x)
    return _rows(texts, " ", 0, _width(texts))
