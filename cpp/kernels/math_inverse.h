// asin, acos, atan and atan2. Angles come from a ratio in [0, 1], moved by atan(c) for c in {0,
// 1/2, 1} to |t| <= 1/4 where a short polynomial serves; sines above 1/2 through asin(x) = pi/2 - 2
// asin(sqrt((1 - x) / 2)).
#pragma once

#include <math.h>

#include "math512_functions.h"
#include "math_double.h"

namespace arrayforge {
namespace {

// (atan(t) / t - 1) / t^2 in powers of t^2, |t| <= 1/4
inline constexpr double kAtan[] = {
    -0x1.5555555555555p-2, 0x1.9999999999816p-3,  -0x1.2492492469ec8p-3,
    0x1.c71c71933024bp-4,  -0x1.745d0681dd281p-4, 0x1.3b10a453096d5p-4,
    -0x1.10bd2a28b43fbp-4, 0x1.d7441e68ba39cp-5,  -0x1.5012240fdb9b5p-5};
inline constexpr double kAtanNarrow[] = {-0x1.555555532ab61p-2, 0x1.99998c0eed83bp-3,
                                         -0x1.248b7bb38bc00p-3, 0x1.c4b3e0dc2255bp-4,
                                         -0x1.471fa326cbc74p-4};
// (asin(t) / t - 1) / t^2 in powers of t^2, |t| <= 1/2
inline constexpr double kAsin[] = {
    0x1.5555555555556p-3, 0x1.3333333332ec8p-4, 0x1.6db6db6e32199p-5, 0x1.f1c71c1d96fc9p-6,
    0x1.6e8bb1cc3c04bp-6, 0x1.1c4d356bbbd3ep-6, 0x1.c9cf136046bc0p-7, 0x1.7825d9451f744p-7,
    0x1.524531b63d660p-7, 0x1.658dfce473d31p-8, 0x1.1d2bf155e179bp-6, -0x1.e6e88b206c008p-7,
    0x1.d740c186774e6p-6};
inline constexpr double kAsinNarrow[] = {
    0x1.5555555c02cb6p-3, 0x1.33331ecbf1761p-4, 0x1.6dc0f18cb8435p-5, 0x1.efedbd4f435d6p-6,
    0x1.82dd2081987cep-6, 0x1.5a70f87bae6f3p-7, 0x1.fb88165019619p-6};

inline constexpr double kHalfPiHi = 0x1.921fb54442d18p+0;
inline constexpr double kHalfPiLo = 0x1.1a62633145c07p-54;
inline constexpr double kAtanHalfHi = 0x1.dac670561bb4fp-2;
inline constexpr double kAtanHalfLo = 0x1.a2b7f222f65e2p-56;

template <class Precision>
ARRAYFORGE_INLINE F64 atan_tail(F64 t) {
  F64 z = t * t;
  if constexpr (Precision::kNarrow) {
    return z * t * polynomial(z, kAtanNarrow);
  } else {
    return z * t * polynomial(z, kAtan);
  }
}

// The angle in [0, pi] of the point whose coordinates have the sizes along and across, along taken
// as negative under the mask. Not both may be zero, and their ratio may not underflow.
template <class Precision>
ARRAYFORGE_INLINE F64 angle(F64 across, F64 along, I64 negative) {
  I64 swapped = across > along;
  F64 small = select(swapped, along, across);
  F64 large = select(swapped, across, along);
  I64 middle = small >= splat(0.25) * large;
  I64 upper = small > splat(0.75) * large;
  F64 c = select(upper, 1.0, select(middle, 0.5, 0.0));
  // c * large is exact, and so is the difference, by Sterbenz.
  Double2 t = quotient({small - c * large, splat(0.0)}, fast_two_sum(large, c * small));
  Double2 offset = {
      select(upper, 0.5 * kHalfPiHi, select(middle, kAtanHalfHi, 0.0)),
      select(upper, 0.5 * kHalfPiLo, select(middle, kAtanHalfLo, 0.0)),
  };
  F64 tail = offset.lo + (t.lo + atan_tail<Precision>(t.hi));
  // pi/2 - a where the coordinates changed places, pi - a where along is negative, pi/2 + a for
  // both.
  I64 turned = (swapped ^ negative) & splat_bits(INT64_MIN);
  F64 quarters = select(swapped, 1.0, select(negative, 2.0, 0.0));
  // Each is 0 or larger than what is added to it.
  Double2 base = fast_two_sum(quarters * splat(kHalfPiHi), flip_sign(offset.hi, turned));
  Double2 sum = fast_two_sum(base.hi, flip_sign(t.hi, turned));
  F64 low = fma(quarters, splat(kHalfPiLo), flip_sign(tail, turned));
  return sum.hi + (sum.lo + base.lo + low);
}

struct Atan {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
#if defined(__AVX512F__)
    return table_atan(x);
#else
    // Above 2^64 the angle is pi/2.
    F64 result = angle<Precision>(at_most(magnitude(x), 0x1p64), splat(1.0), splat_bits(0));
    return flip_sign(result, sign_bit(x));
#endif
  }
};

struct Atan2 {
  // Sizes whose ratio neither overflows nor underflows; zero is welcome.
  static ARRAYFORGE_INLINE I64 tame(F64 size) {
    return (size == splat(0.0)) | ((size >= splat(0x1p-500)) & (size <= splat(0x1p500)));
  }

#if defined(__AVX512F__)
  // The bounds of tame(), without zero, in one comparison of unsigned integers.
  static ARRAYFORGE_INLINE bool all_within(F64 size) {
    constexpr std::int64_t kFirst = std::int64_t{1023 - 500} << 52;
    constexpr std::int64_t kLength = std::int64_t{1000} << 52;
    I64 distance = bits(size) - splat_bits(kFirst);
    return _mm512_cmple_epu64_mask(reinterpret_cast<__m512i>(distance),
                                   _mm512_set1_epi64(kLength)) == 0xff;
  }
#endif

  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 y, F64 x) {
    F64 across = magnitude(y);
    F64 along = magnitude(x);
    I64 origin = (across == splat(0.0)) & (along == splat(0.0));
    F64 divisor = select(origin, 1.0, along);
#if defined(__AVX512F__)
    __mmask8 negative = _mm512_movepi64_mask(reinterpret_cast<__m512i>(x));
    F64 result = with_sign_of(table_angle_of(across, divisor, negative), y);
    if (__builtin_expect(all_within(across) & all_within(along), 1)) return result;
#else
    I64 negative = bits(x) < splat_bits(0);
    F64 result = angle<Precision>(across, divisor, negative);
    result = flip_sign(result, sign_bit(y));
#endif
    I64 wild = ~(tame(across) & tame(along));
    if (__builtin_expect(any(wild), 0)) {
      for (int lane = 0; lane < kLanes; ++lane) {
        if (wild[lane]) result[lane] = ::atan2(y[lane], x[lane]);
      }
    }
    return result;
  }
};

template <class Precision>
ARRAYFORGE_INLINE F64 asin_tail(F64 t, F64 z) {
  if constexpr (Precision::kNarrow) {
    return z * t * polynomial(z, kAsinNarrow);
  } else {
    return z * t * polynomial(z, kAsin);
  }
}

// For sizes above 1/2: z = (1 - size) / 2 and t = sqrt(z) with its rounding error; below: z =
// size^2 and t = size.
struct SineReduced {
  I64 large;
  F64 z;
  Double2 t;
};

ARRAYFORGE_INLINE SineReduced sine_reduce(F64 size) {
  SineReduced result;
  result.large = size > splat(0.5);
  F64 above = (splat(1.0) - size) * splat(0.5);
  F64 root = square_root(above);
  Double2 back = two_product(root, root);
  F64 twice = at_least(root + root, 0x1p-100);
#if defined(__AVX512F__)
  // Of the correction 14 bits are enough.
  F64 error = ((above - back.hi) - back.lo) * F64(_mm512_maskz_rcp14_pd(0xff, twice));
#else
  F64 error = ((above - back.hi) - back.lo) / twice;
#endif
  result.z = select(result.large, above, size * size);
  result.t = {select(result.large, root, size), select(result.large, error, 0.0)};
  return result;
}

struct Asin {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    F64 size = magnitude(x);
    SineReduced part = sine_reduce(size);
    F64 tail = part.t.lo + asin_tail<Precision>(part.t.hi, part.z);
    Double2 sum = two_sum(splat(kHalfPiHi), splat(-2.0) * part.t.hi);
    F64 far = sum.hi + (sum.lo + fma(splat(-2.0), tail, splat(kHalfPiLo)));
    return flip_sign(select(part.large, far, part.t.hi + tail), sign_bit(x));
  }
};

struct Acos {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    SineReduced part = sine_reduce(magnitude(x));
    F64 tail = part.t.lo + asin_tail<Precision>(part.t.hi, part.z);
    // acos(x) = pi/2 - asin(x); above 1/2 it is 2 asin(t), below -1/2 pi - 2 asin(t).
    I64 sign = sign_bit(x);
    I64 positive = ~(x < splat(0.0));
    F64 factor = select(part.large, 2.0, flip_sign(splat(-1.0), sign));
    factor = select(part.large & ~positive, -2.0, factor);
    F64 quarters = select(part.large, select(positive, 0.0, 2.0), splat(1.0));
    Double2 sum = two_sum(quarters * splat(kHalfPiHi), factor * part.t.hi);
    return sum.hi + (sum.lo + fma(quarters, splat(kHalfPiLo), factor * tail));
  }
};

}  // namespace
}  // namespace arrayforge
