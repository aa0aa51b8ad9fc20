// exp, expm1 and the hyperbolic functions of float32: the algorithms of math_exp.h with the
// precision that float32 needs.
#pragma once

#include "math32_vec.h"
#include "math512_single.h"
#include "math_exp.h"

namespace arrayforge {
namespace {
namespace single {

inline constexpr float kLog2E = 0x1.715476p+0f;
// n times the high part, taken from x, is exact: both are multiples of 2^-25 and so is the rest.
inline constexpr float kLn2Hi = 0x1.62e430p-1f;
inline constexpr float kLn2Lo = -0x1.05c610p-29f;

// (exp(r) - 1 - r) / r^2
inline constexpr float kExp[] = {0x1.000000p-1f, 0x1.555486p-3f, 0x1.555454p-5f, 0x1.124146p-7f,
                                 0x1.6dbc4cp-10f};
// (sinh(r) / r - 1) / r^2 and (cosh(r) - 1) / r^2, in powers of r^2
inline constexpr float kSinh[] = {0x1.555556p-3f, 0x1.1110aep-7f, 0x1.a176c2p-13f};
inline constexpr float kCosh[] = {0x1.000000p-1f, 0x1.555476p-5f, 0x1.6d9f3cp-10f};

struct ExpReduced {
  F32 n;
  Single2 r;
};

ARRAYFORGE_INLINE ExpReduced exp_reduce(F32 x) {
  F32 n = round_product(x, kLog2E).value;
  F32 high = fma(n, splat(-kLn2Hi), x);
  F32 low = n * splat(-kLn2Lo);
  F32 r = high + low;
  return {n, {r, (high - r) + low}};
}

struct Exp {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    x = at_least(at_most(x, 89.0f), -104.0f);
    F32 n = round_product(x, kLog2E).value;
    F32 r = fma(n, splat(-kLn2Lo), fma(n, splat(-kLn2Hi), x));
    F32 rest = fma(r * r, polynomial(r, kExp), r);
    return scale(splat(1.0f) + rest, n);
  }
};

// exp(x) - 1 for x <= 89, but for the sign of zero.
ARRAYFORGE_INLINE F32 expm1_of(F32 x) {
  ExpReduced part = exp_reduce(x);
  F32 r = part.r.hi;
  F32 tail = fma(r * r, polynomial(r, kExp), part.r.lo);
  // 2^n exp(r) - 1 = 2^n ((1 - 2^-n) + r + tail); the first sum keeps what cancels.
  Single2 sum = fast_two_sum(splat(1.0f) - scale(splat(1.0f), -part.n), r);
  return scale(sum.hi + (sum.lo + tail), part.n);
}

struct Expm1 {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 result = expm1_of(at_least(at_most(x, 89.0f), -18.0f));
    return select(x == splat(0.0f), x, result);
  }
};

// Half of sinh(x) = d cosh(r) + a sinh(r) and cosh(x) = a cosh(r) + d sinh(r), which a result near
// the largest float32 needs: a = (2^n + 2^-n) / 4 and d = (2^n - 2^-n) / 4, for x >= 0.
struct HyperbolicParts {
  F32 large, small, a, d, r, square, cube;
  F32 sinh_terms;  // (sinh(r) - r) / r^3
  F32 cosh_terms;  // (cosh(r) - 1) / r^2

  explicit ARRAYFORGE_INLINE HyperbolicParts(F32 x) {
    x = at_most(x, 89.5f);
    Rounded32 n = round_product(x, kLog2E);
    F32 high = fma(n.value, splat(-kLn2Hi), x);
    r = fma(n.value, splat(-kLn2Lo), high);
    I32 shifted = n.integer << 23;
    I32 rounder = bits(splat(kRounder32)) << 23;
    large = from_bits(shifted + (splat_bits32(125 << 23) - rounder));
    // Zero from 2^-127 on.
    small = from_bits(at_least(splat_bits32(125 << 23) + rounder - shifted, 0));
    a = large + small;
    d = large - small;
    square = r * r;
    cube = square * r;
    sinh_terms = polynomial(square, kSinh);
    cosh_terms = polynomial(square, kCosh);
  }

  // d is 0 or above a r, so that the rest of the first sum is exact. The products with a and d come
  // before the polynomials are there: the time goes into waiting for one another.
  ARRAYFORGE_INLINE F32 half_sinh() const {
    F32 leading = fma(a, r, d);
    F32 rest = fma(a, r, d - leading);
    return leading + fma(a * cube, sinh_terms, fma(d * square, cosh_terms, rest));
  }
  // a drops the last bits of small, which d keeps one place longer.
  ARRAYFORGE_INLINE F32 half_cosh() const {
    F32 rest = fma(d, r, small - (a - large));
    return a + fma(d * cube, sinh_terms, fma(a * square, cosh_terms, rest));
  }
};

struct Sinh {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 size = magnitude(x);
    F32 half = HyperbolicParts(size).half_sinh();
    // Half of a subnormal may have lost a bit.
    return flip_sign(select(size > splat(0x1p-13f), half + half, size), sign_bit(x));
  }
};

struct Cosh {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 half = HyperbolicParts(magnitude(x)).half_cosh();
    return half + half;
  }
};

// With e = exp(2 x) - 1 it is e / (e + 2), whose errors shrink as it comes near 1.
struct Tanh {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
#if defined(__AVX512F__)
    return table_tanh(x);
#else
    F32 size = at_most(magnitude(x), 10.0f);
    F32 above = expm1_of(size + size);
    F32 below = above + splat(2.0f);
    F32 large = at_least(above, 2.0f);
    F32 lost = at_most(above, 2.0f) - (below - large);
    F32 inverse = splat(1.0f) / below;
    F32 ratio = above * inverse;
    F32 rest = fma(-ratio, lost, fma(-ratio, below, above));
    F32 result = fma(rest, inverse, ratio);
    return flip_sign(result, sign_bit(x));
#endif
  }
};

}  // namespace single
}  // namespace
}  // namespace arrayforge
