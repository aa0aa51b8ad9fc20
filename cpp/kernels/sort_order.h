// Stable orders: positions sorted by 64-bit keys.
//
// The difference to the least key is shifted to the top of 64 bits and the element's number put
// into the lowest: the packed integers are all different, any fast sort of them is stable, and no
// payload is moved. Where the two overlap, the key loses its low bits, and runs that agree in the
// rest are sorted again by what then is a far smaller range.
#pragma once

#include "sort_integers.h"

namespace arrayforge {
namespace {

// Below this a rank per element beats packing; where vectors sort, packing always wins.
#ifdef __AVX512F__
constexpr std::int64_t kSmallOrder = 0;
#else
constexpr std::int64_t kSmallOrder = kSmallSort<u64>;
#endif

template <class Key>
void small_order(Key key, std::int64_t* positions, std::int64_t n) {
  SmallSort<u64> small;
  std::int64_t before[kSmallSort<u64>];
  for (std::int64_t i = 0; i < n; ++i) {
    before[i] = positions[i];
    small.set(i, key(positions[i]));
  }
  small.rank(n);
  for (std::int64_t i = 0; i < n; ++i) positions[small.ranks[i]] = before[i];
}

inline void sort_packed(u64* packed, std::int64_t n, u64* spare, int number_bits) {
  if (number_bits >= 32) return sort_integers<4>(packed, n, spare);
  if (number_bits >= 16) return sort_integers<2>(packed, n, spare);
  sort_integers<0>(packed, n, spare);
}

// Sorts positions by key(position), a u64; packed has room for n integers, spare for kSpareSlack
// more.
template <class Key>
void order_positions(Key key, std::int64_t* positions, std::int64_t n, u64* packed, u64* spare) {
  if (n <= 1) return;
  if (n <= kSmallOrder) return small_order(key, positions, n);
  u64 least = ~u64{0}, most = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const u64 k = key(positions[i]);
    least = k < least ? k : least;
    most = k > most ? k : most;
  }
  if (least == most) return;
  const int number_bits = 64 - __builtin_clzll(static_cast<u64>(n - 1));
  const u64 number = (u64{1} << number_bits) - 1;
  const int shift = __builtin_clzll(most - least);
  for (std::int64_t i = 0; i < n; ++i) {
    packed[i] = ((key(positions[i]) - least) << shift & ~number) | static_cast<u64>(i);
  }
  sort_packed(packed, n, spare, number_bits);
  __builtin_memcpy(spare, positions, static_cast<std::size_t>(n) * sizeof(u64));
  for (std::int64_t i = 0; i < n; ++i) {
    positions[i] = static_cast<std::int64_t>(spare[packed[i] & number]);
  }
  if (shift >= number_bits) return;
  for (std::int64_t first = 0, last = 1; last <= n; ++last) {
    if (last < n && packed[last] >> number_bits == packed[first] >> number_bits) continue;
    if (last - first > 1) {
      order_positions(key, positions + first, last - first, packed + first, spare);
    }
    first = last;
  }
}

// Sorts positions that are in order of key by another one where key ties.
template <class Key, class Next>
void order_ties(Key key, Next next, std::int64_t* positions, std::int64_t n, u64* packed,
                u64* spare) {
  for (std::int64_t first = 0, last = 1; last <= n; ++last) {
    if (last < n && key(positions[last]) == key(positions[first])) continue;
    order_positions(next, positions + first, last - first, packed, spare);
    first = last;
  }
}

}  // namespace
}  // namespace arrayforge
