// The words of vec.h for full vectors of float32, and the way back to float64 for lanes that a
// float32 algorithm leaves alone. Everything built on this relies on fused multiply-add: levels
// without it compute float32 in float64 vectors.
#pragma once

#include "math_double.h"

namespace arrayforge {
namespace {

inline constexpr int kLanes32 = kVectorBytes / 4;

typedef float F32 __attribute__((vector_size(kVectorBytes)));
typedef std::int32_t I32 __attribute__((vector_size(kVectorBytes)));

ARRAYFORGE_INLINE F32 splat(float value) { return F32{} + value; }
ARRAYFORGE_INLINE I32 splat_bits32(std::int32_t value) { return I32{} + value; }

ARRAYFORGE_INLINE I32 bits(F32 x) { return reinterpret_cast<I32>(x); }
ARRAYFORGE_INLINE F32 from_bits(I32 x) { return reinterpret_cast<F32>(x); }

ARRAYFORGE_INLINE F32 select(I32 mask, F32 yes, F32 no) { return mask ? yes : no; }
ARRAYFORGE_INLINE F32 select(I32 mask, float yes, F32 no) { return mask ? splat(yes) : no; }
ARRAYFORGE_INLINE F32 select(I32 mask, F32 yes, float no) { return mask ? yes : splat(no); }
ARRAYFORGE_INLINE F32 select(I32 mask, float yes, float no) {
  return mask ? splat(yes) : splat(no);
}

// Both keep a NaN in x: the instructions take their second operand where one is.
ARRAYFORGE_INLINE F32 at_most(F32 x, float bound) {
#if defined(__AVX512F__)
  return _mm512_maskz_min_ps(0xffff, splat(bound), x);
#elif defined(__AVX2__)
  return _mm256_min_ps(splat(bound), x);
#else
  return select(x > splat(bound), bound, x);
#endif
}
ARRAYFORGE_INLINE F32 at_least(F32 x, float bound) {
#if defined(__AVX512F__)
  return _mm512_maskz_max_ps(0xffff, splat(bound), x);
#elif defined(__AVX2__)
  return _mm256_max_ps(splat(bound), x);
#else
  return select(x < splat(bound), bound, x);
#endif
}

ARRAYFORGE_INLINE I32 at_least(I32 x, std::int32_t bound) {
#if defined(__AVX512F__)
  return reinterpret_cast<I32>(
      _mm512_maskz_max_epi32(0xffff, reinterpret_cast<__m512i>(x), _mm512_set1_epi32(bound)));
#elif defined(__AVX2__)
  return reinterpret_cast<I32>(
      _mm256_max_epi32(reinterpret_cast<__m256i>(x), _mm256_set1_epi32(bound)));
#else
  return x > splat_bits32(bound) ? x : splat_bits32(bound);
#endif
}

ARRAYFORGE_INLINE I32 sign_bit(F32 x) { return bits(x) & splat_bits32(INT32_MIN); }
ARRAYFORGE_INLINE F32 magnitude(F32 x) { return from_bits(bits(x) & splat_bits32(INT32_MAX)); }
ARRAYFORGE_INLINE F32 flip_sign(F32 x, I32 sign) { return from_bits(bits(x) ^ sign); }

ARRAYFORGE_INLINE bool any(I32 mask) {
#if defined(__AVX512DQ__)
  return _mm512_movepi32_mask(reinterpret_cast<__m512i>(mask)) != 0;
#elif defined(__AVX2__)
  return _mm256_movemask_ps(reinterpret_cast<__m256>(mask)) != 0;
#else
  std::int32_t seen = 0;
  for (int lane = 0; lane < kLanes32; ++lane) seen |= mask[lane];
  return seen != 0;
#endif
}

ARRAYFORGE_INLINE F32 fma(F32 a, F32 b, F32 c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(__FMA__)
  return _mm256_fmadd_ps(a, b, c);
#else
  F32 result;
  for (int lane = 0; lane < kLanes32; ++lane) {
    result[lane] = __builtin_fmaf(a[lane], b[lane], c[lane]);
  }
  return result;
#endif
}

ARRAYFORGE_INLINE F32 square_root(F32 x) {
#if defined(__AVX512F__)
  return _mm512_maskz_sqrt_ps(0xffff, x);
#elif defined(__AVX2__)
  return _mm256_sqrt_ps(x);
#else
  F32 result;
  for (int lane = 0; lane < kLanes32; ++lane) result[lane] = __builtin_sqrtf(x[lane]);
  return result;
#endif
}

// Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
inline constexpr float kRounder32 = 0x1.8p23f;

struct Rounded32 {
  F32 value;
  I32 integer;  // its low 22 bits
};

// factor * x to the nearest integer, for sizes below 2^22.
ARRAYFORGE_INLINE Rounded32 round_product(F32 x, float factor) {
  F32 shifted = fma(x, splat(factor), splat(kRounder32));
  return {shifted - splat(kRounder32), bits(shifted)};
}

// 2^n for -126 <= n <= 127.
ARRAYFORGE_INLINE F32 power_of_two(I32 n) { return from_bits((n + splat_bits32(127)) << 23); }

// x * 2^n for an integer |n| < 250, rounded once even where the result is subnormal.
ARRAYFORGE_INLINE F32 scale(F32 x, F32 n) {
#if defined(__AVX512F__)
  return _mm512_maskz_scalef_ps(0xffff, x, n);
#else
  Rounded32 half = round_product(n, 0.5f);
  I32 rounder = bits(splat(kRounder32));
  I32 rest = bits(n - half.value + splat(kRounder32)) - rounder;
  return x * power_of_two(half.integer - rounder) * power_of_two(rest);
#endif
}

template <int count>
ARRAYFORGE_INLINE F32 polynomial(F32 x, const float (&coefficients)[count]) {
  F32 result = splat(coefficients[count - 1]);
  for (int k = count - 2; k >= 0; --k) result = fma(result, x, splat(coefficients[k]));
  return result;
}

struct Single2 {
  F32 hi;
  F32 lo;
};

// |a| >= |b|, or a == 0.
ARRAYFORGE_INLINE Single2 fast_two_sum(F32 a, F32 b) {
  F32 sum = a + b;
  return {sum, b - (sum - a)};
}

struct Halves {
  F64 low;
  F64 high;
};

#if defined(__AVX512F__)
#define ARRAYFORGE_LANES(first) \
  first, first + 1, first + 2, first + 3, first + 4, first + 5, first + 6, first + 7
#elif defined(__AVX2__)
#define ARRAYFORGE_LANES(first) first, first + 1, first + 2, first + 3
#else
#define ARRAYFORGE_LANES(first) first, first + 1
#endif

ARRAYFORGE_INLINE Halves widen(F32 x) {
  F32Half low = __builtin_shufflevector(x, x, ARRAYFORGE_LANES(0));
  F32Half high = __builtin_shufflevector(x, x, ARRAYFORGE_LANES(kLanes));
  return {widen(low), widen(high)};
}

ARRAYFORGE_INLINE F32 narrow(Halves x) {
  return __builtin_shufflevector(narrow(x.low), narrow(x.high), ARRAYFORGE_LANES(0),
                                 ARRAYFORGE_LANES(kLanes));
}

// The float64 version of a function, for whole vectors.
template <class Function>
__attribute__((noinline)) F32 in_double(F32 x) {
  Halves wide = widen(x);
  return narrow(
      {Function::template vector<Narrow>(wide.low), Function::template vector<Narrow>(wide.high)});
}

template <class Function>
__attribute__((noinline)) F32 in_double(F32 x, F32 y) {
  Halves a = widen(x), b = widen(y);
  return narrow(Halves{Function::template vector<Narrow>(a.low, b.low),
                       Function::template vector<Narrow>(a.high, b.high)});
}

// Rare lanes (specials, arguments beyond a reduction) take their value from the float64 version, so
// that what float32 algorithms need not handle exists once.
template <class Function, class... X>
ARRAYFORGE_INLINE F32 with_rare(F32 result, I32 rare, X... x) {
  if (__builtin_expect(any(rare), 0)) return select(rare, in_double<Function>(x...), result);
  return result;
}

}  // namespace
}  // namespace arrayforge
