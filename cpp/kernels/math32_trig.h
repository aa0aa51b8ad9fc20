// sin, cos and tan of float32. Up to 2^17 the angle is reduced by three pieces of pi/2; what is
// larger takes the float64 version.
#pragma once

#include "math32_vec.h"
#include "math512_single.h"
#include "math_trig.h"

namespace arrayforge {
namespace {
namespace single {

// (sin(r) / r - 1) / r^2, (cos(r) - 1 + r^2 / 2) / r^4 and (tan(r) / r - 1) / r^2 in powers of r^2
inline constexpr float kSin[] = {-0x1.555544p-3f, 0x1.110694p-7f, -0x1.990902p-13f};
inline constexpr float kCos[] = {0x1.55554ep-5f, -0x1.6c0dcap-10f, 0x1.9a3532p-16f};
inline constexpr float kTan[] = {0x1.5554a8p-2f, 0x1.113860p-3f, 0x1.b4369cp-5f,
                                 0x1.997fa4p-6f, 0x1.2563c4p-9f, 0x1.4441bcp-7f};

struct Quadrant {
  I32 index;  // modulo 4
  Single2 r;
};

inline constexpr float kQuarter1 = 0x1.921fb6p+0f;
inline constexpr float kQuarter2 = -0x1.777a5cp-25f;
inline constexpr float kQuarter3 = -0x1.ee59dap-50f;

// 0 <= x <= 2^17. The first difference is exact, since all of it are multiples of 2^-24; the second
// is the angle, rounded, and the low part what it lost. Where the first two nearly cancel, that
// difference is not exact, and the second loses next to nothing.
ARRAYFORGE_INLINE Quadrant quadrant(F32 x) {
  Rounded32 n = round_product(x, 0x1.45f306p-1f);
  F32 first = fma(n.value, splat(-kQuarter1), x);
  F32 second = fma(n.value, splat(-kQuarter2), first);
  F32 rest = fma(n.value, splat(-kQuarter2), first - second);
  rest = select(magnitude(first) > splat(0x1p-7f), rest, 0.0f);
  return {n.integer, {second, fma(n.value, splat(-kQuarter3), rest)}};
}

ARRAYFORGE_INLINE I32 odd(I32 n) { return (n & splat_bits32(1)) != splat_bits32(0); }

ARRAYFORGE_INLINE F32 select_odd(I32 n, F32 odd_value, F32 even_value) {
#if defined(__AVX512F__)
  __mmask16 mask = _mm512_test_epi32_mask(reinterpret_cast<__m512i>(n), _mm512_set1_epi32(1));
  return _mm512_mask_mov_ps(even_value, mask, odd_value);
#else
  return select(odd(n), odd_value, even_value);
#endif
}

inline constexpr float kLargestAngle = 0x1p17f;

// Infinities and NaNs too.
ARRAYFORGE_INLINE I32 beyond_reduction(F32 size) { return ~(size <= splat(kLargestAngle)); }

// With the float64 version of the function where the size is beyond.
template <class Function>
ARRAYFORGE_INLINE F32 with_large(F32 result, F32 size, F32 x) {
#if defined(__AVX512F__)
  // Straight to a branch: GCC makes a vector of a comparison first.
  if (__builtin_expect(_mm512_cmp_ps_mask(size, splat(kLargestAngle), _CMP_NLE_UQ) == 0, 1)) {
    return result;
  }
#endif
  return with_rare<Function>(result, beyond_reduction(size), x);
}

// sin(x + shift * pi/2) for x >= 0.
ARRAYFORGE_INLINE F32 sine_wave(F32 x, std::int32_t shift) {
  Rounded32 n = round_product(x, 0x1.45f306p-1f);
  I32 index = n.integer + splat_bits32(shift);
  F32 r = fma(n.value, splat(-kQuarter2), fma(n.value, splat(-kQuarter1), x));
  r = fma(n.value, splat(-kQuarter3), r);
  F32 z = r * r;
  F32 sine = fma(z * r, polynomial(z, kSin), r);
  F32 cosine = fma(z * z, polynomial(z, kCos), fma(z, splat(-0.5f), splat(1.0f)));
  return flip_sign(select_odd(index, cosine, sine), (index & splat_bits32(2)) << 30);
}

struct Sin {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 size = magnitude(x);
    F32 result = flip_sign(sine_wave(size, 0), sign_bit(x));
    return with_large<arrayforge::Sin>(result, size, x);
  }
};

struct Cos {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 size = magnitude(x);
    return with_large<arrayforge::Cos>(sine_wave(size, 1), size, x);
  }
};

// -1 / (r + tail), whose rounded sum is given.
ARRAYFORGE_INLINE F32 minus_inverse(F32 sum, F32 r, F32 tail) {
#if defined(__AVX512F__)
  F32 inverse = rough_inverse(sum);
  F32 rest = fma(inverse, tail, fma(inverse, r, splat(-1.0f)));
  return fma(inverse, rest, -inverse);
#else
  // To first order in the rest of the division and in what the sum lost.
  F32 inverse = splat(-1.0f) / sum;
  F32 rest = fma(inverse, tail - (sum - r), fma(inverse, sum, splat(1.0f)));
  return fma(inverse, rest, inverse);
#endif
}

struct Tan {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 size = magnitude(x);
    Quadrant q = quadrant(size);
    F32 r = q.r.hi;
    F32 z = r * r;
    // tan(r + low) = tan(r) + low (1 + tan(r)^2), and the square is worth a fifth of an ulp at
    // most.
    F32 tail = fma(z * r, polynomial(z, kTan), q.r.lo);
    F32 sum = r + tail;
    F32 result = select_odd(q.index, minus_inverse(sum, r, tail), sum);
    return with_large<arrayforge::Tan>(flip_sign(result, sign_bit(x)), size, x);
  }
};

}  // namespace single
}  // namespace
}  // namespace arrayforge
