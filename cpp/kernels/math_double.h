// Numbers as unevaluated sums of two doubles, and polynomials. The error-free transformations are
// those of Knuth and Dekker; without FMA a product is split by Veltkamp's method, which needs |a|,
// |b| < 2^995.
#pragma once

#include "vec.h"

namespace arrayforge {
namespace {

// float32 is computed in float64 vectors; Narrow polynomials stop at what float32 can show.
struct Wide {
  static constexpr bool kNarrow = false;
};
struct Narrow {
  static constexpr bool kNarrow = true;
};

struct Double2 {
  F64 hi;
  F64 lo;
};

ARRAYFORGE_INLINE Double2 two_sum(F64 a, F64 b) {
  F64 sum = a + b;
  F64 part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

// |a| >= |b|, or a == 0.
ARRAYFORGE_INLINE Double2 fast_two_sum(F64 a, F64 b) {
  F64 sum = a + b;
  return {sum, b - (sum - a)};
}

ARRAYFORGE_INLINE Double2 split(F64 a) {
  F64 wide = a * splat(0x1.0000002p27);
  F64 hi = wide - (wide - a);
  return {hi, a - hi};
}

ARRAYFORGE_INLINE Double2 two_product(F64 a, F64 b) {
  F64 product = a * b;
  if constexpr (kHasFma) {
    return {product, fma(a, b, -product)};
  } else {
    Double2 x = split(a);
    Double2 y = split(b);
    F64 error = ((x.hi * y.hi - product) + x.hi * y.lo + x.lo * y.hi) + x.lo * y.lo;
    return {product, error};
  }
}

ARRAYFORGE_INLINE Double2 product(Double2 a, Double2 b) {
  Double2 result = two_product(a.hi, b.hi);
  result.lo = result.lo + (a.hi * b.lo + a.lo * b.hi);
  return result;
}

// The high parts may cancel down to less than the low ones.
ARRAYFORGE_INLINE Double2 sum(Double2 a, Double2 b) {
  Double2 high = two_sum(a.hi, b.hi);
  Double2 low = two_sum(a.lo, b.lo);
  Double2 part = two_sum(high.hi, high.lo + low.hi);
  return fast_two_sum(part.hi, part.lo + low.lo);
}

// One division; the remainder supplies the low part. The low part of b must be below the last place
// of its high part.
ARRAYFORGE_INLINE Double2 quotient(Double2 a, Double2 b) {
  F64 inverse = splat(1.0) / b.hi;
  F64 hi = a.hi * inverse;
  Double2 back = two_product(hi, b.hi);
  F64 rest = (a.hi - back.hi) - back.lo + (a.lo - hi * b.lo);
  return {hi, rest * inverse};
}

template <int count>
ARRAYFORGE_INLINE F64 polynomial(F64 x, const double (&coefficients)[count]) {
  F64 result = splat(coefficients[count - 1]);
  for (int k = count - 2; k >= 0; --k) result = fma(result, x, splat(coefficients[k]));
  return result;
}

// The same in pairs, pairs of pairs and so on (Estrin): a few products more, but four steps of 16
// terms that wait for one another instead of 15. For long functions, of which the processor sees no
// more than one vector at a time.
template <int count>
ARRAYFORGE_INLINE F64 paired_polynomial(F64 x, const double (&coefficients)[count]) {
  F64 terms[count];
  for (int k = 0; k < count; ++k) terms[k] = splat(coefficients[k]);
  F64 power = x;
  for (int left = count; left > 1; left = (left + 1) / 2) {
    for (int k = 0; k < left / 2; ++k) terms[k] = fma(terms[2 * k + 1], power, terms[2 * k]);
    if (left % 2 == 1) terms[left / 2] = terms[left - 1];
    power = power * power;
  }
  return terms[0];
}

}  // namespace
}  // namespace arrayforge
