// What AVX-512 adds to vec.h: tables of 16 float64 looked up in registers, and quotients out of the
// approximate reciprocal, which costs a ninth of a division.
#pragma once

#include "math_double.h"

#if defined(__AVX512F__)

namespace arrayforge {
namespace {

// By the lowest four bits of the index.
ARRAYFORGE_INLINE F64 look_up(const double (&table)[16], I64 index) {
  return _mm512_permutex2var_pd(_mm512_load_pd(table), reinterpret_cast<__m512i>(index),
                                _mm512_load_pd(table + 8));
}

// 1 / x to 28 bits.
ARRAYFORGE_INLINE F64 rough_inverse(F64 x) {
  F64 inverse = _mm512_maskz_rcp14_pd(0xff, x);
  return fma(fma(-x, inverse, splat(1.0)), inverse, inverse);
}

// (above + above_low) / (below + below_low): the remainder of 28 good bits supplies the others.
ARRAYFORGE_INLINE F64 rounded_quotient(F64 above, F64 above_low, F64 below, F64 below_low) {
  F64 inverse = rough_inverse(below);
  F64 ratio = above * inverse;
  F64 rest = fma(-ratio, below, above) + fma(-ratio, below_low, above_low);
  return fma(rest, inverse, ratio);
}

ARRAYFORGE_INLINE F64 rounded_quotient(F64 above, F64 below) {
  F64 inverse = rough_inverse(below);
  F64 ratio = above * inverse;
  return fma(fma(-ratio, below, above), inverse, ratio);
}

// The sign of one, the size of the other.
ARRAYFORGE_INLINE F64 with_sign_of(F64 size, F64 sign) {
  return from_bits((bits(size) & splat_bits(INT64_MAX)) | (bits(sign) & splat_bits(INT64_MIN)));
}

}  // namespace
}  // namespace arrayforge

#endif
