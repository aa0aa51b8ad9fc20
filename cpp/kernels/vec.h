// Vectors of the width of the ISA level, as compiler vector types: a float64 vector, its int64 mask
// and integer twin, and the float32 vector with as many lanes (math32_vec.h has the full one).
// Intrinsics appear only where vector types have no spelling: fused multiply-add, square root, mask
// to branch, scaling by powers of two.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define ARRAYFORGE_INLINE inline __attribute__((always_inline))

namespace arrayforge {
namespace {

#if defined(__AVX512F__)
inline constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
inline constexpr int kVectorBytes = 32;
#else
inline constexpr int kVectorBytes = 16;
#endif

#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
inline constexpr bool kHasFma = true;
#else
inline constexpr bool kHasFma = false;
#endif

inline constexpr int kLanes = kVectorBytes / 8;

typedef double F64 __attribute__((vector_size(kVectorBytes)));
typedef std::int64_t I64 __attribute__((vector_size(kVectorBytes)));
typedef std::uint64_t U64 __attribute__((vector_size(kVectorBytes)));
typedef float F32Half __attribute__((vector_size(kVectorBytes / 2)));

ARRAYFORGE_INLINE F64 splat(double value) { return F64{} + value; }
ARRAYFORGE_INLINE I64 splat_bits(std::int64_t value) { return I64{} + value; }

ARRAYFORGE_INLINE I64 bits(F64 x) { return reinterpret_cast<I64>(x); }
ARRAYFORGE_INLINE F64 from_bits(I64 x) { return reinterpret_cast<F64>(x); }
ARRAYFORGE_INLINE I64 shift_right(I64 x, int count) {
  return reinterpret_cast<I64>(reinterpret_cast<U64>(x) >> count);
}

ARRAYFORGE_INLINE F64 select(I64 mask, F64 yes, F64 no) { return mask ? yes : no; }
ARRAYFORGE_INLINE F64 select(I64 mask, double yes, F64 no) { return mask ? splat(yes) : no; }
ARRAYFORGE_INLINE F64 select(I64 mask, F64 yes, double no) { return mask ? yes : splat(no); }
ARRAYFORGE_INLINE F64 select(I64 mask, double yes, double no) {
  return mask ? splat(yes) : splat(no);
}

// Both keep a NaN in x: the instructions take their second operand where one is.
ARRAYFORGE_INLINE F64 at_most(F64 x, double bound) {
#if defined(__AVX512F__)
  return _mm512_maskz_min_pd(0xff, splat(bound), x);
#elif defined(__AVX2__)
  return _mm256_min_pd(splat(bound), x);
#else
  return select(x > splat(bound), bound, x);
#endif
}
ARRAYFORGE_INLINE F64 at_least(F64 x, double bound) {
#if defined(__AVX512F__)
  return _mm512_maskz_max_pd(0xff, splat(bound), x);
#elif defined(__AVX2__)
  return _mm256_max_pd(splat(bound), x);
#else
  return select(x < splat(bound), bound, x);
#endif
}

// The larger one.
ARRAYFORGE_INLINE I64 at_least(I64 x, std::int64_t bound) {
#if defined(__AVX512F__)
  return reinterpret_cast<I64>(
      _mm512_maskz_max_epi64(0xff, reinterpret_cast<__m512i>(x), _mm512_set1_epi64(bound)));
#else
  return x > splat_bits(bound) ? x : splat_bits(bound);
#endif
}

ARRAYFORGE_INLINE I64 sign_bit(F64 x) { return bits(x) & splat_bits(INT64_MIN); }
ARRAYFORGE_INLINE F64 magnitude(F64 x) { return from_bits(bits(x) & splat_bits(INT64_MAX)); }
ARRAYFORGE_INLINE F64 flip_sign(F64 x, I64 sign) { return from_bits(bits(x) ^ sign); }

ARRAYFORGE_INLINE bool any(I64 mask) {
#if defined(__AVX512DQ__)
  return _mm512_movepi64_mask(reinterpret_cast<__m512i>(mask)) != 0;
#elif defined(__AVX2__)
  return _mm256_movemask_pd(reinterpret_cast<__m256d>(mask)) != 0;
#elif defined(__SSE2__)
  return _mm_movemask_pd(reinterpret_cast<__m128d>(mask)) != 0;
#else
  std::int64_t seen = 0;
  for (int lane = 0; lane < kLanes; ++lane) seen |= mask[lane];
  return seen != 0;
#endif
}

// a * b + c, with one rounding where the level has the instruction and two where it does not: only
// for sums whose product is small against c, or whose error is corrected elsewhere.
ARRAYFORGE_INLINE F64 fma(F64 a, F64 b, F64 c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_pd(a, b, c);
#elif defined(__FMA__)
  return _mm256_fmadd_pd(a, b, c);
#elif defined(__ARM_FEATURE_FMA)
  F64 result;
  for (int lane = 0; lane < kLanes; ++lane) {
    result[lane] = __builtin_fma(a[lane], b[lane], c[lane]);
  }
  return result;
#else
  return a * b + c;
#endif
}

ARRAYFORGE_INLINE F64 square_root(F64 x) {
#if defined(__AVX512F__)
  return _mm512_maskz_sqrt_pd(0xff, x);
#elif defined(__AVX2__)
  return _mm256_sqrt_pd(x);
#elif defined(__SSE2__)
  return _mm_sqrt_pd(x);
#else
  F64 result;
  for (int lane = 0; lane < kLanes; ++lane) result[lane] = __builtin_sqrt(x[lane]);
  return result;
#endif
}

// Adding 1.5 * 2^52 rounds to the nearest integer and leaves it in the low bits.
inline constexpr double kRounder = 0x1.8p52;

struct Rounded {
  F64 value;
  I64 integer;
};

// |x| < 2^51, to the nearest integer; ties go to the even one.
ARRAYFORGE_INLINE Rounded round_to_integer(F64 x) {
  F64 shifted = x + splat(kRounder);
  return {shifted - splat(kRounder), bits(shifted) - bits(splat(kRounder))};
}

// 2^n for -1022 <= n <= 1023.
ARRAYFORGE_INLINE F64 power_of_two(I64 n) { return from_bits((n + splat_bits(1023)) << 52); }

// x * 2^n for an integer |n| < 2000, rounded once even where the result is subnormal.
ARRAYFORGE_INLINE F64 scale(F64 x, F64 n) {
#if defined(__AVX512F__)
  return _mm512_maskz_scalef_pd(0xff, x, n);
#else
  Rounded half = round_to_integer(n * splat(0.5));
  I64 rest = bits(n - half.value + splat(kRounder)) - bits(splat(kRounder));
  return x * power_of_two(half.integer) * power_of_two(rest);
#endif
}

// Lanes beyond count repeat the first, so that padding never takes a rarer path than the data does.
template <class T>
ARRAYFORGE_INLINE F64 load_lanes(const char* data, std::int64_t stride, int count) {
  F64 result;
  for (int lane = 0; lane < kLanes; ++lane) {
    T value;
    __builtin_memcpy(&value, data + (lane < count ? lane * stride : 0), sizeof(T));
    result[lane] = static_cast<double>(value);
  }
  return result;
}

template <class T>
ARRAYFORGE_INLINE void store_lanes(char* data, std::int64_t stride, int count, F64 x) {
  double lanes[kLanes];
  __builtin_memcpy(lanes, &x, sizeof(x));
  for (int lane = 0; lane < count; ++lane) {
    T value = static_cast<T>(lanes[lane]);
    __builtin_memcpy(data + lane * stride, &value, sizeof(T));
  }
}

// GCC makes two halves of a conversion to or from 512 bits.
ARRAYFORGE_INLINE F64 widen(F32Half x) {
#if defined(__AVX512F__)
  return _mm512_maskz_cvtps_pd(0xff, x);
#else
  return __builtin_convertvector(x, F64);
#endif
}

ARRAYFORGE_INLINE F32Half narrow(F64 x) {
#if defined(__AVX512F__)
  return _mm512_maskz_cvtpd_ps(0xff, x);
#else
  return __builtin_convertvector(x, F32Half);
#endif
}

template <class T>
ARRAYFORGE_INLINE F64 load(const char* data) {
  if constexpr (sizeof(T) == 8) {
    F64 x;
    __builtin_memcpy(&x, data, sizeof(x));
    return x;
  } else {
    F32Half x;
    __builtin_memcpy(&x, data, sizeof(x));
    return widen(x);
  }
}

template <class T>
ARRAYFORGE_INLINE void store(char* data, F64 x) {
  if constexpr (sizeof(T) == 8) {
    __builtin_memcpy(data, &x, sizeof(x));
  } else {
    F32Half half = narrow(x);
    __builtin_memcpy(data, &half, sizeof(half));
  }
}

}  // namespace
}  // namespace arrayforge
