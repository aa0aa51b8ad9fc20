// Dense runs of numbers folded in vectors of the level's width, where the loops of reduce.cpp do
// not become vectors by themselves: extremes, which must keep NaN; counts, in lanes as narrow as
// the elements; any and all, which stop early.
#pragma once

#include "indices.h"
#include "reduce.h"
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

template <class T, int... i>
typename Vectors<T>::Values load_every_second(const T* x, Indices<i...>) {
  constexpr int kWidth = sizeof...(i);
  // The second vector begins one element early, so that it ends with the last element asked for.
  const auto low = Vectors<T>::load(x), high = Vectors<T>::load(x + kWidth - 1);
  return __builtin_shufflevector(low, high, (i < kWidth / 2 ? 2 * i : 2 * i + 1)...);
}
// A vector of x[0], x[2], x[4] and so on; reads nothing beyond the last of them.
template <class T>
typename Vectors<T>::Values load_every_second(const T* x) {
  return load_every_second(x, typename FirstIndices<Vectors<T>::kWidth>::type{});
}

// Independent accumulators: enough to hide the latency of a comparison and a choice.
inline constexpr int kWays = 4;

template <class V, int... i>
V exchanged(Indices<i...>, V x, auto distance) {
  return __builtin_shufflevector(x, x, (i ^ distance.value)...);
}
template <int kValue>
struct Distance {
  static constexpr int value = kValue;
};

// The extreme of the lanes of a vector: each meets the one half as far away at every step.
template <class Op, class T, int kDistance = Vectors<T>::kWidth / 2>
T extreme_lane(typename Vectors<T>::Values x) {
  if constexpr (kDistance == 0) {
    return x[0];
  } else {
    using All = typename FirstIndices<Vectors<T>::kWidth>::type;
    const auto other = exchanged(All{}, x, Distance<kDistance>{});
    return extreme_lane<Op, T, kDistance / 2>(Op::stronger(other, x));
  }
}

// Lanes where either is NaN: one instruction for two vectors.
template <class T>
auto either_is_nan(typename Vectors<T>::Values a, typename Vectors<T>::Values b) {
  return reinterpret_cast<typename Vectors<T>::Counts>(~((a < b) | (a >= b)));
}

// NaNs are seen beside the comparisons, which ignore them: that is one instruction less. The last
// vector overlaps the one before it, which changes no extreme.
template <class Op, class T>
T extreme_of(const T* x, std::int64_t n) {
  using V = Vectors<T>;
  constexpr std::int64_t kStep = kWays * V::kWidth;
  if (n < V::kWidth) {
    T result = Op::identity();
    for (std::int64_t i = 0; i < n; ++i) result = Op::combine(result, x[i]);
    return result;
  }
  typename V::Values best[kWays];
  typename V::Counts unordered = {};
  for (int k = 0; k < kWays; ++k) best[k] = V::load(x);
  std::int64_t i = 0;
  for (; i + kStep <= n; i += kStep) {
    for (int k = 0; k < kWays; k += 2) {
      const auto first = V::load(x + i + k * V::kWidth);
      const auto second = V::load(x + i + (k + 1) * V::kWidth);
      best[k] = Op::stronger(first, best[k]);
      best[k + 1] = Op::stronger(second, best[k + 1]);
      unordered |= either_is_nan<T>(first, second);
    }
  }
  for (int k = 0; k < kWays && i < n; ++k, i += V::kWidth) {
    const auto elements = V::load(x + (i + V::kWidth <= n ? i : n - V::kWidth));
    best[k] = Op::stronger(elements, best[k]);
    unordered |= either_is_nan<T>(elements, elements);
  }
  if constexpr (static_cast<T>(0.5) != 0) {
    if (any(reinterpret_cast<I64>(unordered) != 0)) return static_cast<T>(__builtin_nan(""));
  }
  for (int k = 1; k < kWays; ++k) best[0] = Op::stronger(best[k], best[0]);
  return extreme_lane<Op, T>(best[0]);
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
  for (; count >= kRowsAtOnce; count -= kRowsAtOnce, x += kRowsAtOnce * row_stride) {
    extremes_of_some_rows<Op, kRowsAtOnce>(x, row_stride, n, acc);
  }
  for (; count >= 4; count -= 4, x += 4 * row_stride) {
    extremes_of_some_rows<Op, 4>(x, row_stride, n, acc);
  }
  for (; count > 0; --count, x += row_stride) {
    extremes_of_some_rows<Op, 1>(x, row_stride, n, acc);
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
