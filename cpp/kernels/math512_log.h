// Logarithms with AVX-512: x = 2^k m with m in [3/4, 3/2), and 16 tables by the leading bits of m:
// log(m) = log(1 + r) - log(inverse) with r = m inverse - 1. The inverses are numbers whose
// logarithm is a float64 but for some 2^-8 ulp; next to 1 they are 1, and r is exact. Subnormals,
// zeros, infinities, NaNs and what is negative need no help: the instructions that take k and m
// apart know them.
#pragma once

#include "math512.h"

#if defined(__AVX512F__)

namespace arrayforge {
namespace {

// Inverses, their logarithms with the sign turned, and log(1 + r) / r or (log(1 + r) - r) / r^2,
// -1/32 <= r <= 1/16, for the bases e, 2 and 10.
alignas(64) inline constexpr double kInverseE[] = {
    0x1.0000000000000p+0, 0x1.d41d7587dc176p-1, 0x1.bacaeeaaaad61p-1, 0x1.a42201877d246p-1,
    0x1.8f9272920e69bp-1, 0x1.7d00ba8a7c9c0p-1, 0x1.6c1d204ac634bp-1, 0x1.5c974f87495ddp-1,
    0x1.4e5b67ddf61f7p+0, 0x1.41472ce68afd7p+0, 0x1.3521bebadbf1ap+0, 0x1.29e938b25aa70p+0,
    0x1.1f6c82780b5fdp+0, 0x1.15b50c202bb7ap+0, 0x1.0c9bb3086c447p+0, 0x1.0000000000000p+0};
alignas(64) inline constexpr double kLogTableE[] = {0.0,
                                                    0x1.6f0b6449a9e3dp-4,
                                                    0x1.296a9fc962e9dp-3,
                                                    0x1.94ffe2b3f6726p-3,
                                                    0x1.fbc2fc423b5f5p-3,
                                                    0x1.2e9c367288911p-2,
                                                    0x1.5d09f14b539b1p-2,
                                                    0x1.89a6bed03a3e6p-2,
                                                    -0x1.1170d6321c048p-2,
                                                    -0x1.d1293d0b045c0p-3,
                                                    -0x1.823ba5eb08471p-3,
                                                    -0x1.3683307d39486p-3,
                                                    -0x1.da3cb90ca7e5cp-4,
                                                    -0x1.4d5f886921714p-4,
                                                    -0x1.89d7749500733p-5,
                                                    0.0};
inline constexpr double kLogTermsE[] = {
    -0x1.0000000000000p-1, 0x1.555555555555ep-2, -0x1.0000000000d4ap-2, 0x1.99999999866dap-3,
    -0x1.5555553a2f97cp-3, 0x1.24924896e5556p-3, -0x1.0000903df2c24p-3, 0x1.c72eecac9cc9cp-4,
    -0x1.97fdd7c4dcf0cp-4, 0x1.4411fc2ea6169p-4};
alignas(64) inline constexpr double kInverse2[] = {
    0x1.0000000000000p+0, 0x1.d4154dad20c7fp-1, 0x1.bad37e0cc69f9p-1, 0x1.a416c9430dc08p-1,
    0x1.8f9ad9455e6fep-1, 0x1.7d05df2dc1b2cp-1, 0x1.6c1e624f24653p-1, 0x1.5c8fa63f03bc7p-1,
    0x1.4e5e5332c7070p+0, 0x1.4142b208feb35p+0, 0x1.351e21bf79709p+0, 0x1.29dfc89825606p+0,
    0x1.1f6dfb8fbba98p+0, 0x1.15b4610f63b14p+0, 0x1.0c9a20e85443ep+0, 0x1.0000000000000p+0};
alignas(64) inline constexpr double kLogTable2[] = {0.0,
                                                    0x1.08f7bcff452e8p-3,
                                                    0x1.acdbb2cbeac44p-3,
                                                    0x1.244caec9b189fp-2,
                                                    0x1.6e26bac6ac0d5p-2,
                                                    0x1.b47f108a857cbp-2,
                                                    0x1.f78962e117964p-2,
                                                    0x1.1c05d8f583895p-1,
                                                    -0x1.8a8ac218b04d5p-2,
                                                    -0x1.4f765b07a6eb9p-2,
                                                    -0x1.168a6f988a5d9p-2,
                                                    -0x1.bf9bef69b060bp-3,
                                                    -0x1.5626234b60957p-3,
                                                    -0x1.e0e678f76e0b6p-4,
                                                    -0x1.1bf6312dc704dp-4,
                                                    0.0};
inline constexpr double kLogTerms2[] = {
    0x1.71547652b82fep+0, -0x1.71547652b8305p-1, 0x1.ec709dc3a18ecp-2, -0x1.71547652a913dp-2,
    0x1.2776c4f997bc0p-2, -0x1.ec709ce4b7e77p-3, 0x1.a61845e4556f3p-3, -0x1.7163033babb3fp-3,
    0x1.4706a61ae1fa1p-3, -0x1.016ec0a68d829p-3};
alignas(64) inline constexpr double kInverse10[] = {
    0x1.0000000000000p+0, 0x1.d4193f4d45d28p-1, 0x1.bad3cf496131dp-1, 0x1.a41380200f78bp-1,
    0x1.8fa5b5bf44ec2p-1, 0x1.7cfd5899bffa0p-1, 0x1.6c11f5bac4236p-1, 0x1.5c938b19d1f6bp-1,
    0x1.4e5883c9e76a6p+0, 0x1.41423f9d9ac2bp+0, 0x1.3519ee4db6a4ep+0, 0x1.29eb7a4aee548p+0,
    0x1.1f6fafaa438f9p+0, 0x1.15af1a4429854p+0, 0x1.0c907e0a60350p+0, 0x1.0000000000000p+0};
alignas(64) inline constexpr double kLogTable10[] = {0.0,
                                                     0x1.3eef937e8020ep-5,
                                                     0x1.0231818a5a5b6p-4,
                                                     0x1.6004a02d01928p-4,
                                                     0x1.b8b38392f4e98p-4,
                                                     0x1.06dfee63d2c4fp-3,
                                                     0x1.2f472053856a1p-3,
                                                     0x1.55f571b4d3088p-3,
                                                     -0x1.daf487132e636p-4,
                                                     -0x1.93ed5e836587dp-4,
                                                     -0x1.4f4d54219f4cap-4,
                                                     -0x1.0dc2a456ae91fp-4,
                                                     -0x1.9c121ef77a3bap-5,
                                                     -0x1.214449dbd26f9p-5,
                                                     -0x1.54ed3dad01be5p-6,
                                                     0.0};
inline constexpr double kLogTerms10[] = {
    0x1.bcb7b1526e50ep-2, -0x1.bcb7b1526e516p-3, 0x1.287a7636f4ff9p-3, -0x1.bcb7b1525c1f5p-4,
    0x1.63c6275b65ae8p-4, -0x1.287a75b0c00d3p-4, 0x1.fc40b7b3eb5f5p-5, -0x1.bcc9368f7e2eep-5,
    0x1.89c74c49a0a75p-5, -0x1.35fad23d4054fp-5};

struct TableLog {
  F64 k;
  F64 m;
  I64 index;
};

ARRAYFORGE_INLINE TableLog table_log(F64 x) {
  F64 m = _mm512_maskz_getmant_pd(0xff, x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
  F64 k = F64(_mm512_maskz_getexp_pd(0xff, x)) - F64(_mm512_maskz_getexp_pd(0xff, m));
  return {k, m, shift_right(bits(m), 48)};
}

ARRAYFORGE_INLINE F64 table_log_e(F64 x) {
  TableLog part = table_log(x);
  F64 r = fma(part.m, look_up(kInverseE, part.index), splat(-1.0));
  F64 whole = fma(part.k, splat(0x1.62e42fefa39efp-1), look_up(kLogTableE, part.index));
  return whole + fma(r * r, polynomial(r, kLogTermsE), r);
}

ARRAYFORGE_INLINE F64 table_log_2(F64 x) {
  TableLog part = table_log(x);
  F64 r = fma(part.m, look_up(kInverse2, part.index), splat(-1.0));
  return fma(r, polynomial(r, kLogTerms2), part.k + look_up(kLogTable2, part.index));
}

ARRAYFORGE_INLINE F64 table_log_10(F64 x) {
  TableLog part = table_log(x);
  F64 r = fma(part.m, look_up(kInverse10, part.index), splat(-1.0));
  F64 whole = fma(part.k, splat(0x1.34413509f79ffp-2), look_up(kLogTable10, part.index));
  return fma(r, polynomial(r, kLogTerms10), whole);
}

// extra * ln 2 + log(1 + w): what 1 + w loses joins r.
ARRAYFORGE_INLINE F64 table_log1p(Double2 w, F64 extra) {
  F64 u = w.hi + splat(1.0);
  F64 lost = (w.hi - (u - splat(1.0))) + w.lo;
  TableLog part = table_log(u);
  F64 inverse = look_up(kInverseE, part.index);
  F64 power = _mm512_maskz_scalef_pd(0xff, inverse, -part.k);
  F64 near = fma(part.m, inverse, splat(-1.0));
  // Of zero and infinity k is infinite, and nothing is lost.
  __mmask8 finite = _mm512_fpclass_pd_mask(u, 0x02 | 0x04 | 0x08 | 0x10) ^ 0xff;
  F64 r = _mm512_mask3_fmadd_pd(lost, power, near, finite);
  F64 low = _mm512_mask3_fmadd_pd(lost, power, near - r, finite);
  F64 whole = fma(part.k + extra, splat(0x1.62e42fefa39efp-1), look_up(kLogTableE, part.index));
  return whole + (r + fma(r * r, polynomial(r, kLogTermsE), low));
}

}  // namespace
}  // namespace arrayforge

#endif
