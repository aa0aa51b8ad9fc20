// asin, acos, atan and atan2 of float32: one polynomial over ratios in [0, 1], another over sines
// up to 1/2.
#pragma once

#include "math32_vec.h"
#include "math_inverse.h"

namespace arrayforge {
namespace {
namespace single {

// (asin(t) / t - 1) / t^2 in powers of t^2, |t| <= 1/2; the same of atan, |t| <= 1
inline constexpr float kAsin[] = {0x1.5555cap-3f, 0x1.330136p-4f, 0x1.748efap-5f, 0x1.8b86f2p-6f,
                                  0x1.59f394p-5f};
inline constexpr float kAtan[] = {-0x1.5554e6p-2f, 0x1.997adcp-3f, -0x1.231b62p-3f, 0x1.b568c2p-4f,
                                  -0x1.368012p-4f, 0x1.64ca58p-5f, -0x1.0faa90p-6f, 0x1.85e2f2p-9f};
inline constexpr float kHalfPiHi = 0x1.921fb6p+0f;
inline constexpr float kHalfPiLo = -0x1.777a5cp-25f;

ARRAYFORGE_INLINE F32 atan_of_ratio(F32 t) {
  F32 z = t * t;
  return fma(z * t, polynomial(z, kAtan), t);
}

struct Atan {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 size = magnitude(x);
    I32 large = size > splat(1.0f);
    F32 t = select(large, -1.0f, size) / select(large, size, 1.0f);
    F32 z = t * t;
    F32 tail = z * t * polynomial(z, kAtan);
    F32 far = splat(kHalfPiHi) + (t + (tail + splat(kHalfPiLo)));
    return flip_sign(select(large, far, t + tail), sign_bit(x));
  }
};

struct Atan2 {
  static ARRAYFORGE_INLINE F32 vector(F32 y, F32 x) {
    F32 across = magnitude(y);
    F32 along = magnitude(x);
    I32 swapped = across > along;
    F32 small = select(swapped, along, across);
    F32 large = select(swapped, across, along);
    // Of equals 0 / 0 counts as 0, infinity over itself as 1.
    F32 equal = select(large == splat(0.0f), 0.0f, 1.0f);
    F32 ratio = select(small == large, equal, small / large);
    I32 negative = bits(x) >> 31;
    // pi/2 - a where the coordinates changed places, pi - a where x is negative, pi/2 + a for both.
    F32 turned = flip_sign(atan_of_ratio(ratio), (swapped ^ negative) & splat_bits32(INT32_MIN));
    F32 quarters = select(swapped, 1.0f, select(negative, 2.0f, 0.0f));
    F32 result = fma(quarters, splat(kHalfPiHi), fma(quarters, splat(kHalfPiLo), turned));
    // A sum with 0 keeps the sign of zero out, and a NaN of either operand in.
    return flip_sign(magnitude(result), sign_bit(y));
  }
};

struct SineReduced {
  I32 large;
  F32 t;
  F32 tail;  // asin(t) - t
};

// For sizes above 1/2, t = sqrt((1 - size) / 2).
ARRAYFORGE_INLINE SineReduced sine_reduce(F32 size) {
  I32 large = size > splat(0.5f);
  F32 above = fma(size, splat(-0.5f), splat(0.5f));
  F32 z = select(large, above, size * size);
  F32 t = select(large, square_root(above), size);
  return {large, t, z * t * polynomial(z, kAsin)};
}

struct Asin {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    SineReduced part = sine_reduce(magnitude(x));
    F32 leading = fma(splat(-2.0f), part.t, splat(kHalfPiHi));
    F32 lost = fma(splat(-2.0f), part.t, splat(kHalfPiHi) - leading);
    F32 far = leading + fma(splat(-2.0f), part.tail, lost + splat(kHalfPiLo));
    return flip_sign(select(part.large, far, part.t + part.tail), sign_bit(x));
  }
};

struct Acos {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    SineReduced part = sine_reduce(magnitude(x));
    // acos(x) = pi/2 - asin(x); above 1/2 it is 2 asin(t), below -1/2 pi - 2 asin(t).
    I32 positive = ~(x < splat(0.0f));
    F32 factor = select(part.large, 2.0f, flip_sign(splat(-1.0f), sign_bit(x)));
    factor = select(part.large & ~positive, -2.0f, factor);
    F32 quarters = select(part.large, select(positive, 0.0f, 2.0f), splat(1.0f));
    F32 leading = fma(factor, part.t, quarters * splat(kHalfPiHi));
    return leading + fma(factor, part.tail, quarters * splat(kHalfPiLo));
  }
};

}  // namespace single
}  // namespace
}  // namespace arrayforge
