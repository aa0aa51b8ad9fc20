// Dense runs of numbers folded in vectors of the level's width, where the loops of reduce.cpp do
// not become vectors by themselves: extremes, which must keep NaN; counts, in lanes as narrow as
// the elements; any and all, which stop early.
#pragma once

#include "vec.h"

namespace arrayforge {
namespace {

template <int kSize>
struct IntegerOf;
template <>
struct IntegerOf<1> {
  using type = std::uint8_t;
};
template <>
struct IntegerOf<2> {
  using type = std::uint16_t;
};
template <>
struct IntegerOf<4> {
  using type = std::uint32_t;
};
template <>
struct IntegerOf<8> {
  using type = std::uint64_t;
};

// A vector of T, and unsigned lanes of the same size that count.
template <class T>
struct Vectors {
  typedef T Values __attribute__((vector_size(kVectorBytes)));
  using Lane = typename IntegerOf<sizeof(T)>::type;
  typedef Lane Counts __attribute__((vector_size(kVectorBytes)));
  static constexpr std::int64_t kWidth = kVectorBytes / sizeof(T);

  static Values load(const T* x) {
    Values result;
    __builtin_memcpy(&result, x, sizeof(result));
    return result;
  }
};

// Independent accumulators: enough to hide the latency of a comparison and a choice.
inline constexpr int kWays = 4;

// The extreme of the lanes of a vector, by halves.
template <class Op, class T, int kBytes = kVectorBytes>
T extreme_lane(const T* lanes) {
  if constexpr (kBytes > 16) {
    typedef T Half __attribute__((vector_size(kBytes / 2)));
    Half low, high;
    __builtin_memcpy(&low, lanes, sizeof(low));
    __builtin_memcpy(&high, lanes + sizeof(low) / sizeof(T), sizeof(high));
    low = Op::stronger(high, low);
    T rest[sizeof(low) / sizeof(T)];
    __builtin_memcpy(rest, &low, sizeof(low));
    return extreme_lane<Op, T, kBytes / 2>(rest);
  } else {
    T result = lanes[0];
    for (int k = 1; k < kBytes / static_cast<int>(sizeof(T)); ++k) {
      result = Op::stronger(lanes[k], result);
    }
    return result;
  }
}

// NaNs are seen beside the comparisons, which ignore them: that is one instruction less.
template <class Op, class T>
T extreme_of(const T* x, std::int64_t n) {
  using V = Vectors<T>;
  constexpr std::int64_t kStep = kWays * V::kWidth;
  T result = Op::identity();
  std::int64_t i = 0;
  if (n >= V::kWidth) {
    typename V::Values best[kWays];
    typename V::Counts unordered[kWays] = {};
    for (int k = 0; k < kWays; ++k) best[k] = V::load(x);
    const auto take = [&](int k, typename V::Values elements) {
      best[k] = Op::stronger(elements, best[k]);
      unordered[k] |= reinterpret_cast<typename V::Counts>(elements != elements);
    };
    for (; i + kStep <= n; i += kStep) {
      for (int k = 0; k < kWays; ++k) take(k, V::load(x + i + k * V::kWidth));
    }
    for (; i + V::kWidth <= n; i += V::kWidth) take(0, V::load(x + i));
    for (int k = 1; k < kWays; ++k) {
      best[0] = Op::stronger(best[k], best[0]);
      unordered[0] |= unordered[k];
    }
    if constexpr (static_cast<T>(0.5) != 0) {
      if (any(reinterpret_cast<I64>(unordered[0]) != 0)) return static_cast<T>(__builtin_nan(""));
    }
    T lanes[V::kWidth];
    __builtin_memcpy(lanes, &best[0], sizeof(best[0]));
    result = extreme_lane<Op>(lanes);
  }
  for (; i < n; ++i) result = Op::combine(result, x[i]);
  return result;
}

// Element i of each of kRows rows into accumulator i.
template <class Op, int kRows, class T>
void extremes_of_some_rows(const char* x, std::int64_t row_stride, std::int64_t n, T* acc) {
  using V = Vectors<T>;
  const T* rows[kRows];
  for (int k = 0; k < kRows; ++k) rows[k] = reinterpret_cast<const T*>(x + k * row_stride);
  std::int64_t i = 0;
  for (; i + V::kWidth <= n; i += V::kWidth) {
    auto best = V::load(acc + i);
    for (int k = 0; k < kRows; ++k) best = Op::combine(best, V::load(rows[k] + i));
    __builtin_memcpy(acc + i, &best, sizeof(best));
  }
  for (; i < n; ++i) {
    for (int k = 0; k < kRows; ++k) acc[i] = Op::combine(acc[i], rows[k][i]);
  }
}

template <class Op, class T>
void extremes_of_rows(const char* x, std::int64_t row_stride, std::int64_t count, std::int64_t n,
                      T* acc) {
  for (; count >= 8; count -= 8, x += 8 * row_stride) {
    extremes_of_some_rows<Op, 8>(x, row_stride, n, acc);
  }
  for (; count > 0; --count, x += row_stride) {
    extremes_of_some_rows<Op, 1>(x, row_stride, n, acc);
  }
}

// Index of the first element that is the value, or NaN where that is one; n where there is none.
template <bool kNaN, class T>
std::int64_t find_of(const T* x, std::int64_t n, T value) {
  using V = Vectors<T>;
  std::int64_t i = 0;
  for (; i + V::kWidth <= n; i += V::kWidth) {
    const auto elements = V::load(x + i);
    const auto found = kNaN ? elements != elements : elements == value;
    if (any(reinterpret_cast<I64>(found) != 0)) break;
  }
  for (; i < n; ++i) {
    if (kNaN ? x[i] != x[i] : x[i] == value) break;
  }
  return i;
}

// Rows that hold the first extreme of each of kWays vectors of columns.
template <class Op, class T>
void rows_of_extremes(const char* x, std::int64_t row_stride, std::int64_t count,
                      std::int64_t* where) {
  using V = Vectors<T>;
  typename V::Values best[kWays];
  typename V::Counts place[kWays] = {}, row = {};
  for (int k = 0; k < kWays; ++k) {
    best[k] = V::load(reinterpret_cast<const T*>(x) + k * V::kWidth);
  }
  for (std::int64_t r = 1; r < count; ++r) {
    x += row_stride;
    row += 1;
    for (int k = 0; k < kWays; ++k) {
      const auto elements = V::load(reinterpret_cast<const T*>(x) + k * V::kWidth);
      const auto better = Op::beats(elements, best[k]);
      best[k] = better ? elements : best[k];
      place[k] = better ? row : place[k];
    }
  }
  for (int k = 0; k < kWays; ++k) {
    for (int lane = 0; lane < V::kWidth; ++lane) {
      *where++ = static_cast<std::int64_t>(place[k][lane]);
    }
  }
}

template <class T>
std::int64_t count_of(const T* x, std::int64_t n) {
  using V = Vectors<T>;
  constexpr std::int64_t kStep = kWays * V::kWidth;
  // Steps before a lane may overflow.
  constexpr std::int64_t kSteps = sizeof(T) == 1 ? 255 : 1 << 14;
  std::int64_t result = 0;
  std::int64_t i = 0;
  while (i + kStep <= n) {
    typename V::Counts counts[kWays] = {};
    for (std::int64_t s = 0; s < kSteps && i + kStep <= n; ++s, i += kStep) {
      for (int k = 0; k < kWays; ++k) {
        // True lanes are -1.
        counts[k] -= reinterpret_cast<typename V::Counts>(V::load(x + i + k * V::kWidth) != 0);
      }
    }
    for (int k = 0; k < kWays; ++k) {
      for (int lane = 0; lane < V::kWidth; ++lane) {
        result += static_cast<std::int64_t>(counts[k][lane]);
      }
    }
  }
  for (; i < n; ++i) result += x[i] != 0;
  return result;
}

// Whether an element is zero (or is not): stops soon after the first.
template <bool kZero, class T>
bool has(const T* x, std::int64_t n) {
  using V = Vectors<T>;
  constexpr std::int64_t kBlock = 32;
  std::int64_t i = 0;
  while (i + V::kWidth <= n) {
    typename V::Counts found = {};
    for (std::int64_t k = 0; k < kBlock && i + V::kWidth <= n; ++k, i += V::kWidth) {
      const auto is_zero = V::load(x + i) == 0;
      found |= reinterpret_cast<typename V::Counts>(kZero ? is_zero : ~is_zero);
    }
    if (any(reinterpret_cast<I64>(found) != 0)) return true;
  }
  for (; i < n; ++i) {
    if ((x[i] == 0) == kZero) return true;
  }
  return false;
}

}  // namespace
}  // namespace arrayforge
