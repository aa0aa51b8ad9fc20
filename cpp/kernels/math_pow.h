// pow and hypot.
#pragma once

#include <math.h>

#include "math512.h"
#include "math_log.h"

namespace arrayforge {
namespace {

#if defined(__AVX512F__)

// By the leading four bits of a number in [1, 2): its inverse to five bits, so that the product of
// the two less 1 is exact and at most 1/16; minus the logarithm of that in two pieces, the first of
// 40 bits; and (log2(1 + r) - (r - r^2 / 2) / ln 2) / r^3.
alignas(64) inline constexpr double kPowInverse[] = {
    0x1.0000000000000p+0, 0x1.d000000000000p-1, 0x1.c000000000000p-1, 0x1.a000000000000p-1,
    0x1.9000000000000p-1, 0x1.8000000000000p-1, 0x1.7000000000000p-1, 0x1.6000000000000p-1,
    0x1.5000000000000p-1, 0x1.4000000000000p-1, 0x1.3000000000000p-1, 0x1.3000000000000p-1,
    0x1.2000000000000p-1, 0x1.1000000000000p-1, 0x1.1000000000000p-1, 0x1.0000000000000p-1};
alignas(64) inline constexpr double kPowLogHi[] = {0x0.0p+0,
                                                   0x1.22dadc2ab0000p-3,
                                                   0x1.8a8980abf8000p-3,
                                                   0x1.32bfee3710000p-2,
                                                   0x1.6cb0f6865c000p-2,
                                                   0x1.a8ff971810000p-2,
                                                   0x1.e7df5fe538000p-2,
                                                   0x1.14c560fe68000p-1,
                                                   0x1.37222bb708000p-1,
                                                   0x1.5b2c3da198000p-1,
                                                   0x1.810fa51bf6000p-1,
                                                   0x1.810fa51bf6000p-1,
                                                   0x1.a8ff971810000p-1,
                                                   0x1.d338120a6e000p-1,
                                                   0x1.d338120a6e000p-1,
                                                   0x1.0000000000000p+0};
alignas(64) inline constexpr double kPowLogLo[] = {0x0.0p+0,
                                                   0x1.a4b69691d7994p-42,
                                                   0x1.e9933354dbf17p-42,
                                                   -0x1.1979a5db68722p-42,
                                                   0x1.1d406db502403p-43,
                                                   0x1.4bc302ffa76fbp-43,
                                                   0x1.5669df6a2b592p-43,
                                                   0x1.5f101c141e670p-42,
                                                   -0x1.708b4b2b5056cp-42,
                                                   -0x1.b8afe492bf6ffp-42,
                                                   0x1.7f5dc57266758p-43,
                                                   0x1.7f5dc57266758p-43,
                                                   0x1.4bc302ffa76fbp-42,
                                                   -0x1.3167ccc538261p-44,
                                                   -0x1.3167ccc538261p-44,
                                                   0x0.0p+0};
inline constexpr double kPowTail[] = {
    0x1.ec709dc3a03fdp-2, -0x1.71547652b8348p-2, 0x1.2776c50ef9d42p-2, -0x1.ec709dc335c18p-3,
    0x1.a61762a6aedf0p-3, -0x1.715477ffb5ec0p-3, 0x1.484b16ac47142p-3, -0x1.2773b64541629p-3,
    0x1.0c967b5e1ddd8p-3, -0x1.f19e38edb453ap-4, 0x1.cc354f51c8c6cp-4};
// 2^(j/16) in two pieces, and (2^r - 1) / r for |r| <= 1/32
alignas(64) inline constexpr double kPower16[] = {
    0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
    0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
    0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0,
    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};
alignas(64) inline constexpr double kPower16Low[] = {0.0,
                                                     0x1.8a62e4adc610bp-54,
                                                     -0x1.19041b9d78a76p-55,
                                                     0x1.9b07eb6c70573p-54,
                                                     0x1.6f46ad23182e4p-55,
                                                     0x1.ada0911f09ebcp-55,
                                                     0x1.d4397afec42e2p-56,
                                                     0x1.6324c054647adp-54,
                                                     -0x1.bdd3413b26456p-54,
                                                     -0x1.41577ee04992fp-55,
                                                     0x1.6e9f156864b27p-54,
                                                     0x1.c7c46b071f2bep-56,
                                                     0x1.7a1cd345dcc81p-54,
                                                     0x1.11065895048ddp-55,
                                                     0x1.2ed02d75b3707p-55,
                                                     -0x1.e9c23179c2893p-54};
inline constexpr double kExp2Short[] = {0x1.62e42fefa39f3p-1,  0x1.ebfbdff82c590p-3,
                                        0x1.c6b08d6f2a0b1p-5,  0x1.3b2ab6fb41170p-7,
                                        0x1.5d897e66039f9p-10, 0x1.430a1d168bf62p-13};

// log2(x) for a finite, positive, normal x.
ARRAYFORGE_INLINE Double2 long_log2(F64 x) {
  F64 k = _mm512_maskz_getexp_pd(0xff, x);
  F64 m = from_bits((bits(x) & splat_bits(0x000fffffffffffff)) | bits(splat(1.0)));
  I64 index = shift_right(bits(x), 48);
  F64 r = fma(m, look_up(kPowInverse, index), splat(-1.0));
  // r - r^2 / 2 keeps its rounding error; what follows is small enough for one number.
  F64 half = r * splat(-0.5);
  F64 near = fma(half, r, r);
  F64 lost = fma(half, r, r - near);
  F64 leading = near * splat(0x1.71547652b82fep+0);
  F64 low = fma(near, splat(0x1.71547652b82fep+0), -leading) + look_up(kPowLogLo, index);
  low = fma(near, splat(0x1.777d0ffda0d24p-56), fma(lost, splat(0x1.71547652b82fep+0), low));
  low = fma(r * r * r, paired_polynomial(r, kPowTail), low);
  Double2 log = fast_two_sum(k + look_up(kPowLogHi, index), leading);
  return fast_two_sum(log.hi, log.lo + low);
}

// size^y for a finite, positive, normal size.
ARRAYFORGE_INLINE F64 positive_power(F64 size, F64 y) {
  Double2 log = long_log2(size);
  F64 product = y * log.hi;
  // To sixteenths. Beyond the bound the result has overflowed or vanished, whatever r would be.
  F64 shifted = product + splat(0x1.8p48);
  F64 n = shifted - splat(0x1.8p48);
  __mmask8 bounded = _mm512_cmp_pd_mask(magnitude(product), splat(0x1p40), _CMP_LT_OQ);
  F64 rest = fma(y, log.lo, fma(y, log.hi, -product));
  F64 r = _mm512_maskz_add_pd(bounded, product - n, rest);
  F64 power = look_up(kPower16, bits(shifted));
  // Good to a fifth of an ulp before the last rounding, so that powers of integers that are
  // float64 come out exact.
  F64 tail = fma(power * r, paired_polynomial(r, kExp2Short), look_up(kPower16Low, bits(shifted)));
  return _mm512_maskz_scalef_pd(0xff, power + tail, n);
}

#else

ARRAYFORGE_INLINE F64 positive_power(F64 size, F64 y) {
  LogReduced part = log_reduce(size);
  Double2 mantissa = log_of_mantissa(part.m);
  Double2 log = two_sum(part.k * splat(kLn2Hi), mantissa.hi);
  log.lo = log.lo + fma(part.k, splat(kLn2Lo), mantissa.lo);
  // Beyond 2^65 the exponent overflows or underflows for every base but 1.
  F64 exponent = at_least(at_most(y, 0x1p70), -0x1p70);
  Double2 product = two_product(exponent, log.hi);
  product.lo = fma(exponent, log.lo, product.lo);
  return exp_of_sum<Wide>(product);
}

#endif

struct Pow {
  // Zeros, infinities and NaNs of x, and infinities and NaNs of y, have a table of their own in the
  // C library, the same as the standard's; it takes subnormal bases too.
  static ARRAYFORGE_INLINE I64 special(F64 size, F64 y) {
    return not_normal(size) | ~(magnitude(y) < splat(kInfinity));
  }

  // A negative base has the sign of an odd exponent, and no value for a fractional one.
  static ARRAYFORGE_INLINE F64 with_sign(F64 x, F64 y, F64 result) {
    F64 size = magnitude(y);
    F64 bounded = at_most(size, 0x1p53);
    F64 half = bounded * splat(0.5);
    // Adding 2^52 rounds to an integer what is below 2^52; above that, everything is one.
    F64 whole = select(bounded < splat(0x1p52), (bounded + splat(0x1p52)) - splat(0x1p52), bounded);
    F64 halves = select(half < splat(0x1p52), (half + splat(0x1p52)) - splat(0x1p52), half);
    I64 fractional = whole != bounded;
    I64 is_odd = ~fractional & (halves != half);
    I64 negative = x < splat(0.0);
    result = flip_sign(result, negative & is_odd & splat_bits(INT64_MIN));
    return select(negative & fractional, kNaN, result);
  }

  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x, F64 y) {
    F64 size = magnitude(x);
    F64 result;
    if constexpr (Precision::kNarrow) {
      // float64 has the bits to spare.
      LogReduced part = log_reduce(size);
      F64 log = log_sum<Wide>(part.k, part.m - splat(1.0), splat(0.0));
      result = Exp::vector<Precision>(y * log);
    } else {
      result = positive_power(size, y);
    }
    if (any(bits(x))) result = with_sign(x, y, result);
#if defined(__AVX512F__)
    // Zeros, infinities, NaNs and subnormal bases, without vectors of the comparisons.
    __mmask8 unusual = _mm512_fpclass_pd_mask(size, 0x01 | 0x02 | 0x08 | 0x20 | 0x80) |
                       _mm512_fpclass_pd_mask(y, 0x01 | 0x08 | 0x10 | 0x80);
    if (__builtin_expect(unusual == 0, 1)) return result;
#endif
    I64 rare = special(size, y);
    if (__builtin_expect(any(rare), 0)) {
      for (int lane = 0; lane < kLanes; ++lane) {
        if (rare[lane]) result[lane] = ::pow(x[lane], y[lane]);
      }
    }
    return result;
  }
};

struct Hypot {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x, F64 y) {
    F64 a = magnitude(x);
    F64 b = magnitude(y);
    F64 largest = select(a > b, a, b);
    F64 result;
    if constexpr (Precision::kNarrow) {
      result = square_root(a * a + b * b);
    } else {
      F64 down = select(largest > splat(0x1p500), 0x1p-600, 1.0);
      F64 factor = select(largest < splat(0x1p-500), splat(0x1p600), down);
      F64 back = select(largest < splat(0x1p-500), splat(0x1p-600), splat(1.0) / down);
      F64 p = a * factor;
      F64 q = b * factor;
      result = square_root(fma(p, p, q * q)) * back;
    }
    // An infinity outweighs a NaN.
    return select((a == splat(kInfinity)) | (b == splat(kInfinity)), kInfinity, result);
  }
};

}  // namespace
}  // namespace arrayforge
