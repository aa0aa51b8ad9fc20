// exp, expm1 and the hyperbolic functions. x = n ln 2 + r with |r| <= ln 2 / 2; the polynomials are
// near-minimax fits on that interval, and n enters through powers of two that are exact.
#pragma once

#include "math512_functions.h"
#include "math_double.h"

namespace arrayforge {
namespace {

inline constexpr double kLog2E = 0x1.71547652b82fep+0;
// The high part has 40 bits, so that n times it is exact for |n| < 8192.
inline constexpr double kLn2Hi = 0x1.62e42fefa4000p-1;
inline constexpr double kLn2Lo = -0x1.8432a1b0e2634p-43;

// (exp(r) - 1 - r - r^2 / 2) / r^3
inline constexpr double kExp[] = {
    0x1.5555555555556p-3,  0x1.5555555555555p-5,  0x1.1111111110918p-7,  0x1.6c16c16c16781p-10,
    0x1.a01a01a83bb1dp-13, 0x1.a01a01a4c3554p-16, 0x1.71de0be27778fp-19, 0x1.27e4e0e157b2ap-22,
    0x1.af3ce4bcac49dp-26, 0x1.1f696397009b6p-29};
inline constexpr double kExpNarrow[] = {0x1.555555555720bp-3, 0x1.555516c19da8ep-5,
                                        0x1.1110f5386971fp-7, 0x1.6d16066a8c82dp-10,
                                        0x1.a0fcf91e2bc35p-13};
// (sinh(r) / r - 1) / r^2 and (cosh(r) - 1 - r^2 / 2) / r^4, in powers of r^2
inline constexpr double kSinh[] = {0x1.5555555555556p-3, 0x1.1111111110918p-7,
                                   0x1.a01a01a83ba17p-13, 0x1.71de0be2b5e96p-19,
                                   0x1.af3ce42b12b24p-26};
inline constexpr double kCosh[] = {0x1.5555555555555p-5, 0x1.6c16c16c16789p-10,
                                   0x1.a01a01a4bf4ccp-16, 0x1.27e4e0ede8585p-22,
                                   0x1.1f6949e9931a3p-29};
inline constexpr double kSinhNarrow[] = {0x1.5555555ac911fp-3, 0x1.1110df02bfbecp-7,
                                         0x1.a12a42f159d0ep-13};
inline constexpr double kCoshNarrow[] = {0x1.55553c4fc283ep-5, 0x1.6ce2ef2d39e9cp-10};

struct ExpReduced {
  F64 n;
  Double2 r;
};

ARRAYFORGE_INLINE ExpReduced exp_reduce(F64 x) {
  if constexpr (kHasFma) {
    F64 n = fma(x, splat(kLog2E), splat(kRounder)) - splat(kRounder);
    F64 high = fma(n, splat(-kLn2Hi), x);
    F64 r = fma(n, splat(-kLn2Lo), high);
    return {n, {r, fma(n, splat(-kLn2Lo), high - r)}};
  }
  F64 n = round_to_integer(x * splat(kLog2E)).value;
  F64 high = x - n * splat(kLn2Hi);
  return {n, fast_two_sum(high, n * splat(-kLn2Lo))};
}

// exp(r) - 1 - r.hi
template <class Precision>
ARRAYFORGE_INLINE F64 exp_tail(Double2 r) {
  F64 p;
  if constexpr (Precision::kNarrow) {
    p = polynomial(r.hi, kExpNarrow);
  } else {
    p = polynomial(r.hi, kExp);
  }
  F64 square = r.hi * r.hi;
  return fma(square, fma(r.hi, p, splat(0.5)), fma(r.lo, r.hi, r.lo));
}

struct Exp {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    x = at_least(at_most(x, 710.0), -746.0);
    ExpReduced part = exp_reduce(x);
    return scale(splat(1.0) + (part.r.hi + exp_tail<Precision>(part.r)), part.n);
  }
};

// exp(x.hi + x.lo) for finite x.hi of any size and |x.lo| < 1; pow ends here.
template <class Precision>
ARRAYFORGE_INLINE F64 exp_of_sum(Double2 x) {
  F64 high = at_least(at_most(x.hi, 710.0), -746.0);
  F64 low = select(high == x.hi, x.lo, 0.0);
  ExpReduced part = exp_reduce(high);
  Double2 r = fast_two_sum(part.r.hi, part.r.lo + low);
  return scale(splat(1.0) + (r.hi + exp_tail<Precision>(r)), part.n);
}

struct Expm1 {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    F64 bounded = at_least(at_most(x, 710.0), -60.0);
    ExpReduced part = exp_reduce(bounded);
    // 2^n exp(r) - 1 = 2^n ((1 - 2^-n) + r + tail); the first sum keeps what cancels.
    Double2 sum = two_sum(splat(1.0) - scale(splat(1.0), -part.n), part.r.hi);
    F64 result = scale(sum.hi + (sum.lo + exp_tail<Precision>(part.r)), part.n);
    return select(x == splat(0.0), x, result);
  }
};

// With c = cosh(r), s = sinh(r):  sinh(x) = 2^n (d c + a s),  cosh(x) = 2^n (a c + d s),
// a = (1 + 4^-n) / 2, d = (1 - 4^-n) / 2. tanh still shows their low parts when n is 27.
struct HyperbolicParts {
  F64 n;
  Double2 a;
  Double2 d;
  Double2 sinh;  // of r
  F64 cosh_minus_1;
};

// x >= 0
template <class Precision>
ARRAYFORGE_INLINE HyperbolicParts hyperbolic_parts(F64 x) {
  ExpReduced part = exp_reduce(x);
  F64 r = part.r.hi;
  F64 square = r * r;
  F64 s, c;
  if constexpr (Precision::kNarrow) {
    s = polynomial(square, kSinhNarrow);
    c = polynomial(square, kCoshNarrow);
  } else {
    s = polynomial(square, kSinh);
    c = polynomial(square, kCosh);
  }
  F64 small = scale(splat(0.5), at_least(part.n * splat(-2.0), -1000.0));
  HyperbolicParts result;
  result.n = part.n;
  result.a = fast_two_sum(splat(0.5), small);
  result.d = fast_two_sum(splat(0.5), -small);
  result.sinh = {r, fma(square * r, s, part.r.lo)};
  result.cosh_minus_1 = fma(square, fma(square, c, splat(0.5)), r * part.r.lo);
  return result;
}

// p + p cosh_minus_1 + q sinh, where p is 0 or above the first part of q sinh.
ARRAYFORGE_INLINE Double2 hyperbolic_sum(const HyperbolicParts& parts, Double2 p, Double2 q) {
  Double2 leading = two_product(q.hi, parts.sinh.hi);
  Double2 sum = fast_two_sum(p.hi, leading.hi);
  F64 tail = fma(p.hi, parts.cosh_minus_1, q.hi * parts.sinh.lo) + leading.lo;
  return fast_two_sum(sum.hi, sum.lo + (p.lo + tail));
}

struct Sinh {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    HyperbolicParts parts = hyperbolic_parts<Precision>(at_most(magnitude(x), 711.0));
    if constexpr (kHasFma) {
      // d is 0 or above a r, so that the rest of the first sum is exact.
      F64 leading = fma(parts.a.hi, parts.sinh.hi, parts.d.hi);
      F64 rest = fma(parts.a.hi, parts.sinh.hi, parts.d.hi - leading) + parts.d.lo;
      rest = fma(parts.a.hi, parts.sinh.lo, fma(parts.d.hi, parts.cosh_minus_1, rest));
      return flip_sign(scale(leading + rest, parts.n), sign_bit(x));
    }
    Double2 sum = hyperbolic_sum(parts, parts.d, parts.a);
    return flip_sign(scale(sum.hi + sum.lo, parts.n), sign_bit(x));
  }
};

struct Cosh {
  // Half of it as a cosh(r) + d sinh(r), which a result near the largest float64 needs.
  static ARRAYFORGE_INLINE F64 fused(F64 x) {
    F64 shifted = fma(x, splat(kLog2E), splat(kRounder));
    F64 n = shifted - splat(kRounder);
    F64 r = fma(n, splat(-kLn2Lo), fma(n, splat(-kLn2Hi), x));
    I64 power = (bits(shifted) - bits(splat(kRounder))) << 52;
    F64 large = from_bits(splat_bits(std::int64_t{1021} << 52) + power);
    // 2^(-n - 2) is nothing to the sum long before it leaves the normal numbers.
    F64 small = from_bits(at_least(splat_bits(std::int64_t{1021} << 52) - power, 0));
    F64 a = large + small;
    F64 d = large - small;
    F64 square = r * r;
    F64 rest = fma(d, r, fma(a * splat(0.5), square, small - (a - large)));
    rest = fma(d * (square * r), polynomial(square, kSinh), rest);
    rest = fma(a * (square * square), polynomial(square, kCosh), rest);
    F64 half = a + rest;
    return half + half;
  }

  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    if constexpr (kHasFma && !Precision::kNarrow) return fused(at_most(magnitude(x), 710.6));
    HyperbolicParts parts = hyperbolic_parts<Precision>(at_most(magnitude(x), 711.0));
    // Above 1/2, with nothing to cancel: one rounding is enough.
    F64 rest = fma(parts.a.hi, parts.cosh_minus_1, fma(parts.d.hi, parts.sinh.lo, parts.a.lo));
    return scale(parts.a.hi + fma(parts.d.hi, parts.sinh.hi, rest), parts.n);
  }
};

struct Tanh {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
#if defined(__AVX512F__)
    return table_tanh(x);
#else
    HyperbolicParts parts = hyperbolic_parts<Precision>(at_most(magnitude(x), 40.0));
    Double2 ratio =
        quotient(hyperbolic_sum(parts, parts.d, parts.a), hyperbolic_sum(parts, parts.a, parts.d));
    return flip_sign(ratio.hi + ratio.lo, sign_bit(x));
#endif
  }
};

}  // namespace
}  // namespace arrayforge
