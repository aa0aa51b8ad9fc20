// Runs of equal elements in sorted data.
#pragma once

#include "sort_keys.h"

namespace arrayforge {
namespace {

// Where elements differ; a NaN differs from everything.
template <class Policy>
struct RealRuns {
  using Item = typename Policy::Bits;
  static bool differ(Item a, Item b) {
    const Item key = Policy::tie_key(a);
    if constexpr (requires { Policy::kNanKey; }) {
      if (key == Policy::kNanKey) return true;
    }
    return key != Policy::tie_key(b);
  }
};

template <class Part>
struct ComplexRuns {
  struct Item {
    typename Part::Bits re, im;
  };
  static bool differ(Item a, Item b) {
    return RealRuns<Part>::differ(a.re, b.re) | RealRuns<Part>::differ(a.im, b.im);
  }
};

// The slot after the last kept element takes every element in turn and is kept when that one opens
// a run.
template <class Runs, bool kStarts>
std::int64_t keep_first(typename Runs::Item* items, std::int64_t n, std::int64_t* starts) {
  if (n == 0) return 0;
  typename Runs::Item previous = items[0];
  if constexpr (kStarts) starts[0] = 0;
  std::int64_t count = 1;
  for (std::int64_t i = 1; i < n; ++i) {
    const typename Runs::Item item = items[i];
    items[count] = item;
    if constexpr (kStarts) starts[count] = i;
    count += Runs::differ(item, previous);
    previous = item;
  }
  return count;
}

template <class Runs>
std::int64_t unique(void* sorted, std::int64_t n, std::int64_t* starts) {
  auto* const items = static_cast<typename Runs::Item*>(sorted);
  return starts ? keep_first<Runs, true>(items, n, starts)
                : keep_first<Runs, false>(items, n, nullptr);
}

inline void unique_indices(const std::int64_t* order, std::int64_t n, const std::int64_t* starts,
                           std::int64_t count, std::int64_t* first, std::int64_t* inverse) {
  if (first) {
    for (std::int64_t k = 0; k < count; ++k) first[k] = order[starts[k]];
  }
  if (!inverse) return;
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t end = k + 1 < count ? starts[k + 1] : n;
    for (std::int64_t i = starts[k]; i < end; ++i) inverse[order[i]] = k;
  }
}

}  // namespace
}  // namespace arrayforge
