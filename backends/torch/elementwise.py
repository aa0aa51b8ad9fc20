"""Elementwise functions: PyTorch's own under the standard's name, and what it gets wrong.

PyTorch has no kernels for wide unsigned integers (unsigned.py), and takes Python scalars for some
functions only. Tensors that need neither reach it by the first branch.
"""

from __future__ import annotations

from typing import Any

import torch
from arrayforge import corrections as _shared
from torch import Tensor

from . import unsigned as _u
from .unsigned import SIGNED as _SIGNED
from .unsigned import Function as _Function


def _binary(plain: _Function, wide: _Function | None = None, *, scalars: bool = True) -> _Function:
    """plain; `wide` for wide unsigned integers; scalars as tensors where plain takes none."""

    def function(x1: Any, x2: Any) -> Any:
        if isinstance(x1, Tensor) and isinstance(x2, Tensor) and x1.dtype not in _SIGNED:
            return plain(x1, x2)
        model = x1 if isinstance(x1, Tensor) else x2
        if wide is not None and model.dtype in _SIGNED:
            return wide(x1, x2, model.dtype)
        if scalars:
            return plain(x1, x2)
        return plain(*(_u.as_tensor(x, model.dtype, model.device) for x in (x1, x2)))

    return function


def _comparison(plain: _Function, mirrored: _Function, wide: _Function) -> _Function:
    """PyTorch compares tensors with scalars, not scalars with tensors."""

    def function(x1: Any, x2: Any) -> Any:
        if isinstance(x1, Tensor):
            return wide(x1, x2, x1.dtype) if x1.dtype in _SIGNED else plain(x1, x2)
        return wide(x1, x2, x2.dtype) if x2.dtype in _SIGNED else mirrored(x2, x1)

    return function


def _unary(plain: _Function, wide: _Function) -> _Function:
    def function(x: Any) -> Any:
        return wide(x) if x.dtype in _SIGNED else plain(x)

    return function


def _signed_unary(plain: _Function) -> _Function:
    """The same bits for signed numbers."""
    return _unary(plain, lambda x: plain(_u.signed(x)).view(x.dtype))


def _of_signed(plain: _Function) -> _Function:
    """The same answer for signed numbers."""
    return _unary(plain, lambda x: plain(_u.signed(x)))


add = _binary(torch.add, _u.by_bits(torch.add))
subtract = _binary(torch.subtract, _u.by_bits(torch.subtract))
multiply = _binary(torch.multiply, _u.by_bits(torch.multiply))
divide = torch.divide
bitwise_and = _binary(torch.bitwise_and, _u.by_bits(torch.bitwise_and))
bitwise_or = _binary(torch.bitwise_or, _u.by_bits(torch.bitwise_or))
bitwise_xor = _binary(torch.bitwise_xor, _u.by_bits(torch.bitwise_xor))
bitwise_left_shift = _binary(torch.bitwise_left_shift, _u.by_bits(torch.bitwise_left_shift))
bitwise_right_shift = _binary(torch.bitwise_right_shift, _u.right_shift)
# torch.equal() is one answer for whole tensors.
equal = _comparison(torch.eq, torch.eq, _u.by_equality(torch.eq))
not_equal = _comparison(torch.ne, torch.ne, _u.by_equality(torch.ne))
less = _comparison(torch.lt, torch.gt, _u.by_order(torch.lt))
less_equal = _comparison(torch.le, torch.ge, _u.by_order(torch.le))
greater = _comparison(torch.gt, torch.lt, _u.by_order(torch.gt))
greater_equal = _comparison(torch.ge, torch.le, _u.by_order(torch.ge))
maximum = _binary(torch.maximum, _u.by_order(torch.maximum), scalars=False)
minimum = _binary(torch.minimum, _u.by_order(torch.minimum), scalars=False)
logical_and = _binary(torch.logical_and, scalars=False)
logical_or = _binary(torch.logical_or, scalars=False)
logical_xor = _binary(torch.logical_xor, scalars=False)
copysign = _binary(torch.copysign, scalars=False)
nextafter = _binary(torch.nextafter, scalars=False)
logaddexp = _binary(torch.logaddexp, scalars=False)
hypot = _binary(torch.hypot, scalars=False)
atan2 = _binary(torch.atan2, scalars=False)

square = _signed_unary(torch.square)
bitwise_invert = _signed_unary(torch.bitwise_not)
isfinite, isinf, isnan = map(_of_signed, (torch.isfinite, torch.isinf, torch.isnan))
# torch.positive() is the operand itself.
positive = torch.clone


def round(x: Any) -> Any:
    """Of complex numbers by part, which PyTorch refuses."""
    if x.dtype.is_complex:
        return torch.complex(torch.round(x.real), torch.round(x.imag))
    return torch.round(x)


def abs(x: Any) -> Any:
    """PyTorch refuses what has no sign."""
    return x.clone() if x.dtype in _SIGNED or x.dtype == torch.bool else torch.abs(x)


def sign(x: Any) -> Any:
    """NaN for NaN, where PyTorch gives 0; x / abs(x) of complex numbers."""
    if x.dtype in _SIGNED:
        return (_u.signed(x) != 0).to(x.dtype)
    if x.dtype.is_complex:
        return torch.where(x == 0, 0, torch.sgn(x))
    signs = torch.sign(x)
    return torch.where(torch.isnan(x), x, signs) if x.dtype.is_floating_point else signs


def real(x: Any) -> Any:
    """A view of complex numbers, a copy of real ones."""
    return torch.real(x) if x.dtype.is_complex else x.clone()


def imag(x: Any) -> Any:
    """PyTorch has none of real numbers."""
    return torch.imag(x) if x.dtype.is_complex else torch.zeros_like(x)


def conj(x: Any) -> Any:
    """Computed: torch.conj() sets a bit that no other library reads."""
    return torch.conj_physical(x) if x.dtype.is_complex else x.clone()


_float_quotient = _shared.floor_divide(torch)


def _is_minus_one(y: Any) -> Any:
    """PyTorch takes -1 for 255 beside uint8."""
    return y == -1 if y.dtype.is_signed else torch.zeros_like(y, dtype=torch.bool)


def _safe_divisor(y: Any) -> Any:
    """Neither 0, which raises, nor -1, by which the lowest integer overflows, which
    ends the process in older versions of PyTorch."""
    return torch.where((y == 0) | _is_minus_one(y), 1, y)


def _in_single(function: _Function) -> _Function:
    """16 bits by way of 32: PyTorch rounds between its steps."""

    def wider(x1: Any, x2: Any) -> Any:
        if x1.dtype in (torch.float16, torch.bfloat16):
            return function(x1.to(torch.float32), x2.to(torch.float32)).to(x1.dtype)
        return function(x1, x2)

    return wider


@_in_single
def _floor_divide(x1: Any, x2: Any) -> Any:
    if x1.dtype.is_floating_point:
        return _float_quotient(x1, x2)
    quotient = torch.where(_is_minus_one(x2), -x1, torch.floor_divide(x1, _safe_divisor(x2)))
    return torch.where(x2 == 0, 0, quotient)


def _reduced(x: Any, y: Any) -> Any:
    """x modulo multiples of y that leave no overflow of x / y, where the processor gives NaN.

    Powers of two times y are exact, or infinite, which leaves x.
    """
    step = 2.0**700 if x.dtype == torch.float64 else 2.0**100
    return torch.fmod(torch.fmod(x, y * step * step), y * step) if x.device.type == "cpu" else x


@_in_single
def _remainder(x1: Any, x2: Any) -> Any:
    if x1.dtype.is_floating_point:
        rest = torch.remainder(_reduced(x1, x2), x2)
        # A multiple leaves a zero with the sign of the divisor.
        return torch.where(rest == 0, torch.copysign(rest, x2), rest)
    return torch.where(x2 == 0, 0, torch.remainder(x1, _safe_divisor(x2)))


floor_divide = _binary(_floor_divide, _u.floor_divide, scalars=False)
remainder = _binary(_remainder, _u.remainder, scalars=False)
_tensor_pow = _binary(torch.pow, _u.pow, scalars=False)


def pow(x1: Any, x2: Any) -> Any:
    """PyTorch takes roots for the exponents 0.5 and -0.5, which differ for -0.0 and -infinity.

    It refuses negative integers as Python scalars, not as tensors.
    """
    if isinstance(x1, Tensor) and isinstance(x2, Tensor) and x1.dtype not in _SIGNED:
        return torch.pow(x1, x2)
    if isinstance(x2, Tensor) or x1.dtype in _SIGNED or _is_delicate(x2):
        return _tensor_pow(x1, x2)
    return torch.pow(x1, x2)


def _is_delicate(exponent: Any) -> bool:
    return exponent in (0.5, -0.5) or (type(exponent) is int and exponent < 0)


def _complex(plain: _Function, corrected: _Function) -> _Function:
    """corrected for complex numbers alone."""

    def function(x: Any) -> Any:
        return corrected(x) if x.dtype.is_complex else plain(x)

    return function


def _negative(z: Any) -> Any:
    """PyTorch subtracts from 0, so that zeros keep their sign."""
    return torch.complex(-z.real, -z.imag)


def _expm1(z: Any) -> Any:
    """exp(z) - 1 by its definition where PyTorch gives no number; 0 for zeros of either sign."""
    result, power = torch.expm1(z), torch.exp(z)
    infinite = torch.complex(power.real - 1.0, power.imag)
    result = torch.where(torch.isfinite(result), result, infinite)
    return torch.where(z == 0, torch.complex(z.real.abs(), z.imag), result)


def _log1p(z: Any) -> Any:
    """log(z) where z is infinite, beside which 1 is nothing; 0 for zeros of either sign."""
    result = torch.where(torch.isinf(z), torch.log(z), torch.log1p(z))
    return torch.where(z == 0, torch.complex(z.real.abs(), z.imag), result)


def _acos(z: Any) -> Any:
    """The imaginary part has the sign that z does not have, zeros too."""
    result = torch.acos(z)
    return torch.complex(result.real, torch.copysign(result.imag, -z.imag))


_tanh = _shared.tanh(torch)


def _tan(z: Any) -> Any:
    """-i tanh(i z), whose real zero has the sign of z where the imaginary part is infinite."""
    turned = _tanh(torch.complex(-z.imag, z.real))
    turned_back = torch.complex(turned.imag, -turned.real)
    return torch.where(torch.isinf(z.imag), turned_back, torch.tan(z))


negative = _complex(_signed_unary(torch.negative), _negative)
expm1 = _complex(torch.expm1, _expm1)
log1p = _complex(torch.log1p, _log1p)
acos = _complex(torch.acos, _acos)
tan = _complex(torch.tan, _tan)
tanh = _complex(torch.tanh, _tanh)
