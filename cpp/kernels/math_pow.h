// pow and hypot.
#pragma once

#include <math.h>

#include "math_log.h"

namespace arrayforge {
namespace {

struct Pow {
  // Zeros, infinities and NaNs of x, and infinities and NaNs of y, have a table of their own in the
  // C library, the same as the standard's.
  static ARRAYFORGE_INLINE I64 special(F64 x, F64 y) {
    F64 size = magnitude(x);
    return ~((size > splat(0.0)) & (size < splat(kInfinity)) & (magnitude(y) < splat(kInfinity)));
  }

  // A negative base has the sign of an odd exponent, and no value for a fractional one.
  static ARRAYFORGE_INLINE F64 with_sign(F64 x, F64 y, F64 result) {
    F64 size = magnitude(y);
    F64 bounded = at_most(size, 0x1p53);
    F64 half = bounded * splat(0.5);
    // Adding 2^52 rounds to an integer what is below 2^52; above that, everything is one.
    F64 whole = select(bounded < splat(0x1p52), (bounded + splat(0x1p52)) - splat(0x1p52), bounded);
    F64 halves = select(half < splat(0x1p52), (half + splat(0x1p52)) - splat(0x1p52), half);
    I64 fractional = whole != bounded;
    I64 is_odd = ~fractional & (halves != half);
    I64 negative = x < splat(0.0);
    result = flip_sign(result, negative & is_odd & splat_bits(INT64_MIN));
    return select(negative & fractional, kNaN, result);
  }

  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x, F64 y) {
    LogReduced part = log_reduce_any(magnitude(x));
    F64 result;
    if constexpr (Precision::kNarrow) {
      // float64 has the bits to spare.
      F64 log = log_sum<Wide>(part.k, part.m - splat(1.0), splat(0.0));
      result = Exp::vector<Precision>(y * log);
    } else {
      Double2 mantissa = log_of_mantissa(part.m);
      Double2 log = two_sum(part.k * splat(kLn2Hi), mantissa.hi);
      log.lo = log.lo + fma(part.k, splat(kLn2Lo), mantissa.lo);
      // Beyond 2^65 the exponent overflows or underflows for every base but 1.
      F64 exponent = at_least(at_most(y, 0x1p70), -0x1p70);
      Double2 product = two_product(exponent, log.hi);
      product.lo = fma(exponent, log.lo, product.lo);
      result = exp_of_sum<Precision>(product);
    }
    if (any(bits(x))) result = with_sign(x, y, result);
    I64 rare = special(x, y);
    if (__builtin_expect(any(rare), 0)) {
      for (int lane = 0; lane < kLanes; ++lane) {
        if (rare[lane]) result[lane] = ::pow(x[lane], y[lane]);
      }
    }
    return result;
  }
};

struct Hypot {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x, F64 y) {
    F64 a = magnitude(x);
    F64 b = magnitude(y);
    F64 largest = select(a > b, a, b);
    F64 result;
    if constexpr (Precision::kNarrow) {
      result = square_root(a * a + b * b);
    } else {
      F64 down = select(largest > splat(0x1p500), 0x1p-600, 1.0);
      F64 factor = select(largest < splat(0x1p-500), splat(0x1p600), down);
      F64 back = select(largest < splat(0x1p-500), splat(0x1p-600), splat(1.0) / down);
      F64 p = a * factor;
      F64 q = b * factor;
      result = square_root(fma(p, p, q * q)) * back;
    }
    // An infinity outweighs a NaN.
    return select((a == splat(kInfinity)) | (b == splat(kInfinity)), kInfinity, result);
  }
};

}  // namespace
}  // namespace arrayforge
