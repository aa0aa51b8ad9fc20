// Where the extremes of dense runs are: of a short run in one pass whose lanes remember places, of
// a long one by a search of the block that holds the extreme, of columns side by side by a row
// number in each lane.
#pragma once

#include "reduce_ops.h"

namespace arrayforge {
namespace {

// The first true lane of a comparison that has one.
template <class M>
int first_lane(M mask) {
  constexpr int kSize = sizeof(mask[0]);
#if defined(__AVX512BW__)
  return __builtin_ctzll(_mm512_movepi8_mask(reinterpret_cast<__m512i>(mask))) / kSize;
#elif defined(__AVX2__)
  return __builtin_ctz(
             static_cast<unsigned>(_mm256_movemask_epi8(reinterpret_cast<__m256i>(mask)))) /
         kSize;
#elif defined(__SSE2__)
  return __builtin_ctz(static_cast<unsigned>(_mm_movemask_epi8(reinterpret_cast<__m128i>(mask)))) /
         kSize;
#else
  int lane = 0;
  while (lane < kVectorBytes / kSize - 1 && !mask[lane]) ++lane;
  return lane;
#endif
}

// The extreme of a short run and the index of the first, or NaN without a place where one is: each
// lane of each way remembers where its own first extreme was. No branch depends on the elements, so
// that the processor begins the next run meanwhile.
template <class T>
struct Found {
  T extreme;
  std::int64_t place;
};

// One way's extreme in each lane, and where it was.
template <class T>
struct Way {
  typename Vectors<T>::Values best;
  typename Vectors<T>::Counts place;

  Way(const T* x, std::int64_t i, typename Vectors<T>::Counts order)
      : best(Vectors<T>::load(x + i)), place(order + static_cast<typename Vectors<T>::Lane>(i)) {}

  template <class Op>
  ARRAYFORGE_INLINE void take(typename Vectors<T>::Values elements,
                              typename Vectors<T>::Counts places) {
    const auto stronger = Op::stronger(elements, best);
    place = stronger != best ? places : place;
    best = stronger;
  }
  typename Vectors<T>::Counts places_of(T extreme) const {
    return best == extreme ? place : typename Vectors<T>::Counts{} - 1;
  }
};

// Runs for first_extreme(): a vector at least, fewer elements than a lane can count, and no more
// than that the search of a block costs less.
template <class T>
bool has_short_places(std::int64_t n) {
  constexpr std::int64_t kMost = sizeof(T) == 1 ? 255 : 4096;
  return n >= Vectors<T>::kWidth && n <= kMost;
}

template <class Op, class T>
Found<T> first_extreme(const T* x, std::int64_t n) {
  using V = Vectors<T>;
  using Lane = typename V::Lane;
  constexpr std::int64_t kStep = kWays * V::kWidth;
  static_assert(kWays == 4);
  typename V::Counts order = {}, unordered = {};
  for (int lane = 0; lane < V::kWidth; ++lane) order[lane] = static_cast<Lane>(lane);
  // Vectors that would reach beyond the end overlap those before them: a lane meets its own first
  // extreme before its copies.
  const auto start = [&](int k) {
    const std::int64_t skip = k * V::kWidth, last = n - V::kWidth;
    return Way<T>(x, skip < last ? skip : last, order);
  };
  Way<T> a = start(0), b = start(1), c = start(2), d = start(3);
  unordered = either_is_nan<T>(a.best, b.best) | either_is_nan<T>(c.best, d.best);
  const auto take = [&](std::int64_t i, typename V::Counts places) {
    const T* from = x + i;
    const auto one = V::load(from), two = V::load(from + V::kWidth);
    a.template take<Op>(one, places);
    b.template take<Op>(two, places + static_cast<Lane>(V::kWidth));
    unordered |= either_is_nan<T>(one, two);
    const auto three = V::load(from + 2 * V::kWidth), four = V::load(from + 3 * V::kWidth);
    c.template take<Op>(three, places + static_cast<Lane>(2 * V::kWidth));
    d.template take<Op>(four, places + static_cast<Lane>(3 * V::kWidth));
    unordered |= either_is_nan<T>(three, four);
  };
  if (n > kStep) {
    // The first step back to a multiple of the vector, so that no load touches two cache lines.
    const auto beyond = reinterpret_cast<std::uintptr_t>(x + kStep) % kVectorBytes / sizeof(T);
    std::int64_t i = kStep - static_cast<std::int64_t>(beyond);
    auto places = order + static_cast<Lane>(i);
    for (; i + kStep <= n; i += kStep, places += static_cast<Lane>(kStep)) take(i, places);
    take(n - kStep, order + static_cast<Lane>(n - kStep));
  }
  if constexpr (static_cast<T>(0.5) != 0) {
    if (any(reinterpret_cast<I64>(unordered) != 0)) return {static_cast<T>(__builtin_nan("")), 0};
  }
  const T extreme =
      extreme_lane<Op, T>(Op::stronger(Op::stronger(a.best, b.best), Op::stronger(c.best, d.best)));
  const auto least = [](auto p, auto q) { return p < q ? p : q; };
  const auto first = least(least(a.places_of(extreme), b.places_of(extreme)),
                           least(c.places_of(extreme), d.places_of(extreme)));
  return {extreme, static_cast<std::int64_t>(extreme_lane<Min<Lane>, Lane>(first))};
}

// Index of the first element that is the value, or NaN where that is one; n where there is none.
// Steps of four vectors; the last overlaps those before it, where there is none.
template <bool kNaN, class T>
std::int64_t find_of(const T* x, std::int64_t n, T value) {
  using V = Vectors<T>;
  constexpr std::int64_t kStep = kWays * V::kWidth;
  static_assert(kWays == 4);
  const auto is_it = [&](std::int64_t i) {
    const auto elements = V::load(x + i);
    return kNaN ? elements != elements : elements == value;
  };
  const auto is_any = [](auto mask) { return any(reinterpret_cast<I64>(mask) != 0); };
  if (n < kStep) {
    std::int64_t i = 0;
    for (; i + V::kWidth <= n; i += V::kWidth) {
      const auto found = is_it(i);
      if (is_any(found)) return i + first_lane(found);
    }
    while (i < n && !(kNaN ? x[i] != x[i] : x[i] == value)) ++i;
    return i;
  }
  for (std::int64_t i = 0; i < n; i += kStep) {
    if (i + kStep > n) i = n - kStep;
    const auto one = is_it(i);
    const auto two = one | is_it(i + V::kWidth);
    const auto three = two | is_it(i + 2 * V::kWidth);
    if (!is_any(three | is_it(i + 3 * V::kWidth))) continue;
    // Counted, not branched on: where it is nobody can predict.
    i += (!is_any(one) + !is_any(two) + !is_any(three)) * V::kWidth;
    return i + first_lane(is_it(i));
  }
  return n;
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

}  // namespace
}  // namespace arrayforge
