// sin, cos and tan. Up to 2^20 the angle is reduced by four pieces of pi/2 (Cody and Waite); larger
// ones lane by lane, with all of 2/pi.
#pragma once

#include "math512_functions.h"
#include "math_double.h"
#include "math_reduction.h"

namespace arrayforge {
namespace {

// (sin(r) / r - 1) / r^2 and (cos(r) - 1 + r^2 / 2) / r^4 in powers of r^2, |r| <= pi/4
inline constexpr double kSin[] = {-0x1.5555555555555p-3,  0x1.1111111110bb1p-7,
                                  -0x1.a01a019e8357dp-13, 0x1.71de37961e4c6p-19,
                                  -0x1.ae600a926c89ap-26, 0x1.5e0af186af739p-33};
inline constexpr double kCos[] = {0x1.5555555555555p-5,  -0x1.6c16c16c16966p-10,
                                  0x1.a01a019f4e867p-16, -0x1.27e4fa17a41b4p-22,
                                  0x1.1eeb68b109173p-29, -0x1.907d7aebd5e3dp-37};
inline constexpr double kSinNarrow[] = {-0x1.555555545dd83p-3, 0x1.11110deeb33b2p-7,
                                        -0x1.a013a6edc8f34p-13, 0x1.6dbdd26f56d2dp-19};
inline constexpr double kCosNarrow[] = {0x1.555554414e3a6p-5, -0x1.6c12d2887c343p-10,
                                        0x1.9bd86445fb99bp-16};

struct Quadrant {
  I64 index;  // modulo 4
  Double2 r;
};

// 0 <= x <= 2^20. The first three pieces have 33 bits, so that n times each is exact.
template <class Precision>
ARRAYFORGE_INLINE Quadrant small_quadrant(F64 x) {
  Rounded n = round_to_integer(x * splat(0x1.45f306dc9c883p-1));
  F64 first = x - n.value * splat(0x1.921fb54400000p+0);
  if constexpr (Precision::kNarrow) {
    return {n.integer, {fma(n.value, splat(-0x1.0b4611a626331p-34), first), splat(0.0)}};
  } else if constexpr (kHasFma) {
    // Pieces of 53 bits: the first difference is exact, the second is the angle, rounded, and the
    // low part what it lost. Where the first two nearly cancel that difference is not exact, and
    // the second loses next to nothing.
    first = fma(n.value, splat(-0x1.921fb54442d18p+0), x);
    F64 second = fma(n.value, splat(-0x1.1a62633145c07p-54), first);
    F64 rest = fma(n.value, splat(-0x1.1a62633145c07p-54), first - second);
    rest = select(magnitude(first) > splat(0x1p-32), rest, 0.0);
    return {n.integer, {second, fma(n.value, splat(0x1.f1976b7ed8fbcp-110), rest)}};
  } else {
    Double2 second = two_sum(first, n.value * splat(-0x1.0b4611a600000p-34));
    Double2 third = two_sum(second.hi, n.value * splat(-0x1.3198a2e000000p-69));
    F64 rest = fma(n.value, splat(-0x1.b839a252049c1p-104), second.lo + third.lo);
    return {n.integer, fast_two_sum(third.hi, rest)};
  }
}

// Infinities and NaNs too.
ARRAYFORGE_INLINE I64 is_large(F64 size) { return ~(size <= splat(0x1p20)); }

// Replaces the lanes of large angles; infinite ones and NaNs become NaN.
inline Quadrant with_large(Quadrant q, F64 x) {
  Double2 turns = {q.r.hi, q.r.lo};
  I64 large = is_large(x);
  for (int lane = 0; lane < kLanes; ++lane) {
    if (!large[lane]) continue;
    if (!(x[lane] < kInfinity)) {
      turns.hi[lane] = __builtin_nan("");
      continue;
    }
    const QuarterTurns exact = quarter_turns(x[lane]);
    q.index[lane] = exact.whole;
    turns.hi[lane] = exact.hi;
    turns.lo[lane] = exact.lo;
  }
  Double2 angle = product(turns, {splat(0x1.921fb54442d18p+0), splat(0x1.1a62633145c07p-54)});
  angle = fast_two_sum(angle.hi, angle.lo);
  q.r = {select(large, angle.hi, q.r.hi), select(large, angle.lo, q.r.lo)};
  return q;
}

// x >= 0.
template <class Precision>
ARRAYFORGE_INLINE Quadrant quadrant(F64 x) {
  Quadrant q = small_quadrant<Precision>(x);
  if (__builtin_expect(any(is_large(x)), 0)) return with_large(q, x);
  return q;
}

// sin(r) as r.hi and the rest.
template <class Precision>
ARRAYFORGE_INLINE Double2 sin_parts(Double2 r) {
  F64 z = r.hi * r.hi;
  if constexpr (Precision::kNarrow) {
    return {r.hi, z * r.hi * polynomial(z, kSinNarrow)};
  } else {
    F64 low = fma(z * splat(-0.5), r.lo, r.lo);
    return {r.hi, fma(z * r.hi, polynomial(z, kSin), low)};
  }
}

// cos(r) as 1 - r^2 / 2, rounded, and the rest.
template <class Precision>
ARRAYFORGE_INLINE Double2 cos_parts(Double2 r) {
  F64 z = r.hi * r.hi;
  if constexpr (Precision::kNarrow) {
    return {fma(z, splat(-0.5), splat(1.0)), z * z * polynomial(z, kCosNarrow)};
  } else {
    Double2 square = two_product(r.hi, r.hi);
    Double2 leading = fast_two_sum(splat(1.0), z * splat(-0.5));
    F64 low = fma(splat(-0.5), square.lo, leading.lo) - r.hi * r.lo;
    return {leading.hi, fma(z * z, polynomial(z, kCos), low)};
  }
}

ARRAYFORGE_INLINE I64 odd(I64 n) { return (n & splat_bits(1)) != splat_bits(0); }

// sin(x + shift * pi/2) for x >= 0.
template <class Precision>
ARRAYFORGE_INLINE F64 sine_wave(F64 x, std::int64_t shift) {
  Quadrant q = quadrant<Precision>(x);
  q.index = q.index + splat_bits(shift);
  Double2 sine = sin_parts<Precision>(q.r);
  Double2 cosine = cos_parts<Precision>(q.r);
  F64 result = select(odd(q.index), cosine.hi + cosine.lo, sine.hi + sine.lo);
  return flip_sign(result, (q.index & splat_bits(2)) << 62);
}

struct Sin {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    return flip_sign(sine_wave<Precision>(magnitude(x), 0), sign_bit(x));
  }
};

struct Cos {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    return sine_wave<Precision>(magnitude(x), 1);
  }
};

ARRAYFORGE_INLINE Double2 normal(Double2 x) { return fast_two_sum(x.hi, x.lo); }

// tan(x) for x >= 0.
template <class Precision>
ARRAYFORGE_INLINE F64 tan_of_quadrant(F64 x) {
  Quadrant q = quadrant<Precision>(x);
  Double2 sine = normal(sin_parts<Precision>(q.r));
  Double2 cosine = normal(cos_parts<Precision>(q.r));
  I64 flip = odd(q.index);
  Double2 above = {select(flip, cosine.hi, sine.hi), select(flip, cosine.lo, sine.lo)};
  Double2 below = {select(flip, -sine.hi, cosine.hi), select(flip, -sine.lo, cosine.lo)};
  Double2 ratio = quotient(above, below);
  return ratio.hi + ratio.lo;
}

#if defined(__AVX512F__)
__attribute__((noinline)) F64 large_tan(F64 x) { return tan_of_quadrant<Wide>(x); }
#endif

struct Tan {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    F64 size = magnitude(x);
#if defined(__AVX512F__)
    F64 result = table_tan(size);
    I64 large = is_large(size);
    if (__builtin_expect(any(large), 0)) result = select(large, large_tan(size), result);
    return flip_sign(result, sign_bit(x));
#else
    return flip_sign(tan_of_quadrant<Precision>(size), sign_bit(x));
#endif
  }
};

}  // namespace
}  // namespace arrayforge
