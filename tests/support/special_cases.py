"""Tables of special cases as text, and what their words stand for.

A row gives classes of operands and the result. Classes: a number, any, finite, nonzero (and
finite), >0 and <0 (infinite too), + and - (finite), int (finite, whole), odd, notodd (greater or
less than zero, infinite too), frac (finite, not whole), big and small (absolute value above and
below 1). A leading +- means either sign. Results: a number, x, x1, x2, |x|, |x1|, |x2|, or sign:
the infinity or zero after it with the sign of the product. A result that starts with ? has a sign
that the standard leaves open.
"""

import math

import numpy as np

INF, NAN = math.inf, math.nan
POSITIVE = [5e-324, 1e-300, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 7.0, 1e10, 2.0**53, 1e308]
FINITE = [0.0, -0.0, *POSITIVE, *(-x for x in POSITIVE)]
EVERY = [*FINITE, INF, -INF, NAN, -NAN]


def _odd(x):
    return math.isfinite(x) and math.fmod(x, 2) in (1, -1)


CLASSES = {
    "any": lambda x: True,
    "number": lambda x: x == x,
    "finite": math.isfinite,
    "nonzero": lambda x: math.isfinite(x) and x != 0,
    ">0": lambda x: x > 0,
    "<0": lambda x: x < 0,
    "+": lambda x: 0 < x < INF,
    "-": lambda x: -INF < x < 0,
    "whole": lambda x: math.isfinite(x) and x == math.floor(x),
    "frac": lambda x: math.isfinite(x) and x != math.floor(x),
    "odd>0": lambda x: x > 0 and _odd(x),
    "odd<0": lambda x: x < 0 and _odd(x),
    "notodd>0": lambda x: x > 0 and not _odd(x),
    "notodd<0": lambda x: x < 0 and not _odd(x),
    "big": lambda x: abs(x) > 1,
    "small": lambda x: abs(x) < 1,
    ">1": lambda x: x > 1,
    "<1": lambda x: x < 1,
    "<-1": lambda x: x < -1,
    "not0": lambda x: x != 0,
    "not1": lambda x: x != 1,
}
WORDS = {"inf": INF, "nan": NAN, "pi": math.pi, "pi/2": math.pi / 2, "pi/4": math.pi / 4}
WORDS |= {"3pi/4": 3 * math.pi / 4}


def number(word):
    sign = -1.0 if word.startswith("-") else 1.0
    word = word.lstrip("+-")
    return math.copysign(WORDS[word] if word in WORDS else float(word), sign)


def members(word, dtype=np.float64):
    """The operands that a class stands for, as far as the dtype has them."""
    if word in CLASSES:
        with np.errstate(over="ignore", under="ignore"):
            held = [float(dtype(x)) for x in EVERY]
        return [x for x, y in zip(EVERY, held, strict=True) if _same(x, y) and CLASSES[word](x)]
    if word.startswith("+-"):
        return [number(word[2:]), -number(word[2:])]
    return [number(word)]


def _same(x, y):
    # Numbers that float32 has, or that round to one of the same class.
    return x != x or (math.isinf(x) == math.isinf(y) and (x == 0) == (y == 0))


def outcome(word, *operands):
    """The result a word stands for: (value, whether its sign counts)."""
    if word.startswith("?"):
        return number(word[1:]), False
    if word.startswith("sign"):
        negative = sum(math.copysign(1, x) < 0 for x in operands) % 2
        return math.copysign(number(word[4:]), -1.0 if negative else 1.0), True
    named = {"x": 0, "x1": 0, "x2": 1}
    if word in named:
        return operands[named[word]], True
    if word.startswith(("-|", "|")):
        value = abs(operands[named[word.strip("-|")]])
        return (-value if word[0] == "-" else value), True
    if word.endswith(("cos(b)", "sin(b)")):
        part = math.cos(operands[1]) if word.endswith("cos(b)") else math.sin(operands[1])
        return number(word.split("*")[0]) * part, True
    return number(word), True


def rows(text):
    """The cells of a table, comments left out."""
    for line in text.strip().splitlines():
        cells = line.split("#")[0].split()
        if cells:
            yield cells
