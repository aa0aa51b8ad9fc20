// float32 functions with AVX-512: tables of 16 or 32 in registers.
#pragma once

#include "math32_vec.h"

#if defined(__AVX512F__)

namespace arrayforge {
namespace {
namespace single {

// By the lowest four or five bits of the index.
ARRAYFORGE_INLINE F32 look_up(const float (&table)[16], I32 index) {
  return _mm512_maskz_permutexvar_ps(0xffff, reinterpret_cast<__m512i>(index),
                                     _mm512_load_ps(table));
}
ARRAYFORGE_INLINE F32 look_up(const float (&table)[32], I32 index) {
  return _mm512_permutex2var_ps(_mm512_load_ps(table), reinterpret_cast<__m512i>(index),
                                _mm512_load_ps(table + 16));
}

// 1 / x to 14 bits.
ARRAYFORGE_INLINE F32 rough_inverse(F32 x) { return _mm512_maskz_rcp14_ps(0xffff, x); }

// Logarithms as in math512_log.h, for the bases e, 2 and 10.
alignas(64) inline constexpr float kInverseE[] = {
    0x1.000000p+0f, 0x1.d4703cp-1f, 0x1.ba64a2p-1f, 0x1.a449e8p-1f, 0x1.8f7260p-1f, 0x1.7d312cp-1f,
    0x1.6c083cp-1f, 0x1.5c68e0p-1f, 0x1.4e5288p+0f, 0x1.416ca4p+0f, 0x1.353090p+0f, 0x1.29b92ep+0f,
    0x1.1f7896p+0f, 0x1.15d166p+0f, 0x1.0c5652p+0f, 0x1.000000p+0f};
alignas(64) inline constexpr float kLogTableE[] = {0.0f,
                                                   0x1.6c375cp-4f,
                                                   0x1.2b43fep-3f,
                                                   0x1.943d6cp-3f,
                                                   0x1.fc6766p-3f,
                                                   0x1.2e1a0cp-2f,
                                                   0x1.5d44b4p-2f,
                                                   0x1.8a2f30p-2f,
                                                   -0x1.1155a8p-2f,
                                                   -0x1.d21802p-3f,
                                                   -0x1.829dcep-3f,
                                                   -0x1.3538d2p-3f,
                                                   -0x1.dae8cep-4f,
                                                   -0x1.4f019cp-4f,
                                                   -0x1.819278p-5f,
                                                   0.0f};
inline constexpr float kLogTermsE[] = {-0x1.fffffep-2f, 0x1.555796p-2f, -0x1.00201cp-2f,
                                       0x1.855f68p-3f};
alignas(64) inline constexpr float kInverse2[] = {
    0x1.000000p+0f, 0x1.d4102ap-1f, 0x1.baa9a2p-1f, 0x1.a4232ap-1f, 0x1.8f69fcp-1f, 0x1.7d4774p-1f,
    0x1.6be2e0p-1f, 0x1.5c93d4p-1f, 0x1.4e9baap+0f, 0x1.41802ap+0f, 0x1.35172cp+0f, 0x1.2a1b06p+0f,
    0x1.1f3a78p+0f, 0x1.158bf2p+0f, 0x1.0c9502p+0f, 0x1.000000p+0f};
alignas(64) inline constexpr float kLogTable2[] = {0.0f,
                                                   0x1.09182ep-3f,
                                                   0x1.adf30cp-3f,
                                                   0x1.242128p-2f,
                                                   0x1.6edb6cp-2f,
                                                   0x1.b380e0p-2f,
                                                   0x1.f87ae8p-2f,
                                                   0x1.1bfcfep-1f,
                                                   -0x1.8b99acp-2f,
                                                   -0x1.5090eap-2f,
                                                   -0x1.16692cp-2f,
                                                   -0x1.c1e750p-3f,
                                                   -0x1.54146ap-3f,
                                                   -0x1.dd89d6p-4f,
                                                   -0x1.1b8588p-4f,
                                                   0.0f};
inline constexpr float kLogTerms2[] = {0x1.715476p+0f, -0x1.715478p-1f, 0x1.ec7610p-2f,
                                       -0x1.716a1ep-2f, 0x1.1557a2p-2f};
alignas(64) inline constexpr float kInverse10[] = {
    0x1.000000p+0f, 0x1.d400c8p-1f, 0x1.ba7cacp-1f, 0x1.a3b4cep-1f, 0x1.8fd762p-1f, 0x1.7d312ap-1f,
    0x1.6bd298p-1f, 0x1.5cc752p-1f, 0x1.4e6522p+0f, 0x1.412ca6p+0f, 0x1.350754p+0f, 0x1.29f16ep+0f,
    0x1.1f29dcp+0f, 0x1.15c774p+0f, 0x1.0c5638p+0f, 0x1.000000p+0f};
alignas(64) inline constexpr float kLogTable10[] = {0.0f,
                                                    0x1.3fa98cp-5f,
                                                    0x1.038faep-4f,
                                                    0x1.6195cep-4f,
                                                    0x1.b7d678p-4f,
                                                    0x1.0666fep-3f,
                                                    0x1.2fe1fcp-3f,
                                                    0x1.55715ep-3f,
                                                    -0x1.db37a8p-4f,
                                                    -0x1.9375c0p-4f,
                                                    -0x1.4ee242p-4f,
                                                    -0x1.0de62ep-4f,
                                                    -0x1.98b16ep-5f,
                                                    -0x1.227c38p-5f,
                                                    -0x1.4ee4a8p-6f,
                                                    0.0f};
inline constexpr float kLogTerms10[] = {0x1.bcb7b2p-2f, -0x1.bcb7b4p-3f, 0x1.287dbep-3f,
                                        -0x1.bcd1c6p-4f, 0x1.4df414p-4f};

struct TableLog {
  F32 k;
  F32 m;
  I32 index;
};

ARRAYFORGE_INLINE TableLog table_log(F32 x) {
  F32 m = _mm512_maskz_getmant_ps(0xffff, x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
  F32 k = F32(_mm512_maskz_getexp_ps(0xffff, x)) - F32(_mm512_maskz_getexp_ps(0xffff, m));
  return {k, m, bits(m) >> 19};
}

ARRAYFORGE_INLINE F32 table_log_e(F32 x) {
  TableLog part = table_log(x);
  F32 r = fma(part.m, look_up(kInverseE, part.index), splat(-1.0f));
  F32 whole = fma(part.k, splat(0x1.62e430p-1f), look_up(kLogTableE, part.index));
  return whole + fma(r * r, polynomial(r, kLogTermsE), r);
}

ARRAYFORGE_INLINE F32 table_log_2(F32 x) {
  TableLog part = table_log(x);
  F32 r = fma(part.m, look_up(kInverse2, part.index), splat(-1.0f));
  return fma(r, polynomial(r, kLogTerms2), part.k + look_up(kLogTable2, part.index));
}

ARRAYFORGE_INLINE F32 table_log_10(F32 x) {
  TableLog part = table_log(x);
  F32 r = fma(part.m, look_up(kInverse10, part.index), splat(-1.0f));
  // log10(2) in two pieces.
  F32 whole = fma(part.k, splat(0x1.344134p-2f),
                  fma(part.k, splat(0x1.09f7a0p-26f), look_up(kLogTable10, part.index)));
  return fma(r, polynomial(r, kLogTerms10), whole);
}

// tanh in each quarter of a binade from 1/16 to 9 as a polynomial around a centre whose tanh is
// nearly a float32; below, around 0.
alignas(64) inline constexpr float kTanhCentre[] = {
    0x1.200000p+1f, 0x1.600000p+1f, 0x1.a00000p+1f, 0x1.e00000p+1f, 0x1.200000p+2f, 0x1.600000p+2f,
    0x1.a00000p+2f, 0x1.e00000p+2f, 0x1.333334p+3f, 0.0f,           0.0f,           0.0f,
    0x1.1f5262p-4f, 0x1.6076d8p-4f, 0x1.9f7d94p-4f, 0x1.e05d24p-4f, 0x1.1fe738p-3f, 0x1.6063d2p-3f,
    0x1.a075f8p-3f, 0x1.e0a210p-3f, 0x1.20613cp-2f, 0x1.5f1facp-2f, 0x1.9f3d4ep-2f, 0x1.e0a210p-2f,
    0x1.20613cp-1f, 0x1.5f4902p-1f, 0x1.9f7d94p-1f, 0x1.df5338p-1f, 0x1.206a70p+0f, 0x1.5fe93ep+0f,
    0x1.a0b900p+0f, 0x1.e0eafep+0f};
alignas(64) inline constexpr float kTanh0[] = {
    0x1.f4bfd6p-1f, 0x1.fbd50ap-1f, 0x1.fe767ap-1f, 0x1.ff6f18p-1f, 0x1.ffdfa8p-1f, 0x1.fffba0p-1f,
    0x1.ffff68p-1f, 0x1.ffffecp-1f, 0x1.000000p+0f, 0.0f,           0.0f,           0.0f,
    0x1.1ed9fap-4f, 0x1.5f98cap-4f, 0x1.9e1240p-4f, 0x1.de2c72p-4f, 0x1.1e0584p-3f, 0x1.5cf3f4p-3f,
    0x1.9ad056p-3f, 0x1.d7ffd4p-3f, 0x1.18fd86p-2f, 0x1.51faf0p-2f, 0x1.89e20ap-2f, 0x1.c03178p-2f,
    0x1.05505ep-1f, 0x1.30e1dep-1f, 0x1.57413ep-1f, 0x1.778878p-1f, 0x1.9ea610p-1f, 0x1.c26e5cp-1f,
    0x1.d9fc06p-1f, 0x1.e8a2aep-1f};
alignas(64) inline constexpr float kTanh1[] = {0x1.64108ap-5f,
                                               0x1.09a7a8p-6f,
                                               0x1.88ef6ep-8f,
                                               0x1.21a7b4p-9f,
                                               0x1.02c03cp-11f,
                                               0x1.183474p-14f,
                                               0x1.2f61b4p-17f,
                                               0x1.48779cp-20f,
                                               0x1.37b750p-26f,
                                               0.0f,
                                               0.0f,
                                               0x1.000000p+0f,
                                               0x1.fd7d28p-1f,
                                               0x1.fc3a38p-1f,
                                               0x1.fac482p-1f,
                                               0x1.f905acp-1f,
                                               0x1.f6037ep-1f,
                                               0x1.f122bep-1f,
                                               0x1.eb6600p-1f,
                                               0x1.e4ce06p-1f,
                                               0x1.d9728ep-1f,
                                               0x1.c8392cp-1f,
                                               0x1.b43f06p-1f,
                                               0x1.9dea5ap-1f,
                                               0x1.7aa184p-1f,
                                               0x1.4a7364p-1f,
                                               0x1.19e00ep-1f,
                                               0x1.d91ee8p-2f,
                                               0x1.606278p-2f,
                                               0x1.ceefa8p-3f,
                                               0x1.24d574p-3f,
                                               0x1.6d4d84p-4f};
alignas(64) inline constexpr float kTanh2[] = {-0x1.5c3d8ep-5f,
                                               -0x1.077e0cp-6f,
                                               -0x1.87c166p-8f,
                                               -0x1.2155b6p-9f,
                                               -0x1.02aecap-11f,
                                               -0x1.1830dcp-14f,
                                               -0x1.2f600ep-17f,
                                               -0x1.487626p-20f,
                                               -0x1.5dba2ap-26f,
                                               0.0f,
                                               0.0f,
                                               -0x1.ecfd58p-30f,
                                               -0x1.1d71d2p-4f,
                                               -0x1.5d0192p-4f,
                                               -0x1.99d6f6p-4f,
                                               -0x1.d7a822p-4f,
                                               -0x1.18715cp-3f,
                                               -0x1.52d27cp-3f,
                                               -0x1.8a48a2p-3f,
                                               -0x1.beedc4p-3f,
                                               -0x1.03d514p-2f,
                                               -0x1.2d293cp-2f,
                                               -0x1.4f9af8p-2f,
                                               -0x1.6a550cp-2f,
                                               -0x1.827d88p-2f,
                                               -0x1.898c96p-2f,
                                               -0x1.79f308p-2f,
                                               -0x1.5b043ep-2f,
                                               -0x1.1d61eap-2f,
                                               -0x1.97446cp-3f,
                                               -0x1.0f1754p-3f,
                                               -0x1.5ca1f4p-4f};
alignas(64) inline constexpr float kTanh3[] = {0x1.bbce5ep-6f,
                                               0x1.599474p-7f,
                                               0x1.039640p-8f,
                                               0x1.80e728p-10f,
                                               0x1.586076p-12f,
                                               0x1.7529e6p-15f,
                                               0x1.941044p-18f,
                                               0x1.b57aaap-21f,
                                               0x1.5557aap-28f,
                                               0.0f,
                                               0.0f,
                                               -0x1.55553ep-2f,
                                               -0x1.4ea964p-2f,
                                               -0x1.4b5424p-2f,
                                               -0x1.477cbcp-2f,
                                               -0x1.42ea7cp-2f,
                                               -0x1.3b17b4p-2f,
                                               -0x1.2e8eeep-2f,
                                               -0x1.200dc2p-2f,
                                               -0x1.0fb3a2p-2f,
                                               -0x1.e8aa38p-3f,
                                               -0x1.997efep-3f,
                                               -0x1.437ac2p-3f,
                                               -0x1.d56b72p-4f,
                                               -0x1.b950fcp-5f,
                                               0x1.c18214p-7f,
                                               0x1.05dedcp-4f,
                                               0x1.834470p-4f,
                                               0x1.c6a2e4p-4f,
                                               0x1.97f724p-4f,
                                               0x1.32b4acp-4f,
                                               0x1.a5e9c6p-5f};
alignas(64) inline constexpr float kTanh4[] = {-0x1.93cb2ep-7f,
                                               -0x1.4e3bb6p-8f,
                                               -0x1.00779cp-9f,
                                               -0x1.7f3614p-11f,
                                               -0x1.583890p-13f,
                                               -0x1.75504cp-16f,
                                               -0x1.9445cep-19f,
                                               -0x1.b5b662p-22f,
                                               -0x1.3a6604p-26f,
                                               0.0f,
                                               0.0f,
                                               -0x1.7fd3d2p-16f,
                                               0x1.79cafep-5f,
                                               0x1.cc32c4p-5f,
                                               0x1.0d09c2p-4f,
                                               0x1.340284p-4f,
                                               0x1.6afbe0p-4f,
                                               0x1.b016f4p-4f,
                                               0x1.edfb4ep-4f,
                                               0x1.1236aap-3f,
                                               0x1.33503ap-3f,
                                               0x1.4fee82p-3f,
                                               0x1.5c29d8p-3f,
                                               0x1.5848f0p-3f,
                                               0x1.39f894p-3f,
                                               0x1.eb4496p-4f,
                                               0x1.485df6p-4f,
                                               0x1.654874p-5f,
                                               0x1.8a4060p-9f,
                                               -0x1.5d9086p-6f,
                                               -0x1.9cd5dcp-6f,
                                               -0x1.547bd0p-6f};
alignas(64) inline constexpr float kTanh5[] = {0x1.04a04ep-8f,
                                               0x1.f5f54ap-10f,
                                               0x1.93f596p-11f,
                                               0x1.32dca6p-12f,
                                               0x1.1e7bdcp-14f,
                                               0x1.375f56p-17f,
                                               0x1.514b2ap-20f,
                                               0x1.6d3528p-23f,
                                               -0x1.029b34p-27f,
                                               0.0f,
                                               0.0f,
                                               0x1.1283a0p-3f,
                                               0x1.05c538p-3f,
                                               0x1.002cdep-3f,
                                               0x1.f38626p-4f,
                                               0x1.e45c14p-4f,
                                               0x1.ca9b74p-4f,
                                               0x1.a21c48p-4f,
                                               0x1.744bfep-4f,
                                               0x1.42076cp-4f,
                                               0x1.e279f2p-5f,
                                               0x1.08ca70p-5f,
                                               0x1.97da44p-8f,
                                               -0x1.1c8dfep-6f,
                                               -0x1.6586bep-5f,
                                               -0x1.f79276p-5f,
                                               -0x1.00de1cp-4f,
                                               -0x1.b3c422p-5f,
                                               -0x1.04fbe6p-5f,
                                               -0x1.3880d6p-7f,
                                               0x1.7ff4a2p-10f,
                                               0x1.2e71acp-8f};
alignas(64) inline constexpr float kTanh6[] = {-0x1.79ac40p-11f,
                                               -0x1.1df85cp-11f,
                                               -0x1.fe41a0p-13f,
                                               -0x1.90ae26p-14f,
                                               -0x1.787632p-16f,
                                               -0x1.9aa9fep-19f,
                                               -0x1.bd11eep-22f,
                                               -0x1.e1ef84p-25f,
                                               -0x1.2c9538p-28f,
                                               0.0f,
                                               0.0f,
                                               -0x1.4a1904p-7f,
                                               -0x1.a8d420p-6f,
                                               -0x1.008bc0p-5f,
                                               -0x1.2ae2e6p-5f,
                                               -0x1.5327eep-5f,
                                               -0x1.8b0ec0p-5f,
                                               -0x1.cc38eep-5f,
                                               -0x1.00a788p-4f,
                                               -0x1.14ae18p-4f,
                                               -0x1.25e5acp-4f,
                                               -0x1.260fa0p-4f,
                                               -0x1.0f2c56p-4f,
                                               -0x1.cdca02p-5f,
                                               -0x1.313da8p-5f,
                                               -0x1.7c5c18p-7f,
                                               0x1.da08cap-8f,
                                               0x1.162eb0p-6f,
                                               0x1.2ed8eap-6f,
                                               0x1.67766cp-7f,
                                               0x1.0da2f4p-8f,
                                               0x1.5399acp-11f};

ARRAYFORGE_INLINE F32 table_tanh(F32 x) {
  // The last centre, where it is 1.
  F32 size = at_most(magnitude(x), 0x1.333334p+3f);
  I32 index = bits(at_least(size, 0x1.cp-5f)) >> 21;
  F32 d = size - look_up(kTanhCentre, index);
  F32 sum = fma(look_up(kTanh6, index), d, look_up(kTanh5, index));
  sum = fma(sum, d, look_up(kTanh4, index));
  sum = fma(sum, d, look_up(kTanh3, index));
  sum = fma(sum, d, look_up(kTanh2, index));
  sum = fma(sum, d, look_up(kTanh1, index));
  sum = fma(sum, d, look_up(kTanh0, index));
  return from_bits((bits(sum) & splat_bits32(INT32_MAX)) | sign_bit(x));
}

}  // namespace single
}  // namespace
}  // namespace arrayforge

#endif
