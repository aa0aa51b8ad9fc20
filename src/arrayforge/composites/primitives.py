"""What an engine must have, because everything else is made of it; see the other modules here."""

from __future__ import annotations

_NAMES = """
add subtract multiply divide floor_divide remainder pow negative positive abs sign square
reciprocal sqrt maximum minimum copysign nextafter signbit ceil floor trunc
equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor
logical_not isfinite isinf isnan bitwise_and bitwise_or bitwise_xor bitwise_invert
bitwise_left_shift bitwise_right_shift exp expm1 log log1p log2 log10 logaddexp hypot
sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh
full astype reshape permute_dims concat nonzero argsort
"""
PRIMITIVES = tuple(_NAMES.split())

# With complex dtypes it must have these too, which are composed for real ones alone.
COMPLEX_PRIMITIVES = ("real", "imag", "conj", "round")
