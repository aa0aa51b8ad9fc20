"""Random indexing, broadcasting, reshaping and exchange of memory, compared with NumPy.

    python tests/fuzz.py [--seconds 60] [--seed N] [--cases N]

Prints the seed of a case that differs; --seed N --cases 1 repeats that case alone.
"""

from __future__ import annotations

import argparse
import contextlib
import operator
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import arrayforge as xp

DTYPES = ("bool", "int8", "uint16", "int32", "uint64", "float16", "float32", "float64", "complex64")
ERRORS = (ValueError, IndexError, TypeError, OverflowError, BufferError, MemoryError)


class DifferenceError(AssertionError):
    """The two libraries disagree."""


def shape(rng: random.Random, ranks: int = 5, sizes: tuple[int, ...] = (0, 1, 1, 2, 3, 5)) -> tuple:
    return tuple(rng.choice(sizes) for _ in range(rng.randrange(ranks)))


def values(rng: random.Random, sides: tuple[int, ...], dtype: str | None = None) -> np.ndarray:
    """An array of any layout: strided, reversed, transposed, stretched, of odd addresses."""
    dtype = dtype or rng.choice(DTYPES)
    padded = tuple(n * 2 + 1 for n in sides)
    whole = np.asarray([rng.randrange(100) for _ in range(int(np.prod(padded)))], dtype="int64")
    whole = whole.reshape(padded).astype(dtype)
    order = list(range(len(sides)))
    rng.shuffle(order)
    whole = whole.transpose(order).copy().transpose([order.index(i) for i in range(len(order))])
    key = []
    for n in sides:
        step = rng.choice((1, 1, 2, -1, -2))
        start = rng.randrange(n * 2 + 1 - abs(step) * max(n - 1, 0)) if n else 0
        stop = start + abs(step) * n if n else 0
        cut = slice(start, min(stop, n * 2 + 1), abs(step))
        key.append(cut)
        if step < 0:
            whole = np.flip(whole, len(key) - 1)
    x = whole[(*key, ...)]
    assert x.shape == sides
    if rng.random() < 0.1 and x.ndim:
        x = np.broadcast_to(x[:1], x.shape)
    if rng.random() < 0.1:
        raw = np.empty(x.nbytes + 1, dtype=np.uint8)[1:].view(x.dtype).reshape(x.shape)
        raw[...] = x
        x = raw
    return x


def ours(rng: random.Random, x: np.ndarray) -> xp.Array:
    """x through one of the ways in; writable, and apart from x where the way would share it."""
    way = rng.randrange(4)
    if way == 0:
        return xp.asarray(x, copy=True)
    if way == 1:
        base = xp.asarray(x.T.copy())
        return xp.permute_dims(base, tuple(reversed(range(x.ndim))))
    private = x.copy(order="K")
    if way == 2:
        with contextlib.suppress(BufferError):
            return xp.from_dlpack(private, device="cpu")
    return xp.asarray(private)


def index_item(rng: random.Random, size: int) -> Any:
    bound = lambda: rng.choice((None, rng.randint(-size - 2, size + 2)))  # noqa: E731
    kind = rng.randrange(10)
    if kind < 3:
        low = -size - (rng.random() < 0.05)
        return rng.randint(low, max(low, size - (rng.random() < 0.95)))
    if kind < 7:
        return slice(bound(), bound(), rng.choice((None, 1, 2, -1, -3)))
    if kind == 7 or size == 0:
        return None
    count = shape(rng, 3, (0, 1, 2, 3))
    return np.asarray(
        [rng.randint(-size, size - 1) for _ in range(int(np.prod(count)))], dtype="int64"
    ).reshape(count)


def key(rng: random.Random, sides: tuple[int, ...]) -> Any:
    if rng.random() < 0.15:
        kept = rng.randrange(len(sides) + 1)
        mask = np.asarray([rng.random() < 0.5 for _ in range(int(np.prod(sides[:kept])))], bool)
        return mask.reshape(sides[:kept])
    items: list[Any] = []
    axis = 0
    while axis < len(sides) and rng.random() < 0.9:
        item = index_item(rng, sides[axis])
        items.append(item)
        axis += item is not None
    if rng.random() < 0.3:
        items.insert(rng.randrange(len(items) + 1), ...)
    return items[0] if len(items) == 1 and rng.random() < 0.5 else tuple(items)


def our_key(item: Any) -> Any:
    if isinstance(item, tuple):
        return tuple(our_key(i) for i in item)
    return xp.asarray(item, copy=True) if isinstance(item, np.ndarray) else item


def outcome(call: Callable[[], Any]) -> Any:
    """The value, or the exception's class as one of NumPy's."""
    try:
        with np.errstate(all="ignore"):
            return call()
    except ERRORS as error:
        return error


def compare(what: str, mine: Any, theirs: Any) -> None:
    failed = isinstance(mine, Exception), isinstance(theirs, Exception)
    if failed[0] != failed[1]:
        raise DifferenceError(f"{what}: {mine!r} where NumPy has {theirs!r}")
    if failed[0]:
        return
    mine, theirs = np.asarray(mine), np.asarray(theirs)
    same = mine.shape == theirs.shape and mine.dtype == theirs.dtype
    if not same or not np.array_equal(mine, theirs, equal_nan=mine.dtype.kind in "fc"):
        raise DifferenceError(f"{what}:\n{mine!r}\nwhere NumPy has\n{theirs!r}")


def unchecked_by_numpy(mine: Any, selected: Any) -> bool:
    """NumPy looks at no index where nothing is selected."""
    return isinstance(mine, IndexError) and np.size(selected) == 0


def fuzz_getitem(rng: random.Random) -> None:
    a = values(rng, shape(rng))
    k = key(rng, a.shape)
    x = ours(rng, a)
    mine, theirs = outcome(lambda: x[our_key(k)]), outcome(lambda: a[k])
    if unchecked_by_numpy(mine, theirs):
        return
    compare(f"{a.shape}[{k!r}]", mine, theirs)


def fuzz_setitem(rng: random.Random) -> None:
    a = values(rng, shape(rng)).copy()
    k = key(rng, a.shape)
    x = ours(rng, a)
    selected = outcome(lambda: a[k])
    if isinstance(selected, Exception):
        return
    whole = np.arange(a.size).reshape(a.shape)[k]
    if len(np.unique(whole)) != whole.size:
        return  # which of several values stays is left open
    sides = np.shape(selected)[rng.randrange(np.ndim(selected) + 1) :]
    v = values(rng, tuple(rng.choice((1, n)) for n in sides), a.dtype.name)
    w = ours(rng, v)
    mine = outcome(lambda: x.__setitem__(our_key(k), w))
    if unchecked_by_numpy(mine, selected):
        return
    theirs = outcome(lambda: a.__setitem__(k, v))
    compare(
        f"{a.shape}[{k!r}] = {v.shape}",
        mine if isinstance(mine, Exception) else x,
        theirs if isinstance(theirs, Exception) else a,
    )


def fuzz_broadcast(rng: random.Random) -> None:
    sides = shape(rng)
    pair = []
    for _ in range(2):
        part = tuple(rng.choice((n, n, 1)) for n in sides[rng.randrange(len(sides) + 1) :])
        pair.append(part if rng.random() < 0.9 else shape(rng))
    dtype = rng.choice(("int32", "float64", "complex64", "uint64"))
    a, b = (values(rng, part, dtype) for part in pair)
    op = rng.choice((operator.add, operator.mul, operator.eq, operator.sub))
    x, y = ours(rng, a), ours(rng, b)
    compare(
        f"{op.__name__} {a.shape} {b.shape}", outcome(lambda: op(x, y)), outcome(lambda: op(a, b))
    )
    target = shape(rng) if rng.random() < 0.3 else sides
    compare(
        f"broadcast_to({a.shape}, {target})",
        outcome(lambda: xp.broadcast_to(x, target)),
        outcome(lambda: np.broadcast_to(a, target)),
    )


def fuzz_reshape(rng: random.Random) -> None:
    a = values(rng, shape(rng))
    target = list(a.shape)
    rng.shuffle(target)
    while len(target) > 1 and rng.random() < 0.5:
        target[:2] = [target[0] * target[1]]
    if rng.random() < 0.3:
        target.insert(rng.randrange(len(target) + 1), 1)
    if target and rng.random() < 0.3:
        target[rng.randrange(len(target))] = rng.choice((-1, 7, 2**33, 2**62))
    sides = tuple(target)
    x = ours(rng, a)
    compare(
        f"reshape({a.shape}, {sides})",
        outcome(lambda: xp.reshape(x, sides)),
        outcome(lambda: np.reshape(a, sides)),
    )


def fuzz_exchange(rng: random.Random) -> None:
    a = values(rng, shape(rng))
    before = a.copy()
    x = outcome(lambda: xp.from_dlpack(a, device="cpu"))
    if isinstance(x, Exception):
        x = xp.asarray(a)
    compare("in", x, a)
    compare("through dlpack", np.from_dlpack(xp.asarray(x, copy=True)), a)
    compare("through a buffer", np.asarray(memoryview(x)), a)
    shared = outcome(lambda: xp.asarray(a, copy=False))
    if isinstance(shared, Exception):
        if a.flags.aligned:
            raise DifferenceError(f"asarray(copy=False) of {a.dtype} {a.strides}: {shared!r}")
        return
    if a.size and a.flags.writeable and a.dtype.kind != "b":
        shared[...] = 1
        compare("written through", a, np.ones_like(before))


KINDS = (fuzz_getitem, fuzz_setitem, fuzz_broadcast, fuzz_reshape, fuzz_exchange)


def run_case(seed: int) -> None:
    rng = random.Random(seed)
    rng.choice(KINDS)(rng)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--cases", type=int, default=None)
    options = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(2**40) if options.seed is None else options.seed
    end = time.monotonic() + options.seconds
    done = 0
    while time.monotonic() < end and done != options.cases:
        try:
            run_case(seed + done)
        except Exception:
            print(f"fuzz: the case of --seed {seed + done} --cases 1 fails", file=sys.stderr)
            raise
        done += 1
    print(f"fuzz: {done} cases agree, seeds {seed} to {seed + done - 1}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
