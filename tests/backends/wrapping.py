"""A backend whose payload holds arrayforge arrays, and which counts what it computes."""

from types import SimpleNamespace as Traced

import arrayforge as xp


def bare(x):
    return type(x)(map(bare, x)) if type(x) in (list, tuple) else getattr(x, "array", x)


def traced(x):
    return getattr(x, "_make", type(x))(map(traced, x)) if isinstance(x, tuple) else Traced(array=x)


def counted(function):
    def call(*args, **named):
        BACKEND.calls += 1
        return traced(function(*map(bare, args), **{n: bare(x) for n, x in named.items()}))

    return staticmethod(xp.use_backend("cpu")(call))  # whatever is in force, it wraps the cpu's


def namespace_of(module, **parts):
    return type("Namespace", (), {n: counted(getattr(module, n)) for n in module.__all__} | parts)


class Wrapping:
    name, wraps, level, calls = "wrapping", True, 1, 0
    namespace = namespace_of(xp, linalg=namespace_of(xp.linalg), fft=namespace_of(xp.fft))
    devices = staticmethod(lambda: ["wrapping"])
    dtypes = staticmethod(lambda device: xp.__array_namespace_info__().dtypes(device="cpu"))
    describe = staticmethod(lambda raw: (raw.array.dtype, raw.array.shape, raw.array.device))
    lift = from_host = staticmethod(lambda array, device=None: Traced(array=array))
    to_host = item = staticmethod(lambda raw: raw.array)
    getitem = staticmethod(lambda raw, key: Traced(array=raw.array[bare(key)]))
    setitem = staticmethod(lambda x, key, value: x.array.__setitem__(bare(key), bare(value)) or x)


BACKEND = Wrapping()
