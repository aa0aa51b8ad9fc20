"""NumPy's functions applied to our arrays: what ``__array_ufunc__`` does.

``numpy.float64(2) * x`` and ``ndarray + x`` ask NumPy first, and NumPy asks here. Operators with
scalars are ours, so that both orders give the same; everything else NumPy computes on the shared
memory, and the results become our arrays.
"""

from __future__ import annotations

from typing import Any

import arrayforge as xp

from . import _core

_OPERATORS = {
    "add": xp.add,
    "subtract": xp.subtract,
    "multiply": xp.multiply,
    "divide": xp.divide,
    "floor_divide": xp.floor_divide,
    "remainder": xp.remainder,
    "power": xp.pow,
    "bitwise_and": xp.bitwise_and,
    "bitwise_or": xp.bitwise_or,
    "bitwise_xor": xp.bitwise_xor,
    "left_shift": xp.bitwise_left_shift,
    "right_shift": xp.bitwise_right_shift,
}
_COMPARISONS = {
    "equal": xp.equal,
    "not_equal": xp.not_equal,
    "less": xp.less,
    "less_equal": xp.less_equal,
    "greater": xp.greater,
    "greater_equal": xp.greater_equal,
}


def apply(ufunc: Any, method: str, /, *inputs: Any, **options: Any) -> Any:
    """The result of a ufunc's method; NotImplemented where an operand is a stranger's."""
    import numpy

    numbers = (bool, int, float, complex, numpy.generic)
    if any(not isinstance(x, (xp.Array, numpy.ndarray, list, tuple, *numbers)) for x in inputs):
        return NotImplemented
    if ufunc.__name__ in _COMPARISONS:
        # NumPy makes a 0-d array of a scalar before it compares.
        inputs = tuple(x[()] if isinstance(x, numpy.ndarray) else x for x in inputs)
    ours = _OPERATORS.get(ufunc.__name__) or _COMPARISONS.get(ufunc.__name__)
    scalars = all(isinstance(x, (xp.Array, *numbers)) for x in inputs)
    if ours is not None and method == "__call__" and scalars and not options:
        return ours(*inputs)
    targets = options.get("out", ())
    options["out"] = tuple(_to_numpy(x) for x in targets) if targets else None
    if isinstance(options.get("where"), xp.Array):
        options["where"] = _to_numpy(options["where"])
    if options["out"] is None:
        del options["out"]
    result = getattr(ufunc, method)(*(_to_numpy(x) for x in inputs), **options)
    written = [x for x in targets if isinstance(x, xp.Array)]
    written += [x for x in inputs[:1] if method == "at" and isinstance(x, xp.Array)]
    for x in written:
        _core._touch(x)
    if targets:
        return targets[0] if len(targets) == 1 else tuple(targets)
    arrays = [x for x in inputs if isinstance(x, xp.Array)]
    return _to_ours(result, arrays[0].device if arrays else None)


def _to_numpy(x: Any) -> Any:
    """An array as NumPy's view of it, a scalar as the weak Python number that it is here."""
    import numpy

    if isinstance(x, numpy.generic):
        return x.item()
    return numpy.asarray(x) if isinstance(x, xp.Array) else x


def _to_ours(result: Any, device: Any) -> Any:
    if result is None:
        return None
    if isinstance(result, tuple):
        return tuple(_to_ours(part, device) for part in result)
    return xp.asarray(result, device=device)
