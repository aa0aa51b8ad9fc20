// Stable radix sort, least significant byte first; a byte that is the same everywhere costs no
// pass.
#pragma once

#include <cstddef>

#include "sort_keys.h"

namespace arrayforge {
namespace {

constexpr int kRadixBits = 8;
constexpr int kBuckets = 1 << kRadixBits;

template <class U>
int radix_digit(U key, int digit) {
  return static_cast<int>(key >> (kRadixBits * digit)) & (kBuckets - 1);
}

template <class U>
void radix_pass(const U* __restrict from, U* __restrict to, std::int64_t n, int digit,
                std::int64_t* __restrict counts) {
  std::int64_t start = 0;
  for (int b = 0; b < kBuckets; ++b) {
    const std::int64_t count = counts[b];
    counts[b] = start;
    start += count;
  }
  for (std::int64_t i = 0; i < n; ++i) to[counts[radix_digit(from[i], digit)]++] = from[i];
}

// Sorts by the bytes from kFirst on, using data and spare in turn.
template <int kFirst, class U>
void radix_sort(U* data, std::int64_t n, U* spare) {
  constexpr int kDigits = sizeof(U);
  std::int64_t counts[kDigits][kBuckets] = {};
  for (std::int64_t i = 0; i < n; ++i) {
    for (int d = kFirst; d < kDigits; ++d) ++counts[d][radix_digit(data[i], d)];
  }
  U *from = data, *to = spare;
  for (int d = kFirst; d < kDigits; ++d) {
    if (n == 0 || counts[d][radix_digit(from[0], d)] == n) continue;
    radix_pass(from, to, n, d, counts[d]);
    U* const sorted = to;
    to = from;
    from = sorted;
  }
  if (from != data) __builtin_memcpy(data, from, static_cast<std::size_t>(n) * sizeof(U));
}

}  // namespace
}  // namespace arrayforge
