"""A backend with payloads of its own and the primitives alone: the rest is composed."""

import types

import numpy as np

from arrayforge.backend import HOST_FUNCTIONS, PRIMITIVES


def bare(x):
    return type(x)(map(bare, x)) if type(x) in (list, tuple) else getattr(x, "values", x)


def opaque(x):
    if isinstance(x, tuple):
        return tuple(map(opaque, x))
    return types.SimpleNamespace(values=np.asarray(x))


def over(function):
    return lambda *args, **named: opaque(function(*map(bare, args), **named))


class Dependent:
    name = "dependent"
    namespace = types.SimpleNamespace(**{n: over(getattr(np, n)) for n in PRIMITIVES})
    host = dict.fromkeys(HOST_FUNCTIONS, "the primitives alone")
    devices = staticmethod(lambda: ["dependent"])
    dtypes = staticmethod(lambda device: {n: np.dtype(n) for n in ("bool", "int64", "float64")})
    describe = staticmethod(lambda raw: (raw.values.dtype.name, raw.values.shape, "dependent"))
    from_host = staticmethod(lambda array, device: opaque(np.array(memoryview(array))))
    to_host, item = staticmethod(bare), staticmethod(lambda raw: raw.values.item())
    getitem = staticmethod(lambda raw, key: opaque(raw.values[bare(key)]))
    setitem = staticmethod(lambda x, key, value: x.values.__setitem__(bare(key), bare(value)) or x)


BACKEND = Dependent()
