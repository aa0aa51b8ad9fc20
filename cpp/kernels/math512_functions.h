// tanh, tan, atan and atan2 with AVX-512: tables of 16 in registers shorten the polynomials, and
// quotients come from rcp14.
#pragma once

#include "math512.h"

#if defined(__AVX512F__)

namespace arrayforge {
namespace {

// 2^(j/16) - 1, and (exp(r) - 1 - r) / r^2 for |r| <= ln 2 / 32
alignas(64) inline constexpr double kPower16Less1[] = {0.0,
                                                       0x1.6ab0d9f3121ecp-5,
                                                       0x1.72b83c7d517aep-4,
                                                       0x1.1c3d373ab11c3p-3,
                                                       0x1.837f0518db8a9p-3,
                                                       0x1.ef5326091a112p-3,
                                                       0x1.2ff6b54d8a89cp-2,
                                                       0x1.6ac1f752150a5p-2,
                                                       0x1.a827999fcef32p-2,
                                                       0x1.e8451cfac061bp-2,
                                                       0x1.159ca845541b7p-1,
                                                       0x1.389230547e120p-1,
                                                       0x1.5d13f32b5a75bp-1,
                                                       0x1.83337bb0aa538p-1,
                                                       0x1.ab031b9f7490ep-1,
                                                       0x1.d495f454921b3p-1};
inline constexpr double kExpShort[] = {0x1.0000000000001p-1,  0x1.5555555555556p-3,
                                       0x1.55555554e93b7p-5,  0x1.11111110e1059p-7,
                                       0x1.6c17ed5c1f49ep-10, 0x1.a01b0c3c80bbcp-13};

// e = exp(2 x) - 1 with a low part, and then e / (e + 2).
ARRAYFORGE_INLINE F64 table_tanh(F64 x) {
  F64 twice = at_most(magnitude(x), 20.0);
  twice = twice + twice;
  F64 shifted = fma(twice, splat(0x1.71547652b82fep+4), splat(kRounder));
  F64 n = shifted - splat(kRounder);
  F64 r = fma(n, splat(0x1.8432a1b0e2634p-47), fma(n, splat(-0x1.62e42fefa4000p-5), twice));
  F64 square = r * r;
  F64 p = fma(square, polynomial(r, kExpShort), r);
  I64 exponent = (bits(shifted) << 48) & splat_bits(0x7ff0000000000000);
  F64 power = from_bits(exponent + bits(splat(1.0)));
  // 2^(n/16) - 1, then that of the sum.
  F64 leading = fma(power, look_up(kPower16Less1, bits(shifted)), power - splat(1.0));
  F64 factor = leading + splat(1.0);
  F64 above = fma(factor, p, leading);
  F64 above_low = fma(factor, p, leading - above);
  F64 below = above + splat(2.0);
  F64 below_low = (above - (below - splat(2.0))) + above_low;
  return with_sign_of(rounded_quotient(above, above_low, below, below_low), x);
}

// Sine and cosine of j pi/16 times a factor that makes both nearly float64, and (tan(r) / r - 1) /
// r^2 in powers of r^2, |r| <= pi/32
alignas(64) inline constexpr double kTanAbove[] = {0.0,
                                                   0x1.a74bcae7eda5bp-3,
                                                   0x1.7b532c1f0cacap-2,
                                                   0x1.1563904e0c6b3p-1,
                                                   0x1.6517909a9f175p-1,
                                                   0x1.be92e57db7015p-1,
                                                   0x1.b0891fba47f6ap-1,
                                                   0x1.ef7903adc7764p-1,
                                                   0x1.0000000000000p+0,
                                                   0x1.c3fd7154714f0p-1,
                                                   0x1.ee9925a0731dfp-1,
                                                   0x1.af0731baeb40dp-1,
                                                   0x1.5faeff8c915c2p-1,
                                                   0x1.1d66c815c04bbp-1,
                                                   0x1.8b5020b3c5e84p-2,
                                                   0x1.6e691b98870a1p-3};
alignas(64) inline constexpr double kTanBelow[] = {
    0x1.0000000000000p+0,  0x1.0a01b25eb6cf6p+0,  0x1.c9e2b9eb21794p-1,
    0x1.9f2450c065530p-1,  0x1.6517909a9f175p-1,  0x1.2a641e02f4fe8p-1,
    0x1.6653028029addp-2,  0x1.8a38fc5d318f6p-3,  0.0,
    -0x1.67a0281d625e0p-3, -0x1.99bd143a6145bp-2, -0x1.2000f71a2e726p-1,
    -0x1.5faeff8c915c2p-1, -0x1.ab222e1152d23p-1, -0x1.dd2f5c46d289fp-1,
    -0x1.cc8480df4ac14p-1};
inline constexpr double kTanShort[] = {0x1.5555555555560p-2, 0x1.11111110f6285p-3,
                                       0x1.ba1ba316e2844p-5, 0x1.664c31cdf8fc5p-6,
                                       0x1.2549105629c24p-7};

// 0 <= x <= 2^20, as n pi/16 + r: tan(x) = (sine + cosine tan(r)) / (cosine - sine tan(r)).
ARRAYFORGE_INLINE F64 table_tan(F64 x) {
  F64 shifted = fma(x, splat(0x1.45f306dc9c883p+2), splat(kRounder));
  F64 n = shifted - splat(kRounder);
  // As in small_quadrant().
  F64 first = fma(n, splat(-0x1.921fb54442d18p-3), x);
  F64 r = fma(n, splat(-0x1.1a62633145c07p-57), first);
  F64 rest = fma(n, splat(-0x1.1a62633145c07p-57), first - r);
  rest = select(magnitude(first) > splat(0x1p-32), rest, 0.0);
  rest = fma(n, splat(0x1.f1976b7ed8fbcp-113), rest);
  F64 z = r * r;
  F64 t = r + fma(z * r, polynomial(z, kTanShort), rest);
  F64 sine = look_up(kTanAbove, bits(shifted));
  F64 cosine = look_up(kTanBelow, bits(shifted));
  F64 above = fma(cosine, t, sine);
  F64 below = fma(-sine, t, cosine);
  return rounded_quotient(above, fma(cosine, t, sine - above), below,
                          fma(-sine, t, cosine - below));
}

// A ratio c in each half of a binade from 3/32 to 6 whose angle is nearly a float64, the angle, and
// (atan(t) / t - 1) / t^2 in powers of t^2, |t| <= 0.1
alignas(64) inline constexpr double kAtanRatio[] = {0x1.350d4db82ac94p+1,
                                                    0x1.b77f4307b24dcp+1,
                                                    0x1.33acf9be16031p+2,
                                                    0x1.82b8bbd89bc27p+3,
                                                    0.0,
                                                    0.0,
                                                    0.0,
                                                    0x1.bfe86540540f3p-4,
                                                    0x1.3f9da9a6a8345p-3,
                                                    0x1.bfa8bac629c29p-3,
                                                    0x1.3ed330c482dbfp-2,
                                                    0x1.be99d7ce7ab7fp-2,
                                                    0x1.3c671be4b6ca0p-1,
                                                    0x1.bc1e3618ecdf9p-1,
                                                    0x1.383cb92c4a0e4p+0,
                                                    0x1.b91ca7214b282p+0};
alignas(64) inline constexpr double kAtanAngle[] = {0x1.2d9a3a401f447p+0,
                                                    0x1.4992a1c4b9630p+0,
                                                    0x1.5d9f25e1cd79dp+0,
                                                    0x1.7cfd22d7853e3p+0,
                                                    0.0,
                                                    0.0,
                                                    0.0,
                                                    0x1.be229892b3117p-4,
                                                    0x1.3d0eef75126d9p-3,
                                                    0x1.b8ba2b6fbb6ddp-3,
                                                    0x1.3515507bafea6p-2,
                                                    0x1.a52227aea3061p-2,
                                                    0x1.1b686c7671cd5p-1,
                                                    0x1.6dd58337b2b11p-1,
                                                    0x1.c4a183b3de289p-1,
                                                    0x1.0b81cf707014fp+0};
inline constexpr double kAtanShort[] = {-0x1.5555555555555p-2, 0x1.9999999997c4bp-3,
                                        -0x1.2492491c10041p-3, 0x1.c71c54d9386dbp-4,
                                        -0x1.7446d5f7d6c1bp-4, 0x1.3329f2b42e931p-4};

struct TableAngle {
  F64 base;
  F64 rest;
};

// The angle of the point (along, across), both >= 0 and not both 0, where ratio is near their
// quotient: atan(c) + atan((across - c along) / (along + c across)).
ARRAYFORGE_INLINE TableAngle table_angle(F64 across, F64 along, F64 ratio) {
  I64 index = shift_right(bits(at_least(at_most(ratio, 6.0), 0x1p-4)), 51);
  F64 c = look_up(kAtanRatio, index);
  F64 t = rounded_quotient(fma(-c, along, across), fma(c, across, along));
  F64 z = t * t;
  return {look_up(kAtanAngle, index), fma(z * t, polynomial(z, kAtanShort), t)};
}

ARRAYFORGE_INLINE F64 table_atan(F64 x) {
  // Above 2^64 the angle is pi/2.
  F64 size = at_most(magnitude(x), 0x1p64);
  TableAngle angle = table_angle(size, splat(1.0), size);
  return with_sign_of(angle.base + angle.rest, x);
}

// The angle in [0, pi] of the point whose coordinates have these sizes, along taken as negative
// under the mask. Not both may be zero, and their ratio may not underflow.
ARRAYFORGE_INLINE F64 table_angle_of(F64 across, F64 along, __mmask8 negative) {
  F64 ratio = across * F64(_mm512_maskz_rcp14_pd(0xff, along));
  TableAngle angle = table_angle(across, along, ratio);
  F64 base = _mm512_mask_sub_pd(angle.base, negative, splat(0x1.921fb54442d18p+1), angle.base);
  F64 rest = _mm512_mask_sub_pd(angle.rest, negative, splat(0x1.1a62633145c07p-53), angle.rest);
  return base + rest;
}

}  // namespace
}  // namespace arrayforge

#endif
