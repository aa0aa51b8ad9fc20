"""One function on several backends, operation by operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import arrayforge as xp

from .. import configuration
from ._engines import devices_of, in_force, is_array
from ._run import Comparison, Run
from ._side_by_side import Stop, current, device_for, first_of


def compare_backends(
    fn: Callable[..., Any],
    *args: Any,
    backends: Sequence[str] = ("cpu", "numpy"),
    ulps: float = 0,
) -> Comparison:
    """Run the function on all backends in lock-step, and find the first operation that differs.

    Arrays in args, also within lists, tuples and dicts, are copied to every backend; anything else
    is passed as it is. Creation functions create on every backend. Branches on values follow the
    first backend. Every operation gets equal operands everywhere: where results differ by no more
    than `ulps`, the others go on with the first backend's.

    What the standard leaves open may differ without any backend being wrong, and is reported: signs
    of eigenvectors and singular vectors, the order of ties in an unstable sort and of unique
    values. The elements of `empty` are not compared.

    Args:
        backends: names of backends or devices, such as ``"torch"`` or ``"torch:cuda:0"``.
        ulps: rounding that is no difference; integers and booleans must be equal.

    Raises:
        ValueError: fewer than two backends, or a negative tolerance.
        ImportError: a backend is unknown or cannot be loaded.
    """
    if isinstance(backends, str) or len(backends) < 2:
        raise ValueError(f"compare_backends(): expected at least two backends, got {backends!r}")
    if not ulps >= 0:
        raise ValueError(f"compare_backends(): ulps must not be negative, got {ulps}")
    names = tuple(backends)
    device = device_for(tuple(devices_of(name)[0] for name in names))
    run = Run(names, ulps)
    value = None
    token = current.set(run)
    try:
        # An engine that returns another dtype or shape than planned has to say so, not to compare.
        with in_force(device), configuration.checked():
            value = first_of(fn(*(_moved(x, device) for x in args)))
    except Stop:
        pass
    finally:
        current.reset(token)
    return Comparison(
        names, run.difference is None, run.difference, run.operations, run.largest, value
    )


def _moved(x: Any, device: Any) -> Any:
    if is_array(x):
        return xp.asarray(x, device=device)
    if isinstance(x, tuple):
        return getattr(x, "_make", tuple)(_moved(item, device) for item in x)
    if isinstance(x, list):
        return [_moved(item, device) for item in x]
    if isinstance(x, dict):
        return {key: _moved(item, device) for key, item in x.items()}
    return x
