// Quicksort of integers by vectors, where the ISA can compress one: faster than radix below some
// millions.
//
// A partition keeps the lesser elements in place, where the write position never overtakes the read
// position, and collects the others in the spare buffer. Compression has no spelling in compiler
// vector types, hence intrinsics.
#pragma once

#ifdef __AVX512F__
#include "sort_network.h"
#include "sort_radix.h"

namespace arrayforge {
namespace {

// Moves what is less than pivot to the front of data, both parts in original order; returns its
// length.
template <class U>
std::int64_t partition(U* data, std::int64_t n, U pivot, U* spare) {
  using P = Pack<U>;
  constexpr int kLanes = P::kLanes;
  const __m512i bound = P::all(pivot);
  std::int64_t i = 0, less = 0, rest = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const __m512i v = _mm512_loadu_si512(data + i);
    const typename P::Mask mask = P::less(v, bound);
    const int count = __builtin_popcount(mask);
    _mm512_storeu_si512(data + less, P::compress(mask, v));
    _mm512_storeu_si512(spare + rest, P::compress(~mask, v));
    less += count;
    rest += kLanes - count;
  }
  for (; i < n; ++i) {
    const U item = data[i];
    data[less] = item;
    spare[rest] = item;
    less += item < pivot;
    rest += item >= pivot;
  }
  __builtin_memcpy(data + less, spare, static_cast<std::size_t>(rest) * sizeof(U));
  return less;
}

template <class U>
U choose_pivot(const U* data, std::int64_t n) {
  constexpr int kSamples = 2 * Pack<U>::kLanes;
  U samples[kSamples];
  for (int i = 0; i < kSamples; ++i) samples[i] = data[(2 * i + 1) * (n / (2 * kSamples))];
  network_sort<U, 2>(samples, kSamples);
  return samples[kSamples / 2];
}

// spare has room for n elements and one vector. Inputs that defeat the pivots are left to the radix
// sort.
template <class U>
void vector_sort(U* data, std::int64_t n, U* spare, int depth) {
  while (n > kNetwork<U>) {
    if (depth-- == 0) return radix_sort<0>(data, n, spare);
    const U pivot = choose_pivot(data, n);
    std::int64_t less = partition(data, n, pivot, spare);
    if (less == 0) {
      // The pivot is the least element: all its equals are in place once in front.
      if (pivot == static_cast<U>(-1)) return;
      less = partition(data, n, static_cast<U>(pivot + 1), spare);
    } else {
      vector_sort(data, less, spare, depth);
    }
    data += less;
    n -= less;
  }
  network_sort(data, n);
}

template <class U>
void vector_sort(U* data, std::int64_t n, U* spare) {
  vector_sort(data, n, spare, 2 * (64 - __builtin_clzll(static_cast<u64>(n) | 1)));
}

}  // namespace
}  // namespace arrayforge
#endif
