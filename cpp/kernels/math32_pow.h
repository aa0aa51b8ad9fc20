// pow of float32. The logarithm of the base, times the exponent, needs some ten bits more than
// float32 has: a pair of float32 where tables can be looked up in registers, float64 elsewhere.
#pragma once

#include "math32_log.h"
#include "math_pow.h"

namespace arrayforge {
namespace {
namespace single {

#if defined(__AVX512F__)

// By the leading four bits of a number in [1, 2): its inverse to five bits, so that the product of
// the two less 1 is exact and at most 1/16; minus the logarithm of that in two pieces, the first of
// 15 bits; and (log2(1 + r) - (r - r^2 / 2) / ln 2) / r^3.
alignas(64) inline constexpr float kPowInverse[] = {
    0x1.000000p+0f, 0x1.d00000p-1f, 0x1.c00000p-1f, 0x1.a00000p-1f, 0x1.900000p-1f, 0x1.800000p-1f,
    0x1.700000p-1f, 0x1.600000p-1f, 0x1.500000p-1f, 0x1.400000p-1f, 0x1.300000p-1f, 0x1.300000p-1f,
    0x1.200000p-1f, 0x1.100000p-1f, 0x1.100000p-1f, 0x1.000000p-1f};
alignas(64) inline constexpr float kPowLogHi[] = {
    0.0f,           0x1.22e000p-3f, 0x1.8a9000p-3f, 0x1.32c000p-2f, 0x1.6cb000p-2f, 0x1.a90000p-2f,
    0x1.e7e000p-2f, 0x1.14c400p-1f, 0x1.372400p-1f, 0x1.5b2c00p-1f, 0x1.811000p-1f, 0x1.811000p-1f,
    0x1.a90000p-1f, 0x1.d33800p-1f, 0x1.d33800p-1f, 0x1.000000p+0f};
alignas(64) inline constexpr float kPowLogLo[] = {0.0f,
                                                  -0x1.48f554p-17f,
                                                  -0x1.9fd502p-17f,
                                                  -0x1.1c8f12p-22f,
                                                  0x1.ed0cbap-19f,
                                                  -0x1.a39fbep-20f,
                                                  -0x1.40358ep-19f,
                                                  0x1.60fe68p-17f,
                                                  -0x1.d448f8p-17f,
                                                  0x1.ed0cbap-20f,
                                                  -0x1.6b9026p-19f,
                                                  -0x1.6b9026p-19f,
                                                  -0x1.a39fbep-19f,
                                                  0x1.20a6dep-21f,
                                                  0x1.20a6dep-21f,
                                                  0.0f};
inline constexpr float kPowTail[] = {0x1.ec7044p-2f, -0x1.7153eep-2f, 0x1.289c80p-2f,
                                     -0x1.eef312p-3f};

// 2^(j/16), and (2^r - 1) / r for |r| <= 1/32
alignas(64) inline constexpr float kPower16[] = {
    0x1.000000p+0f, 0x1.0b5586p+0f, 0x1.172b84p+0f, 0x1.2387a6p+0f, 0x1.306fe0p+0f, 0x1.3dea64p+0f,
    0x1.4bfdaep+0f, 0x1.5ab07ep+0f, 0x1.6a09e6p+0f, 0x1.7a1148p+0f, 0x1.8ace54p+0f, 0x1.9c4918p+0f,
    0x1.ae89fap+0f, 0x1.c199bep+0f, 0x1.d5818ep+0f, 0x1.ea4afap+0f};
inline constexpr float kExp2Short[] = {0x1.62e430p-1f, 0x1.ebff92p-3f, 0x1.c6b29ap-5f};

// log2(size) for a finite, positive, normal size.
ARRAYFORGE_INLINE Single2 long_log2(F32 size) {
  I32 whole = bits(size);
  F32 k = _mm512_maskz_getexp_ps(0xffff, size);
  F32 m = from_bits((whole & splat_bits32(0x007fffff)) | splat_bits32(0x3f800000));
  I32 index = whole >> 19;
  F32 r = fma(m, look_up(kPowInverse, index), splat(-1.0f));
  // r - r^2 / 2 keeps its rounding error; what follows is small enough for float32.
  F32 half = r * splat(-0.5f);
  F32 near = fma(half, r, r);
  F32 lost = fma(half, r, r - near);
  F32 leading = near * splat(0x1.715476p+0f);
  F32 low = fma(near, splat(0x1.715476p+0f), -leading) + look_up(kPowLogLo, index);
  low = fma(near, splat(0x1.4ae0c0p-26f), fma(lost, splat(0x1.715476p+0f), low));
  low = fma(r * r * r, polynomial(r, kPowTail), low);
  Single2 log = fast_two_sum(k + look_up(kPowLogHi, index), leading);
  return fast_two_sum(log.hi, log.lo + low);
}

// size^y for a finite, positive, normal size.
ARRAYFORGE_INLINE F32 positive_power(F32 size, F32 y) {
  Single2 log = long_log2(size);
  F32 product = y * log.hi;
  // To sixteenths. Beyond the bound the result has overflowed or vanished, whatever r would be.
  F32 shifted = product + splat(0x1.8p19f);
  F32 n = shifted - splat(0x1.8p19f);
  __mmask16 bounded = _mm512_cmp_ps_mask(magnitude(product), splat(0x1p16f), _CMP_LT_OQ);
  F32 rest = fma(y, log.lo, fma(y, log.hi, -product));
  F32 r = _mm512_maskz_add_ps(bounded, product - n, rest);
  F32 power = look_up(kPower16, bits(shifted));
  return scale(fma(power * r, polynomial(r, kExp2Short), power), n);
}

#else

// (2^r - 1) / r, |r| <= 1/2
inline constexpr float kExp2[] = {0x1.62e430p-1f, 0x1.ebfbe0p-3f,  0x1.c6aeccp-5f,
                                  0x1.3b29a8p-7f, 0x1.5f497cp-10f, 0x1.449134p-13f};

// n + r, with an integer n that is at most 200 in size.
struct Exponent {
  F32 n;
  F32 r;
};

// log2((1 + s) / (1 - s)) / s in powers of s^2, |s| <= 0.172
inline constexpr double kPow[] = {0x1.71547652b7e82p+1, 0x1.ec709dcb71c44p-1, 0x1.2776bc3ac877fp-1,
                                  0x1.a61eaa4d3e36bp-2, 0x1.46f131c05b3b3p-2, 0x1.29df6dfd7e097p-2};

struct WideExponent {
  F64 n;
  F64 r;
};

// y * (k + log2(1 + f)), where inverse is 1 / (2 + f) to the precision of float32.
ARRAYFORGE_INLINE WideExponent wide_exponent(F64 f, F64 inverse, F64 k, F64 y) {
  F64 below = f + splat(2.0);
  F64 s = f * inverse;
  s = fma(fma(-s, below, f), inverse, s);
  F64 log = fma(s, polynomial(s * s, kPow), k);
  F64 product = at_least(at_most(y * log, 200.0), -200.0);
  F64 n = round_to_integer(product).value;
  return {n, product - n};
}

ARRAYFORGE_INLINE Exponent power_exponent(F32 size, F32 y) {
  LogReduced part = log_reduce(size);
  F32 f = part.m - splat(1.0f);
  Halves f_wide = widen(f), k = widen(part.k), y_wide = widen(y);
  Halves inverse = widen(splat(1.0f) / (splat(2.0f) + f));
  WideExponent low = wide_exponent(f_wide.low, inverse.low, k.low, y_wide.low);
  WideExponent high = wide_exponent(f_wide.high, inverse.high, k.high, y_wide.high);
  return {narrow(Halves{low.n, high.n}), narrow(Halves{low.r, high.r})};
}

ARRAYFORGE_INLINE F32 positive_power(F32 size, F32 y) {
  Exponent exponent = power_exponent(size, y);
  return scale(fma(exponent.r, polynomial(exponent.r, kExp2), splat(1.0f)), exponent.n);
}

#endif

struct Pow {
  // A negative base has the sign of an odd exponent, and no value for a fractional one.
  static ARRAYFORGE_INLINE F32 with_sign(F32 x, F32 y, F32 result) {
    F32 size = at_most(magnitude(y), 0x1p24f);
    F32 half = size * splat(0.5f);
    // Adding 2^23 rounds to an integer what is below 2^23; above that, everything is one.
    F32 big = splat(0x1p23f);
    F32 whole = select(size < big, (size + big) - big, size);
    F32 halves = select(half < big, (half + big) - big, half);
    I32 fractional = whole != size;
    I32 is_odd = ~fractional & (halves != half);
    I32 negative = x < splat(0.0f);
    result = flip_sign(result, negative & is_odd & splat_bits32(INT32_MIN));
    return select(negative & fractional, __builtin_nanf(""), result);
  }

  static ARRAYFORGE_INLINE F32 vector(F32 x, F32 y) {
    F32 size = magnitude(x);
    F32 result = positive_power(size, y);
    if (any(bits(x))) result = with_sign(x, y, result);
#if defined(__AVX512F__)
    // Zeros, infinities, NaNs and subnormal bases, without vectors of the comparisons.
    __mmask16 unusual = _mm512_fpclass_ps_mask(size, 0x01 | 0x02 | 0x08 | 0x20 | 0x80) |
                        _mm512_fpclass_ps_mask(y, 0x01 | 0x08 | 0x10 | 0x80);
    if (__builtin_expect(unusual == 0, 1)) return result;
#endif
    I32 rare = not_normal(size) | ~(magnitude(y) < splat(__builtin_inff()));
    return with_rare<arrayforge::Pow>(result, rare, x, y);
  }
};

}  // namespace single
}  // namespace
}  // namespace arrayforge
