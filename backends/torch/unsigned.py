"""uint16, uint32 and uint64, for which PyTorch has memory, conversions and little else.

A signed view of the same memory serves where only bits matter: sums, products, equality, copies.
With the highest bit flipped it has the order of the unsigned numbers. Quotients, remainders, powers
and shifts to the right need more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Function = Callable[..., Any]

SIGNED = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}
LOWEST = {wide: torch.iinfo(SIGNED[wide]).min for wide in SIGNED}


def signed(x: Any) -> Any:
    """The same bits in a signed dtype; a tensor of another dtype as it is."""
    return x.view(SIGNED[x.dtype]) if x.dtype in SIGNED else x


def signed_scalar(value: int, dtype: Any) -> int:
    """A Python integer with the bits that it has as an unsigned one."""
    return value + 2 * LOWEST[dtype] if value >= -LOWEST[dtype] else value


def bits(x: Any, dtype: Any) -> Any:
    """An operand of that unsigned dtype, array or Python integer, as a signed one."""
    return signed(x) if isinstance(x, Tensor) else signed_scalar(x, dtype)


def ordered(x: Any) -> Any:
    """Signed numbers in the order of the unsigned ones; a tensor of another dtype as it is."""
    return signed(x) ^ LOWEST[x.dtype] if x.dtype in SIGNED else x


def unordered(x: Any, dtype: Any) -> Any:
    """The unsigned numbers of ordered(); a tensor that was none as it is."""
    return (x ^ LOWEST[dtype]).view(dtype) if dtype in SIGNED else x


def as_tensor(x: Any, dtype: Any, device: Any) -> Any:
    """An operand as a tensor, Python scalars without axes."""
    return x if isinstance(x, Tensor) else torch.full((), x, dtype=dtype, device=device)


def by_bits(plain: Function) -> Function:
    """A binary function whose results have the same bits for signed operands."""

    def wide(x1: Any, x2: Any, dtype: Any) -> Any:
        return plain(bits(x1, dtype), bits(x2, dtype)).view(dtype)

    return wide


def by_equality(plain: Function) -> Function:
    """equal or not_equal."""

    def wide(x1: Any, x2: Any, dtype: Any) -> Any:
        if not isinstance(x1, Tensor):
            x1, x2 = x2, x1
        return plain(bits(x1, dtype), bits(x2, dtype))

    return wide


def by_order(plain: Function) -> Function:
    """A comparison, or a choice of one of two operands."""

    def wide(x1: Any, x2: Any, dtype: Any) -> Any:
        device = (x1 if isinstance(x1, Tensor) else x2).device
        result = plain(*(ordered(as_tensor(x, dtype, device)) for x in (x1, x2)))
        return result if result.dtype == torch.bool else unordered(result, dtype)

    return wide


def _pair(x1: Any, x2: Any, dtype: Any) -> tuple[Any, Any]:
    """Both as int64 tensors: the values, or for uint64 the bits."""
    device = (x1 if isinstance(x1, Tensor) else x2).device
    tensors = (as_tensor(x, dtype, device) for x in (x1, x2))
    if dtype == torch.uint64:
        first, second = (x.view(torch.int64) for x in tensors)
    else:
        first, second = (x.to(torch.int64) for x in tensors)
    return first, second


def _logical_shift(x: Any, count: Any) -> Any:
    """The bits of int64 shifted to the right, zeros from the left; counts are unsigned."""
    # After the first step no sign is left, and PyTorch gives 0 for every count out of range.
    first = (x >> 1) & torch.iinfo(torch.int64).max
    return torch.where(count == 0, x, first >> (count - 1))


def _quotient(x: Any, y: Any) -> Any:
    """The bits of an unsigned quotient of int64 bits; y is not 0.

    Half of x is divided, which has no sign; what is lost makes the doubled quotient one too small
    at most. A y with the highest bit set goes into x once or not at all.
    """
    fits = _at_least(x, y)
    large = y < 0
    divisor = torch.where(large, 1, y)
    halved = _logical_shift(x, torch.ones((), dtype=torch.int64, device=x.device))
    estimate = torch.div(halved, divisor, rounding_mode="floor") << 1
    estimate = estimate + _at_least(x - estimate * y, y)
    return torch.where(large, fits.to(torch.int64), estimate)


def _at_least(x: Any, y: Any) -> Any:
    lowest = torch.iinfo(torch.int64).min
    return (x ^ lowest) >= (y ^ lowest)


def floor_divide(x1: Any, x2: Any, dtype: Any) -> Any:
    """The quotient, 0 where the divisor is 0."""
    x, y = _pair(x1, x2, dtype)
    divisor = torch.where(y == 0, 1, y)
    if dtype == torch.uint64:
        quotient = _quotient(x, divisor)
    else:
        quotient = torch.div(x, divisor, rounding_mode="floor")
    quotient = torch.where(y == 0, 0, quotient)
    return quotient.view(dtype) if dtype == torch.uint64 else quotient.to(dtype)


def remainder(x1: Any, x2: Any, dtype: Any) -> Any:
    """What the quotient leaves, 0 where the divisor is 0."""
    x, y = (bits(x, dtype) for x in (x1, x2))
    rest = x - bits(floor_divide(x1, x2, dtype), dtype) * y
    # A Python scalar is one divisor for all.
    return torch.where(torch.as_tensor(y == 0, device=rest.device), 0, rest).view(dtype)


def pow(x1: Any, x2: Any, dtype: Any) -> Any:
    """By squaring, modulo the range of the dtype."""
    base, exponent = _pair(x1, x2, dtype)
    result = torch.ones((), dtype=torch.int64, device=base.device)
    for place in range(8 * dtype.itemsize):
        result = torch.where(((exponent >> place) & 1) == 1, result * base, result)
        base = base * base
    return result.view(dtype) if dtype == torch.uint64 else result.to(dtype)


def right_shift(x1: Any, x2: Any, dtype: Any) -> Any:
    """Zeros come from the left; 0 once the count reaches the width."""
    x, count = _pair(x1, x2, dtype)
    if dtype == torch.uint64:
        return _logical_shift(x, count).view(dtype)
    return (x >> count).to(dtype)


def whole(x: Any) -> Any:
    """Integers as int64: the values, or for uint64 the bits."""
    if x.dtype == torch.uint64:
        return x.view(torch.int64)
    return x.to(torch.int64) if x.dtype in SIGNED else x
