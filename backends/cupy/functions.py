"""The functions that CuPy computes, under the standard's names, what it gets wrong made right.

The list is explicit: a function that is not here is composed of others by the frontend, whatever
CuPy has. Everything takes the library as `cp`, so that the tests can hand in a stand-in where there
is no GPU.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from . import linalg, transforms
from .kernels import CUDA_PREAMBLE, KERNELS, PREAMBLE

Function = Callable[..., Any]

# CuPy's names where they differ from the standard's.
RENAMED = {
    "abs": "absolute",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "bitwise_invert": "invert",
    "bitwise_left_shift": "left_shift",
    "bitwise_right_shift": "right_shift",
    "permute_dims": "transpose",
    "pow": "power",
    "round": "around",
}
# Those that are right as they are, for the arguments of the contract.
_PLAIN = """
abs negative positive square reciprocal sqrt signbit logical_not isfinite isinf isnan
bitwise_invert exp expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh
atanh add subtract multiply divide floor_divide remainder pow maximum minimum copysign nextafter
equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor bitwise_and
bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift logaddexp hypot atan2 sign real imag
conj round permute_dims nonzero broadcast_to take take_along_axis sort
"""


def _kernels(cp: Any) -> dict[str, dict[str, Any]]:
    """By function and kind of dtype; nothing is compiled before its first call."""
    preamble = PREAMBLE + getattr(cp, "KERNEL_PREAMBLE", CUDA_PREAMBLE)
    made: dict[str, dict[str, Any]] = {}
    for kernel in KERNELS:
        function = cp.ElementwiseKernel(
            kernel.operands,
            "T y",
            kernel.body,
            f"arrayforge_{kernel.name}_{kernel.kinds}",
            preamble=preamble,
        )
        made.setdefault(kernel.name, {}).update(dict.fromkeys(kernel.kinds, function))
    return made


def _by_kind(kernels: dict[str, Any], plain: Function | None) -> Function:
    """The kernel for the operands' kind of dtype, where there is one, else CuPy's own function."""

    def call(*operands: Any) -> Any:
        # The last array is never the condition of where().
        kind = next(x.dtype.kind for x in reversed(operands) if hasattr(x, "dtype"))
        return (kernels.get(kind) or plain)(*operands)  # type: ignore[misc]

    return call


def is_negative_zero(value: Any) -> bool:
    """Whether a part of a Python scalar is -0.0."""
    parts = (value.real, value.imag) if isinstance(value, complex) else (value,)
    return any(isinstance(p, float) and p == 0 and math.copysign(1, p) < 0 for p in parts)


def scalar(cp: Any, value: Any, dtype: Any) -> Any:
    """What CuPy may fill with: it clears memory for anything equal to 0, and -0.0 loses its sign,
    so that becomes an array, whose elements are copied."""
    return cp.asarray([value], dtype=dtype).reshape(()) if is_negative_zero(value) else value


def _creation(cp: Any) -> dict[str, Function]:
    def full(shape: Any, fill_value: Any, *, dtype: Any) -> Any:
        result = cp.empty(shape, dtype=dtype)
        result[...] = scalar(cp, fill_value, dtype)
        return result

    return {
        "full": full,
        "zeros": lambda shape, *, dtype: cp.zeros(shape, dtype=dtype),
        "ones": lambda shape, *, dtype: cp.ones(shape, dtype=dtype),
        "empty": lambda shape, *, dtype: cp.empty(shape, dtype=dtype),
    }


def _rounding(plain: Function) -> Function:
    """CuPy 13 makes floats of integers, which have nothing to round."""

    def call(x: Any) -> Any:
        return x.copy() if x.dtype.kind in "iu" else plain(x)

    return call


def _shaping(cp: Any) -> dict[str, Function]:
    def astype(x: Any, dtype: Any) -> Any:
        return x.astype(dtype, copy=True)

    def reshape(x: Any, shape: Any, *, copy: bool | None = None) -> Any:
        """CuPy 13 knows no copy=, and no CuPy refuses one."""
        result = x.reshape(shape)
        shares = result.size == 0 or result.data.ptr == x.data.ptr
        if copy is False and not shares:
            raise ValueError("reshape(): these strides take a copy, and copy=False")
        return result.copy() if copy and shares else result

    def concat(arrays: Any, *, axis: int | None = 0) -> Any:
        return cp.concatenate(arrays, axis=axis)

    def argsort(x: Any, *, axis: int = -1, stable: bool = True) -> Any:
        """CuPy's is always stable and has no such argument."""
        return cp.argsort(x, axis=axis).astype("int64", copy=False)

    return {"astype": astype, "reshape": reshape, "concat": concat, "argsort": argsort}


def _accumulator(x: Any, dtype: Any) -> Any:
    """The dtype that sums and products of x have."""
    if dtype is not None or x.dtype.kind not in "biu":
        return x.dtype if dtype is None else dtype
    if x.dtype.itemsize == 8:
        return x.dtype
    return "uint64" if x.dtype.kind == "u" else "int64"


def _reductions(cp: Any) -> dict[str, Function]:
    def accumulated(plain: Function) -> Function:
        def call(x: Any, *, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
            chosen = _accumulator(x, dtype)
            if axis == ():  # reduces nothing; CuPy's accelerated paths do not know it
                return x.astype(chosen, copy=True)
            if dtype is not None and x.dtype.kind in "fc":
                x = x.astype(chosen, copy=False)  # before the sum, as the standard says
            return plain(x, axis=axis, dtype=chosen, keepdims=keepdims)

        return call

    def reduced(plain: Function, to_bool: bool = False) -> Function:
        def call(x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
            if axis == ():
                return x.astype("bool" if to_bool else x.dtype, copy=True)
            return plain(x, axis=axis, keepdims=keepdims)

        return call

    def located(plain: Function) -> Function:
        def call(x: Any, *, axis: int | None = None, keepdims: bool = False) -> Any:
            result = plain(x, axis=axis).astype("int64", copy=False)
            if not keepdims:
                return result
            shape = [1 if axis in (None, i) else n for i, n in enumerate(x.shape)]
            return result.reshape(shape)

        return call

    def running(plain: Function, first: int) -> Function:
        def call(
            x: Any, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
        ) -> Any:
            axis = axis or 0
            chosen = _accumulator(x, dtype)
            result = x.astype(chosen, copy=True)
            if x.size > 0:
                result = plain(result, axis=axis, dtype=chosen)
            if not include_initial:
                return result
            shape = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
            return cp.concatenate((cp.full(shape, first, dtype=chosen), result), axis=axis)

        return call

    return {
        "sum": accumulated(cp.sum),
        "prod": accumulated(cp.prod),
        "mean": reduced(cp.mean),
        "max": reduced(cp.max),
        "min": reduced(cp.min),
        "all": reduced(cp.all, to_bool=True),
        "any": reduced(cp.any, to_bool=True),
        "argmax": located(cp.argmax),
        "argmin": located(cp.argmin),
        "cumulative_sum": running(cp.cumsum, 0),
        "cumulative_prod": running(cp.cumprod, 1),
    }


def _matmul(cp: Any) -> Function:
    def matmul(x1: Any, x2: Any) -> Any:
        if x1.size and x2.size:
            return cp.matmul(x1, x2)
        # Nothing is summed; CuPy's paths differ in what they make of it.
        rows = () if x1.ndim == 1 else x1.shape[-2:-1]
        columns = () if x2.ndim == 1 else x2.shape[-1:]
        batch = linalg.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
        return cp.zeros((*batch, *rows, *columns), dtype=x1.dtype)

    return matmul


def namespace(cp: Any) -> dict[str, Function]:
    """Every function by its name in the standard; those of extensions as "linalg.inv"."""
    found: dict[str, Function] = {n: getattr(cp, RENAMED.get(n, n)) for n in _PLAIN.split()}
    for name, kernels in _kernels(cp).items():
        found[name] = _by_kind(kernels, found.get(name))
    found.update({name: _rounding(getattr(cp, name)) for name in ("ceil", "floor", "trunc")})
    found.update(_creation(cp) | _shaping(cp) | _reductions(cp))
    found["matmul"] = _matmul(cp)
    found.update({f"linalg.{n}": f for n, f in linalg.functions(cp).items()})
    found.update({f"fft.{n}": f for n, f in transforms.functions(cp).items()})
    return found


def as_namespace(found: dict[str, Function]) -> SimpleNamespace:
    """With linalg and fft as attributes of it."""
    parts = {"linalg": SimpleNamespace(), "fft": SimpleNamespace()}
    whole = SimpleNamespace(**parts)
    for name, function in found.items():
        part, _, rest = name.rpartition(".")
        setattr(parts.get(part, whole), rest, function)
    return whole
