// Sorting a handful of keys by counting, for each, how many come before it: n * n comparisons, none
// a branch.
#pragma once

#include "sort_keys.h"

namespace arrayforge {
namespace {

// Four vectors: beyond, the square outgrows the other sorts.
template <class U>
constexpr std::int64_t kSmallSort = 256 / sizeof(U);

template <class U>
struct SmallSort {
  using S = typename SignedOf<U>::type;
  static constexpr int kLanes = 64 / sizeof(U);
  typedef S Lanes __attribute__((vector_size(64)));

  // Signed, for the ISA levels that only compare signed integers.
  alignas(64) S keys[kSmallSort<U>];
  alignas(64) S ranks[kSmallSort<U>];

  void set(std::int64_t i, U key) { keys[i] = static_cast<S>(key ^ kSignBit<U>); }
  U get(std::int64_t i) const { return static_cast<U>(keys[i]) ^ kSignBit<U>; }

  // Fills ranks[0, n) with the positions in the stable order; what lies beyond is not used.
  void rank(std::int64_t n) {
    Lanes lane;
    for (int j = 0; j < kLanes; ++j) lane[j] = static_cast<S>(j);
    for (std::int64_t first = 0; first < n; first += kLanes) {
      Lanes mine, rank = {};
      __builtin_memcpy(&mine, keys + first, sizeof mine);
      rank += static_cast<S>(first);
      const std::int64_t last = first + kLanes < n ? first + kLanes : n;
      for (std::int64_t j = 0; j < first; ++j) rank += keys[j] > mine;
      for (std::int64_t j = first; j < last; ++j) {
        rank -= (keys[j] < mine) | ((keys[j] == mine) & (static_cast<S>(j - first) < lane));
      }
      for (std::int64_t j = last; j < n; ++j) rank -= keys[j] < mine;
      __builtin_memcpy(ranks + first, &rank, sizeof rank);
    }
  }
};

template <class U>
void small_sort(U* data, std::int64_t n) {
  SmallSort<U> small;
  for (std::int64_t i = 0; i < n; ++i) small.set(i, data[i]);
  small.rank(n);
  for (std::int64_t i = 0; i < n; ++i) data[small.ranks[i]] = small.get(i);
}

}  // namespace
}  // namespace arrayforge
