"""A stand-in for CuPy where there is no GPU: NumPy's functions under CuPy's names, and the bodies
of CUDA kernels compiled as C++ for the host.

What it proves is our own code: the mapping, the Python of the corrections, and every kernel's
formula. What CuPy and CUDA's mathematics compute themselves, only a GPU shows.

    arrayforge conformance --backend cuda_standin:BACKEND     (with this folder on PYTHONPATH)
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from arrayforge.backends.cupy.adapter import CuPy
from arrayforge.backends.cupy.kernels import KERNELS, PREAMBLE, Kernel

COMPILER = os.environ.get("CXX") or shutil.which("g++") or shutil.which("clang++")
SCALARS = {
    **{f"int{n}": f"int{n}_t" for n in (8, 16, 32, 64)},
    **{f"uint{n}": f"uint{n}_t" for n in (8, 16, 32, 64)},
    "bool": "bool",
    "float32": "float",
    "float64": "double",
    "complex64": "complex<float>",
    "complex128": "complex<double>",
}
_FUNCTIONS = (
    "abs log exp sqrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh atan2 hypot "
    "log1p log10 expm1 fabs pow ldexp copysign signbit isnan isinf isfinite fmod floor nextafter"
)
# What CuPy's own headers for complex numbers take from CUDA.
_SHIM = """
#define __device__
#define __host__
#define __forceinline__ inline
static inline int __double2hiint(double d) { uint64_t b; memcpy(&b, &d, 8); return int(b >> 32); }
static inline int __double2loint(double d) { uint64_t b; memcpy(&b, &d, 8); return int(b); }
static inline double __hiloint2double(int h, int l) {
  uint64_t b = (uint64_t(uint32_t(h)) << 32) | uint32_t(l); double d; memcpy(&d, &b, 8); return d;
}
static inline int __float_as_int(float f) { int i; memcpy(&i, &f, 4); return i; }
static inline float __int_as_float(int i) { float f; memcpy(&f, &i, 4); return f; }
#include <cupy/complex.cuh>
"""
_NAMESPACES = """#define THRUST_NAMESPACE_BEGIN namespace thrust {
#define THRUST_NAMESPACE_END }
"""


# Complex functions that stay CuPy's own, to be compared where its headers are there.
_OWN = "exp sin cos sinh cosh asin acos atan asinh atanh sqrt"
PLAIN = tuple(Kernel(name, "c", "T x", f"y = {name}(x);", "") for name in _OWN.split())


def cupy_headers() -> Path | None:
    """The folder of CuPy's own headers, where it is installed."""
    found = importlib.util.find_spec("cupy")
    if found is None:
        return None
    return Path(found.origin).parent / "_core" / "include"


def names_of(operands: str) -> list[list[str]]:
    """[type, name] of each parameter of a kernel."""
    return [part.split() for part in operands.split(",")]


def _function(kernel, dtype: str) -> str:
    operands = names_of(kernel.operands)
    lines = [f"typedef {SCALARS[dtype]} T;"]
    for i, (kind, name) in enumerate(operands):
        lines.append(f"const {kind} {name} = static_cast<const {kind}*>(p[{i}])[i];")
    lines.append(f"T& y = static_cast<T*>(p[{len(operands)}])[i];")
    body = "\n".join([*lines, kernel.body])
    head = f'extern "C" void {kernel.name}_{dtype}(long n, void** p)'
    return f"{head} {{ for (long i = 0; i < n; ++i) {{ {body} }} }}"


def source(headers: Path | None) -> str:
    """All kernels for all dtypes, over CuPy's complex numbers or the host's."""
    includes = ("cmath", "complex", "cstdint", "cstring", "limits")
    usings = [f"using std::{name};" for name in _FUNCTIONS.split()]
    parts = [*(f"#include <{name}>" for name in includes), *usings]
    parts.append(_SHIM if headers else "using std::complex;")
    parts.append(PREAMBLE)
    for kernel in (*KERNELS, *(PLAIN if headers else ())):
        parts += [_function(kernel, d) for d in SCALARS if np.dtype(d).kind in kernel.kinds]
    return "\n".join(parts)


@functools.cache
def library(headers: Path | None = None) -> ctypes.CDLL:
    """The compiled kernels, kept between runs as long as they stay the same."""
    text = source(headers)
    key = hashlib.sha256(f"{text} {headers}".encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"arrayforge-kernels-{os.getuid()}-{key}"
    built = folder / "kernels.so"
    if not built.exists():
        stub = folder / "thrust" / "detail" / "config"
        stub.mkdir(parents=True, exist_ok=True)
        (stub / "namespace.h").write_text(_NAMESPACES)
        (folder / "kernels.cpp").write_text(text)
        made = folder / f"kernels-{os.getpid()}.so"
        # No contraction, as the cpu backend; no warnings, as the bodies divide by zero on purpose.
        flags = ["-std=c++17", "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-w"]
        paths = [f"-I{folder}", *([f"-I{headers}"] if headers else [])]
        command = [COMPILER, *flags, *paths, str(folder / "kernels.cpp"), "-o", str(made)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        made.rename(built)
    return ctypes.CDLL(str(built))


def run(name: str, dtype, operands, headers: Path | None = None) -> np.ndarray:
    """A compiled kernel over arrays and scalars that broadcast."""
    kernel = next(k for k in KERNELS + PLAIN if k.name == name and dtype.kind in k.kinds)
    kinds = [dtype if kind == "T" else np.dtype(kind) for kind, _ in names_of(kernel.operands)]
    arrays = [np.asarray(x, dtype=d) for x, d in zip(operands, kinds, strict=True)]
    arrays = [np.ascontiguousarray(x) for x in np.broadcast_arrays(*arrays)]
    shape = np.broadcast_shapes(*(np.shape(x) for x in operands))
    result = np.empty(shape, dtype=dtype)
    pointers = (ctypes.c_void_p * (len(arrays) + 1))(
        *(x.ctypes.data for x in itertools.chain(arrays, (result,)))
    )
    getattr(library(headers), f"{name}_{dtype.name}")(ctypes.c_long(result.size), pointers)
    return result


class GpuArray(np.ndarray):
    """Has of cupy.ndarray what our code uses beyond NumPy's."""

    @property
    def device(self):
        return SimpleNamespace(id=0)

    @property
    def data(self):
        return SimpleNamespace(ptr=self.ctypes.data)

    def __getitem__(self, key):
        return on_gpu(super().__getitem__(key))

    def __setitem__(self, key, value):
        # As CuPy, which clears memory for whatever is equal to 0.
        is_zero = isinstance(value, (int, float, complex)) and value == 0
        super().__setitem__(key, 0 if is_zero else value)

    def __dlpack_device__(self):
        return 2, 0


def on_gpu(result):
    """Results of NumPy as arrays of the stand-in, scalars included."""
    if isinstance(result, tuple):
        return tuple(map(on_gpu, result))
    if isinstance(result, (np.ndarray, np.generic)):
        return np.asarray(result).view(GpuArray)
    return result


class ElementwiseKernel:
    """A kernel of the table; its body is looked up by its name."""

    def __init__(self, operands, results, body, name, preamble):
        self.name = name.removeprefix("arrayforge_").rpartition("_")[0]

    def __call__(self, *operands):
        dtype = next(x.dtype for x in reversed(operands) if hasattr(x, "dtype"))
        if dtype == "float16":  # the host has no type for it
            wide = [
                x.astype("float32") if getattr(x, "dtype", None) == dtype else x for x in operands
            ]
            if self.name == "nextafter":
                return on_gpu(np.nextafter(*operands))
            return self(*wide).astype("float16")
        return on_gpu(run(self.name, dtype, operands))


class Space:
    """A namespace of NumPy's functions, whose results are on the stand-in."""

    def __init__(self, space, **own):
        self._space = space
        self.__dict__.update(own)

    def __getattr__(self, name):
        function = getattr(self._space, name)

        def call(*args, **named):
            with np.errstate(all="ignore"):
                return on_gpu(function(*args, **named))

        return call


class _Device:
    def __init__(self, number=None):
        self.number = number

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        return None

    def synchronize(self):
        return None


_RUNTIME = SimpleNamespace(
    getDeviceCount=lambda: 1, memGetInfo=lambda: (1, 2), runtimeGetVersion=lambda: 12090
)
_POOL = SimpleNamespace(used_bytes=lambda: 3, total_bytes=lambda: 4, get_limit=lambda: 0)

cp = Space(
    np,
    linalg=Space(np.linalg),
    fft=Space(np.fft),
    cuda=SimpleNamespace(runtime=_RUNTIME, Device=_Device),
    get_default_memory_pool=lambda: _POOL,
    ElementwiseKernel=ElementwiseKernel,
    KERNEL_PREAMBLE="",
    argsort=lambda x, axis: on_gpu(np.argsort(x, axis=axis, kind="stable")),
    asnumpy=lambda raw: np.array(raw, subok=False, copy=True),
    __version__="0",
)


class StandIn(CuPy):
    """The backend of CuPy over the stand-in."""

    name = "cupy"


BACKEND = StandIn(cp)
