"""The contract between the frontend and engines, and what helps to keep it.

The frontend checks arguments, promotes, broadcasts shapes and decides dtype, shape and device of
every result; an engine computes on its own arrays, which the frontend calls raw. A backend is any
object with these members:

    name            str, also the prefix of its devices: "torch", "torch:cuda:1"
    api_version     API_VERSION of the contract that it was written for
    namespace       functions named as in the standard, `linalg` and `fft` as attributes of it, over
                    raw arrays; PRIMITIVES must be there, whatever else is missing is composed
    devices()       names of its devices, the default one first
    dtypes(device)  dict from our dtype names to the engine's dtype objects
    describe(raw)   (dtype or its name, shape, device name) of a raw array
    from_host(array, device)
                    a raw array with the values of a native one, which has a buffer and DLPack; it
                    may share the memory (see shares_host)
    to_host(raw)    the values as anything with a buffer or DLPack in host memory, or a native
                    array
    item(raw)       the only element as a bool, int, float or complex
    getitem(raw, key)
                    key is a tuple with an item for every axis, or one mask: integers >= 0, slices
                    with start, stop and step made explicit (stop None: down to the first element),
                    ..., None, raw int64 arrays, raw boolean arrays; all within bounds, but for the
                    values of integer arrays, which only the engine can see. One that selects a
                    single element ends in ..., for which NumPy gives a view
    setitem(raw, key, value)
                    writes and returns raw or None, or returns a new raw array where the engine's
                    never change; value is a Python scalar, or a raw array of raw's dtype that
                    broadcasts

and may have these:

    engine_device(device)    what its creation functions get as `device=`; left out: they get none
    host                     dict: "linalg.eig" -> why the engine cannot. Such functions run on the
                             host, which transfers() counts and no_transfers() refuses; another
                             function of linalg or fft that is missing is an error
    shares_host(device)      True where from_host and to_host share memory: moves copy nothing
    from_dlpack(x, device)   a raw array over the memory of x, which may be the library's own array;
                             device None: where x lies; BufferError where it is out of reach
    transfer(raw, device)    a raw array on another device of the same backend
    dlpack(raw)              an object with __dlpack__ and __dlpack_device__ as the standard has
                             them, for arrays whose own lag behind or that have none
    views_alias              False where a write to an array is not seen through its views: its
                             setitem returns a new raw array
    inplace_operators        names of functions, such as "add", whose Python operator (`raw += x`)
                             writes into raw and does what the function does, for arrays of one
                             dtype and shape, or a Python scalar
    synchronize(device)      waits until everything asked for has been computed
    memory(device)           dict of counts in bytes, such as {"live": ..., "reserved": ...}
    aliases                  dict: other names of its devices, such as {"cuda:0": "cupy:0"}
    diagnose()               for `arrayforge doctor`, also of a spec: rows (what, value, problem or
                             None, the command that mends it), such as driver versions
    wraps, level, lift(x)    a wrapper around other backends: True or their names, its place among
                             wrappers, and the raw array that stands for an array of theirs

Calls of namespace functions have arguments that are already right: raw arrays of one dtype and one
device (what is a Python scalar has the kind of that dtype), axes within [0, ndim), shapes as
tuples, dtypes as the engine's. Arguments that equal the standard's default are left out, because
libraries lag behind the standard. Results may be views. PRIMITIVES tells function by function. Of
`arange`, where there is one, only arange(count, *, dtype, device=...) is asked, to count with.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

API_VERSION = 1

DTYPES = (
    "bool",
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float32", "float64", "complex64", "complex128", "float16", "bfloat16"),
)


class Primitive(NamedTuple):
    """How the frontend calls a function that every engine must have."""

    signature: str
    relies_on: str


_UNARY = Primitive("(x)", "x has a dtype that the standard gives the function")
_BINARY = Primitive(
    "(x1, x2)", "arrays of one dtype whose shapes broadcast, or one array and a Python scalar"
)
_UNARY_NAMES = """
negative positive abs sign square reciprocal sqrt signbit ceil floor trunc logical_not isfinite
isinf isnan bitwise_invert exp expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh
asinh acosh atanh
"""
_BINARY_NAMES = """
add subtract multiply divide floor_divide remainder pow maximum minimum copysign nextafter equal
not_equal less less_equal greater greater_equal logical_and logical_or logical_xor bitwise_and
bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift logaddexp hypot atan2
"""

# What an engine must have, because everything else is made of it. None is spare: a test shows that
# the standard is complete with these alone, and that without any of them something is missing.
PRIMITIVES: Mapping[str, Primitive] = {
    **dict.fromkeys(_BINARY_NAMES.split(), _BINARY),
    **dict.fromkeys(_UNARY_NAMES.split(), _UNARY),
    "full": Primitive(
        "(shape, fill_value, *, dtype, device=...)",
        "a tuple, a Python scalar that fits dtype; device only where there is engine_device()",
    ),
    "astype": Primitive("(x, dtype)", "the result is a copy, also where the dtype stays"),
    "reshape": Primitive("(x, shape)", "sizes agree, no -1; copy=False only where it is asked for"),
    "permute_dims": Primitive("(x, axes)", "axes is a permutation of range(x.ndim)"),
    "concat": Primitive(
        "(arrays, *, axis=0)", "a tuple of one dtype, equal shapes but for axis; None flattens"
    ),
    "nonzero": Primitive("(x)", "x has axes; one int64 array per axis"),
    "argsort": Primitive(
        "(x, *, axis=-1, stable=True)", "ascending; equal elements keep their order; int64"
    ),
}

# With complex dtypes it must have these too, and is asked for them for complex arrays alone.
COMPLEX_PRIMITIVES: Mapping[str, Primitive] = dict.fromkeys(
    ("real", "imag", "conj", "round"), _UNARY
)

# No primitive makes up for these: an engine that lacks one lists it in `host`, with the reason.
HOST_FUNCTIONS = (
    *("linalg.cholesky", "linalg.det", "linalg.eig", "linalg.eigh", "linalg.eigvals"),
    *("linalg.eigvalsh", "linalg.inv", "linalg.qr", "linalg.slogdet", "linalg.solve"),
    *("linalg.svd", "linalg.svdvals"),
    *("fft.fft", "fft.ifft", "fft.fftn", "fft.ifftn", "fft.rfft", "fft.irfft", "fft.rfftn"),
    *("fft.irfftn", "fft.hfft", "fft.ihfft"),
)


class Spec(NamedTuple):
    """What an entry point of the group `arrayforge.backends` leads to; imports no engine.

    requirement is what pip installs, such as "torch>=2.4"; install_hint the whole command. modules
    are the top-level packages whose arrays belong to the backend. target is "module:object", the
    backend, imported by load().
    """

    name: str
    summary: str
    target: str
    requirement: str = ""
    install_hint: str = ""
    modules: tuple[str, ...] = ()
    api_version: int = API_VERSION

    def probe(self) -> str | None:
        """None where the engine is installed, else why it cannot be used; imports nothing."""
        from importlib.util import find_spec

        missing = [name for name in self.modules if find_spec(name) is None]
        return f"{', '.join(missing)} is not installed" if missing else None

    def load(self) -> Any:
        """The backend.

        Raises:
            ImportError: the engine is missing or broken.
        """
        from importlib import import_module

        module, _, attribute = self.target.partition(":")
        return getattr(import_module(module), attribute)


class Chain:
    """A namespace of several: an attribute is that of the first which has it.

    Parts such as `linalg` are chained in turn. Names in `without`, such as "nonzero" or "fft.hfft",
    are missing: what the libraries have there is not what the contract asks for.
    """

    def __init__(self, *spaces: Any, without: Sequence[str] = ()) -> None:
        found = {n: [getattr(s, n) for s in spaces if hasattr(s, n)] for n in ("linalg", "fft")}
        for part, inner in found.items():
            if inner and not callable(inner[0]):
                hidden = [n.partition(".")[2] for n in without if n.startswith(f"{part}.")]
                setattr(self, part, Chain(*inner, without=hidden))
        self._spaces = spaces
        self._without = frozenset(without)

    def __getattr__(self, name: str) -> Any:
        if name not in self._without:
            for space in self._spaces:
                if hasattr(space, name):
                    return getattr(space, name)
        raise AttributeError(name)


class Adapter:
    """A backend over a namespace of the standard, such as a module of array-api-compat.

    Subclasses set `name` and `library`, and correct by name what the library gets wrong: functions
    in `corrections` (any object with attributes, `linalg` and `fft` included) come before those of
    the library, those in `without` are composed of others instead. One device, host memory
    reached through DLPack, and arrays that can be written are the defaults; override the members
    where the engine differs.
    """

    api_version = API_VERSION
    name: str
    library: Any
    corrections: Any = None
    without: tuple[str, ...] = ()
    host: Mapping[str, str] = {}

    def __init__(self) -> None:
        self.namespace = Chain(self.corrections, self.library, without=self.without)
        self._dtypes = {n: getattr(self.library, n) for n in DTYPES if hasattr(self.library, n)}
        self._names = {dtype: n for n, dtype in self._dtypes.items()}

    def devices(self) -> list[str]:
        """The one device, named like the backend."""
        return [self.name]

    def dtypes(self, device: str | None) -> Mapping[str, Any]:
        """Those of the library."""
        return self._dtypes

    def describe(self, raw: Any) -> tuple[str, tuple[int, ...], str]:
        """By the attributes of the standard."""
        return self._name_of(raw.dtype), tuple(raw.shape), self.name

    def _name_of(self, dtype: Any) -> str:
        if dtype not in self._names:
            # Equal, as the standard asks, but perhaps with another hash.
            self._names[dtype] = next(n for n, d in self._dtypes.items() if d == dtype)
        return self._names[dtype]

    def from_host(self, array: Any, device: str) -> Any:
        """Through DLPack, always a copy."""
        return self.library.from_dlpack(array, copy=True)

    def to_host(self, raw: Any) -> Any:
        """The array itself: host memory is reached through its DLPack."""
        return raw

    def item(self, raw: Any) -> Any:
        """By the conversions of the standard."""
        kind = self._name_of(raw.dtype)
        if kind == "bool":
            return bool(raw)
        if "int" in kind:
            return int(raw)
        return complex(raw) if kind.startswith("complex") else float(raw)

    getitem = staticmethod(operator.getitem)

    def setitem(self, raw: Any, key: Any, value: Any) -> Any:
        """In place."""
        raw[key] = value
        return raw


def coverage(name: str) -> dict[str, str]:
    """Who computes each function of the standard on a backend, by names such as "linalg.inv".

    own: the engine; composite: other functions of the engine, put together; host: NumPy, after a
    transfer that is counted; frontend: nobody, since only dtypes and shapes are looked at.

    Raises:
        ImportError: the backend is unknown or cannot be loaded.
    """
    from . import _core, registry

    engine = registry.load(name).implementation
    found = {}
    for function, how in _core._function_table():
        if how == "native":
            # linalg.matmul is the main namespace's.
            has = engine is None or _has(engine.namespace, function.rpartition(".")[2])
            how = "own" if has else "composite"
        found[function] = how
    for function in HOST_FUNCTIONS:
        lacks = engine is None or not _has(engine.namespace, function)
        found[function] = "host" if lacks else "own"
    for function, parts in _MADE_OF.items():
        if any(found[part] == "host" for part in parts):
            found[function] = "host"
    return found


# Composites that reach the host where their parts do.
_MADE_OF = {
    "linalg.matrix_norm": ("linalg.svdvals",),
    "linalg.matrix_power": ("linalg.inv",),
    "linalg.matrix_rank": ("linalg.svdvals",),
    "linalg.pinv": ("linalg.svd",),
}


def _has(namespace: Any, name: str) -> bool:
    for part in name.split("."):
        namespace = getattr(namespace, part, None)
    return namespace is not None
