// Binary search without branches, many values in step, so that their cache misses overlap and
// compilers can gather.
#pragma once

#include "sort_keys.h"

namespace arrayforge {
namespace {

// How a dtype is read as something ordered.
template <class Policy>
struct RealReader {
  using Key = typename Policy::Bits;
  static Key at(const void* data, std::int64_t i) {
    return Policy::tie_key(static_cast<const Key*>(data)[i]);
  }
  static bool less(Key a, Key b) { return a < b; }
};

template <class Part>
struct ComplexReader {
  using Key = ComplexKey<typename Part::Bits>;
  static Key at(const void* data, std::int64_t i) {
    return complex_key<Part>(static_cast<const typename Part::Bits*>(data) + 2 * i);
  }
  static bool less(Key a, Key b) {
    return (a.high < b.high) | ((a.high == b.high) & (a.low < b.low));
  }
};

template <class Reader, bool kRight>
bool goes_after(const void* sorted, std::int64_t i, typename Reader::Key value) {
  const typename Reader::Key item = Reader::at(sorted, i);
  return kRight ? !Reader::less(value, item) : Reader::less(item, value);
}

template <class Reader, bool kRight>
void search_all(const void* sorted, std::int64_t n, const void* values, std::int64_t m,
                std::int64_t* out) {
  constexpr int kSearches = 16;
  for (std::int64_t first = 0; first < m; first += kSearches) {
    typename Reader::Key value[kSearches];
    std::int64_t base[kSearches] = {};
    for (int s = 0; s < kSearches; ++s) {
      value[s] = Reader::at(values, first + s < m ? first + s : m - 1);
    }
    std::int64_t left = n;
    while (left > 1) {
      const std::int64_t half = left / 2;
      for (int s = 0; s < kSearches; ++s) {
        base[s] += goes_after<Reader, kRight>(sorted, base[s] + half - 1, value[s]) ? half : 0;
      }
      left -= half;
    }
    const std::int64_t count = m - first < kSearches ? m - first : kSearches;
    for (int s = 0; s < count; ++s) {
      out[first + s] = n == 0 ? 0 : base[s] + goes_after<Reader, kRight>(sorted, base[s], value[s]);
    }
  }
}

template <class Reader>
void searchsorted(const void* sorted, std::int64_t n, const void* values, std::int64_t m,
                  std::int64_t* out, bool right) {
  right ? search_all<Reader, true>(sorted, n, values, m, out)
        : search_all<Reader, false>(sorted, n, values, m, out);
}

}  // namespace
}  // namespace arrayforge
