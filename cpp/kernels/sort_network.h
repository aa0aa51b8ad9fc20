// Bitonic networks over AVX-512 registers: the base case of the vector quicksort.
//
// Element number lane * R + row lies in that lane of register row, so that most steps compare whole
// registers and only the merges of lanes shuffle. Shuffles by a computed lane and masked maxima
// have no spelling in vector types.
#pragma once

#include <immintrin.h>

#include "sort_keys.h"

namespace arrayforge {
namespace {

// The masked forms with a full mask are the plain instructions; the unmasked forms make gcc 12 warn
// inside its header.
template <class U>
struct Pack;

template <>
struct Pack<u32> {
  using Mask = __mmask16;
  static constexpr int kLanes = 16;
  static constexpr Mask kAll = 0xffff;
  static __m512i all(u32 a) { return _mm512_set1_epi32(static_cast<int>(a)); }
  static __m512i lanes_xor(int x) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    return _mm512_xor_si512(lane, all(static_cast<u32>(x)));
  }
  static __m512i load(__m512i other, Mask mask, const u32* from) {
    return _mm512_mask_loadu_epi32(other, mask, from);
  }
  static Mask less(__m512i a, __m512i b) { return _mm512_cmplt_epu32_mask(a, b); }
  static __m512i compress(Mask mask, __m512i a) { return _mm512_maskz_compress_epi32(mask, a); }
  static __m512i min(__m512i a, __m512i b) { return _mm512_maskz_min_epu32(kAll, a, b); }
  static __m512i max(__m512i a, __m512i b) { return _mm512_maskz_max_epu32(kAll, a, b); }
  static __m512i permute(__m512i a, __m512i lane) {
    return _mm512_maskz_permutexvar_epi32(kAll, lane, a);
  }
  static __m512i select(Mask mask, __m512i no, __m512i yes) {
    return _mm512_mask_blend_epi32(mask, no, yes);
  }
};

template <>
struct Pack<u64> {
  using Mask = __mmask8;
  static constexpr int kLanes = 8;
  static constexpr Mask kAll = 0xff;
  static __m512i all(u64 a) { return _mm512_set1_epi64(static_cast<long long>(a)); }
  static __m512i lanes_xor(int x) {
    return _mm512_xor_si512(_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), all(static_cast<u64>(x)));
  }
  static __m512i load(__m512i other, Mask mask, const u64* from) {
    return _mm512_mask_loadu_epi64(other, mask, from);
  }
  static Mask less(__m512i a, __m512i b) { return _mm512_cmplt_epu64_mask(a, b); }
  static __m512i compress(Mask mask, __m512i a) { return _mm512_maskz_compress_epi64(mask, a); }
  static __m512i min(__m512i a, __m512i b) { return _mm512_maskz_min_epu64(kAll, a, b); }
  static __m512i max(__m512i a, __m512i b) { return _mm512_maskz_max_epu64(kAll, a, b); }
  static __m512i permute(__m512i a, __m512i lane) {
    return _mm512_maskz_permutexvar_epi64(kAll, lane, a);
  }
  static __m512i select(Mask mask, __m512i no, __m512i yes) {
    return _mm512_mask_blend_epi64(mask, no, yes);
  }
};

// Lanes whose number has the given bit.
constexpr unsigned lanes_with_bit(int bit) {
  return bit == 1 ? 0xaaaa : bit == 2 ? 0xcccc : bit == 4 ? 0xf0f0 : 0xff00;
}

template <class P>
inline void order(__m512i& a, __m512i& b) {
  const __m512i low = P::min(a, b);
  b = P::max(a, b);
  a = low;
}

// Compare-exchange of rows at distance kStep and less: turns bitonic columns into sorted ones.
template <class P, int R, int kStep>
inline void merge_rows(__m512i* v) {
  if constexpr (kStep > 0) {
    for (int r = 0; r < R; ++r) {
      if (!(r & kStep)) order<P>(v[r], v[r + kStep]);
    }
    merge_rows<P, R, kStep / 2>(v);
  }
}

// Sorts each column; runs of kRun rows are sorted already. The first step meets a run's mirror
// image, which spares sorting runs in alternating directions.
template <class P, int R, int kRun>
inline void sort_columns(__m512i* v) {
  if constexpr (kRun < R) {
    for (int r = 0; r < R; ++r) {
      if (!(r & kRun)) order<P>(v[r], v[r ^ (2 * kRun - 1)]);
    }
    merge_rows<P, R, kRun / 2>(v);
    sort_columns<P, R, 2 * kRun>(v);
  }
}

// Compare-exchange of lanes at distance kStep and less.
template <class P, int R, int kStep>
inline void merge_lanes(__m512i* v) {
  if constexpr (kStep > 0) {
    const auto upper = static_cast<typename P::Mask>(lanes_with_bit(kStep));
    const __m512i partner = P::lanes_xor(kStep);
    for (int r = 0; r < R; ++r) {
      const __m512i other = P::permute(v[r], partner);
      v[r] = P::select(upper, P::min(v[r], other), P::max(v[r], other));
    }
    merge_lanes<P, R, kStep / 2>(v);
  }
}

// Merges sorted groups of kGroup neighbouring columns, two by two, until one is left.
template <class P, int R, int kGroup>
inline void merge_columns(__m512i* v) {
  if constexpr (kGroup < P::kLanes) {
    const auto upper = static_cast<typename P::Mask>(lanes_with_bit(kGroup));
    const __m512i mirror = P::lanes_xor(2 * kGroup - 1);
    for (int r = 0; r < R / 2; ++r) {
      const __m512i other = P::permute(v[R - 1 - r], mirror);
      const __m512i low = P::min(v[r], other), high = P::max(v[r], other);
      v[r] = P::select(upper, low, high);
      v[R - 1 - r] = P::permute(P::select(upper, high, low), mirror);
    }
    merge_lanes<P, R, kGroup / 2>(v);
    merge_rows<P, R, R / 2>(v);
    merge_columns<P, R, 2 * kGroup>(v);
  }
}

// Sorts up to R registers of elements, R a power of two and at least 2.
template <class U, int R>
__attribute__((noinline)) void network_sort(U* data, std::int64_t n) {
  using P = Pack<U>;
  constexpr int kLanes = P::kLanes;
  __m512i v[R];
  for (int r = 0; r < R; ++r) {
    const std::int64_t left = n - r * kLanes;
    const unsigned mask = left >= kLanes ? ~0u : left <= 0 ? 0 : (1u << left) - 1;
    v[r] = P::load(P::all(static_cast<U>(-1)), static_cast<typename P::Mask>(mask),
                   data + (left > 0 ? r * kLanes : 0));
  }
  sort_columns<P, R, 1>(v);
  merge_columns<P, R, 1>(v);
  alignas(64) U rows[R][kLanes];
  __builtin_memcpy(rows, v, sizeof rows);
  U columns[kLanes][R];
  U* const out = n == R * kLanes ? data : columns[0];
  for (int lane = 0; lane < kLanes; ++lane) {
    for (int r = 0; r < R; ++r) out[lane * R + r] = rows[r][lane];
  }
  if (out != data) __builtin_memcpy(data, out, static_cast<std::size_t>(n) * sizeof(U));
}

template <class U>
constexpr std::int64_t kNetwork = 16 * Pack<U>::kLanes;

// n <= kNetwork<U>
template <class U>
void network_sort(U* data, std::int64_t n) {
  constexpr int kLanes = Pack<U>::kLanes;
  if (n <= 2 * kLanes) return network_sort<U, 2>(data, n);
  if (n <= 4 * kLanes) return network_sort<U, 4>(data, n);
  if (n <= 8 * kLanes) return network_sort<U, 8>(data, n);
  network_sort<U, 16>(data, n);
}

}  // namespace
}  // namespace arrayforge
