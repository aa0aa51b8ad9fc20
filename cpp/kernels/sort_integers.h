// The sort of unsigned integers, by width and ISA.
#pragma once

#include "sort_quick.h"
#include "sort_radix.h"
#include "sort_small.h"

namespace arrayforge {
namespace {

// Elements that spare may be written beyond n.
constexpr std::int64_t kSpareSlack = 64;

// The bytes below kFirst are known to be in order: they number the elements, say.
template <int kFirst = 0, class U>
void sort_integers(U* data, std::int64_t n, U* spare) {
#ifdef __AVX512F__
  if constexpr (sizeof(U) >= 4) return vector_sort(data, n, spare);
#endif
  if (n <= kSmallSort<U>) return small_sort(data, n);
  radix_sort<kFirst>(data, n, spare);
}

// Bytes are counted, in four histograms so that equal neighbours do not wait for each other.
inline void sort_bytes(u8* data, std::int64_t n) {
  constexpr int kHistograms = 4;
  std::int64_t counts[kHistograms][kBuckets] = {};
  std::int64_t i = 0;
  for (; i + kHistograms <= n; i += kHistograms) {
    for (int h = 0; h < kHistograms; ++h) ++counts[h][data[i + h]];
  }
  for (; i < n; ++i) ++counts[0][data[i]];
  for (int b = 0; b < kBuckets; ++b) {
    const std::int64_t count = counts[0][b] + counts[1][b] + counts[2][b] + counts[3][b];
    __builtin_memset(data, b, static_cast<std::size_t>(count));
    data += count;
  }
}

}  // namespace
}  // namespace arrayforge
