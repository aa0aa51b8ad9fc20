"""A backend whose payload holds arrayforge arrays, and which counts what it computes."""

import types

import arrayforge as xp

NAMES = [n for n in xp.__all__ if callable(getattr(xp, n)) and n[0].islower()]


def bare(x):
    return tuple(map(bare, x)) if isinstance(x, tuple) else getattr(x, "array", x)


def traced(x, device=None):
    return tuple(map(traced, x)) if isinstance(x, tuple) else types.SimpleNamespace(array=x)


def counted(function):
    def call(*args, **named):
        BACKEND.calls += 1
        return traced(function(*bare(args), **named))

    return call


class Wrapping:
    name, wraps, level, calls = "wrapping", True, 1, 0
    namespace = types.SimpleNamespace(**{n: counted(getattr(xp, n)) for n in NAMES})
    devices = staticmethod(lambda: ["wrapping"])
    dtypes = staticmethod(lambda device: xp.__array_namespace_info__().dtypes())
    describe = staticmethod(lambda raw: (raw.array.dtype, raw.array.shape, raw.array.device))
    lift, from_host, to_host, item = map(staticmethod, (traced, traced, bare, bare))
    getitem = staticmethod(lambda raw, key: traced(raw.array[bare(key)]))

    def setitem(self, raw, key, value):
        raw.array[bare(key)] = bare(value)
        return raw


BACKEND = Wrapping()
