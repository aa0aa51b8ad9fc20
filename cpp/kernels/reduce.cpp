// Reductions: lanes that the compiler turns into vectors, in blocks that are added pairwise.
#include "loops.h"
#include "reduce_locate.h"
#include "table.h"

namespace arrayforge {
namespace {

template <class T>
T at(const char* x, std::int64_t offset) {
  return *reinterpret_cast<const T*>(x + offset);
}

// kStep: elements from one to the next, where the compiler is to know; 0 where any.
template <class Op, int kStep>
inline constexpr int kFoldLanes = sizeof(typename Op::A) >= 16
                                      ? 8
                                      : (kStep > 0 ? 128 : 64) / sizeof(typename Op::A);

// n > 0 elements, whole rounds of the lanes, each lane for itself: halves whose lanes meet, so that
// the depth is that of pairwise summation. Every second element is first brought together.
template <class Op, class T, int kStep>
void fold_lanes(const char* x, std::int64_t stride, std::int64_t n, const char* center,
                typename Op::A* result) {
  using A = typename Op::A;
  constexpr int kLanes = kFoldLanes<Op, kStep>;
  constexpr std::int64_t kBlock = 16 * kLanes;
  if constexpr (kStep > 0) stride = kStep * sizeof(T);
  A lanes[kLanes];
  if (n > kBlock) {
    const std::int64_t half = n / 2 / kLanes * kLanes;
    fold_lanes<Op, T, kStep>(x, stride, half, center, result);
    fold_lanes<Op, T, kStep>(x + half * stride, stride, n - half, center, lanes);
    for (int k = 0; k < kLanes; ++k) result[k] = Op::combine(result[k], lanes[k]);
    return;
  }
  if constexpr (kStep == 2) {
    T dense[kBlock];
    for (std::int64_t k = 0; k < n; k += Vectors<T>::kWidth) {
      const auto elements = load_every_second(reinterpret_cast<const T*>(x) + 2 * k);
      __builtin_memcpy(dense + k, &elements, sizeof(elements));
    }
    return fold_lanes<Op, T, 1>(reinterpret_cast<const char*>(dense), sizeof(T), n, center, result);
  }
  for (int k = 0; k < kLanes; ++k) lanes[k] = Op::term(at<T>(x, k * stride), center);
  for (std::int64_t i = kLanes; i < n; i += kLanes) {
    for (int k = 0; k < kLanes; ++k) {
      lanes[k] = Op::combine(lanes[k], Op::term(at<T>(x, (i + k) * stride), center));
    }
  }
  for (int k = 0; k < kLanes; ++k) result[k] = lanes[k];
}

template <class Op, class T, int kStep>
typename Op::A fold_block(const char* x, std::int64_t stride, std::int64_t n, const char* center) {
  using A = typename Op::A;
  constexpr int kLanes = kFoldLanes<Op, kStep>;
  std::int64_t i = 0;
  A result = Op::identity();
  if (n >= kLanes) {
    A lanes[kLanes];
    i = n / kLanes * kLanes;
    fold_lanes<Op, T, kStep>(x, stride, i, center, lanes);
    for (int width = kLanes / 2; width > 0; width /= 2) {
      for (int k = 0; k < width; ++k) lanes[k] = Op::combine(lanes[k], lanes[k + width]);
    }
    result = lanes[0];
  }
  for (; i < n; ++i) result = Op::combine(result, Op::term(at<T>(x, i * stride), center));
  return result;
}

template <class Op>
inline constexpr bool is_extreme = requires(typename Op::A a) {
  Op::is_better(a, a);
};

template <class Op, class T>
typename Op::A fold_dense(const char* x, std::int64_t n, const char* center) {
  if constexpr (LaneOf<T>::exists) {
    using Lane = typename LaneOf<T>::type;
    const auto* lanes = reinterpret_cast<const Lane*>(x);
    if constexpr (requires { Op::over(lanes, n); } && (has_ordered_lanes<T> || !is_extreme<Op>)) {
      return Op::over(lanes, n);
    }
  }
  return fold_block<Op, T, 1>(x, sizeof(T), n, center);
}

template <class Op, class T>
void fold(const char* x, std::int64_t stride, std::int64_t n, char* acc, const char* center) {
  auto* a = reinterpret_cast<typename Op::A*>(acc);
  if constexpr (requires { Op::is_settled(*a); }) {
    if (Op::is_settled(*a)) return;
  }
  if constexpr (same_type<Op, Sum<T>> && LaneOf<T>::exists && sizeof(T) == 4) {
    if (stride == 2 * sizeof(T)) {
      *a = Op::combine(*a, fold_block<Op, T, 2>(x, stride, n, center));
      return;
    }
  }
  *a = Op::combine(*a, stride == sizeof(T) ? fold_dense<Op, T>(x, n, center)
                                           : fold_block<Op, T, 0>(x, stride, n, center));
}

// term(first) up to term(first + count - 1), combined pairwise.
template <class Op, int kCount, int kFirst = 0>
ARRAYFORGE_INLINE auto pairwise(const auto& term) {
  if constexpr (kCount == 1) {
    return term(kFirst);
  } else {
    constexpr int kHalf = kCount / 2;
    const auto left = pairwise<Op, kHalf, kFirst>(term);
    return Op::combine(left, pairwise<Op, kCount - kHalf, kFirst + kHalf>(term));
  }
}

template <class Op>
struct Joined {
  static std::uint8_t combine(std::uint8_t a, std::uint8_t b) { return Op::join(a, b); }
};

// Element i of each of kRows rows into accumulator i.
template <class Op, class T, bool kDense, int kRows>
void fold_some_rows(const char* x, std::int64_t stride, std::int64_t row_stride, std::int64_t n,
                    typename Op::A* a, const char* center) {
  if constexpr (kDense) stride = sizeof(T);
  const char* row[kRows];
  for (int k = 0; k < kRows; ++k) row[k] = x + k * row_stride;
  const std::int64_t center_stride = center ? sizeof(typename Total<T>::A) : 0;
  ARRAYFORGE_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) {
    if constexpr (sizeof(T) == 1 && requires { Op::join(0, 0); }) {
      a[i] = Op::combine(a[i], truth(pairwise<Joined<Op>, kRows>(
                                   [&](int k) { return at<std::uint8_t>(row[k], i * stride); })));
    } else {
      const char* c = center + i * center_stride;
      a[i] = Op::combine(
          a[i], pairwise<Op, kRows>([&](int k) { return Op::term(at<T>(row[k], i * stride), c); }));
    }
  }
}

// Many rows at a time, so that the accumulators are read and written the less often.
template <class Op, class T, bool kDense>
void fold_rows(const char* x, std::int64_t stride, std::int64_t row_stride, std::int64_t count,
               std::int64_t n, char* acc, const char* center) {
  auto* a = reinterpret_cast<typename Op::A*>(acc);
  if constexpr (kDense && !is_complex_type<T>) {
    for (; count >= kRowsAtOnce; count -= kRowsAtOnce, x += kRowsAtOnce * row_stride) {
      fold_some_rows<Op, T, kDense, kRowsAtOnce>(x, stride, row_stride, n, a, center);
    }
  }
  for (; count >= 4; count -= 4, x += 4 * row_stride) {
    fold_some_rows<Op, T, kDense, 4>(x, stride, row_stride, n, a, center);
  }
  for (; count > 0; --count, x += row_stride) {
    fold_some_rows<Op, T, kDense, 1>(x, stride, row_stride, n, a, center);
  }
}

template <class Op, class T>
void rows(const char* x, std::int64_t stride, std::int64_t row_stride, std::int64_t count,
          std::int64_t n, char* acc, const char* center) {
  if constexpr (is_extreme<Op> && has_ordered_lanes<T>) {
    if (stride == sizeof(T)) {
      return extremes_of_rows<Op>(x, row_stride, count, n, reinterpret_cast<T*>(acc));
    }
  }
  if (stride == sizeof(T)) {
    fold_rows<Op, T, true>(x, stride, row_stride, count, n, acc, center);
  } else {
    fold_rows<Op, T, false>(x, stride, row_stride, count, n, acc, center);
  }
}

// Integers may be combined in any order: of four, only one waits for the four before. The number
// of elements done.
template <class Op, class T>
std::int64_t scan_by_four(const T* x, std::int64_t n, typename Op::A* out,
                          typename Op::A* running) {
  const auto term = [&](std::int64_t i) { return Op::term(x[i], nullptr); };
  typename Op::A before = *running;
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const auto two = Op::combine(term(i), term(i + 1));
    const auto three = Op::combine(two, term(i + 2));
    const auto four = Op::combine(three, term(i + 3));
    out[i] = Op::combine(before, term(i));
    out[i + 1] = Op::combine(before, two);
    out[i + 2] = Op::combine(before, three);
    before = out[i + 3] = Op::combine(before, four);
  }
  *running = before;
  return i;
}

template <class Op, class T>
void scan(const char* x, std::int64_t stride, std::int64_t n, char* out, std::int64_t out_stride,
          char* acc) {
  using A = typename Op::A;
  A running = *reinterpret_cast<A*>(acc);
  std::int64_t i = 0;
  if constexpr (same_type<A, std::int64_t>) {
    if (stride == sizeof(T) && out_stride == sizeof(A)) {
      i = scan_by_four<Op>(reinterpret_cast<const T*>(x), n, reinterpret_cast<A*>(out), &running);
    }
  }
  for (; i < n; ++i) {
    running = Op::combine(running, Op::term(at<T>(x, i * stride), nullptr));
    *reinterpret_cast<A*>(out + i * out_stride) = running;
  }
  *reinterpret_cast<A*>(acc) = running;
}

// kRows rows at a time, so that the running values are read the less often.
template <class Op, class T, int kRows>
void scan_some_rows(const char* x, std::int64_t row_stride, std::int64_t n, char* out,
                    std::int64_t out_stride, const char* before) {
  using A = typename Op::A;
  ARRAYFORGE_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) {
    A running = reinterpret_cast<const A*>(before)[i];
    for (int k = 0; k < kRows; ++k) {
      const T* row = reinterpret_cast<const T*>(x + k * row_stride);
      running = Op::combine(running, Op::term(row[i], nullptr));
      reinterpret_cast<A*>(out + k * out_stride)[i] = running;
    }
  }
}

template <class Op, class T>
void scan_rows(const char* x, std::int64_t row_stride, std::int64_t count, std::int64_t n,
               char* out, std::int64_t out_stride, const char* before) {
  constexpr int kRows = 4;
  if (count == 0) return;
  if (!before) {
    auto* first = reinterpret_cast<typename Op::A*>(out);
    for (std::int64_t i = 0; i < n; ++i) first[i] = Op::identity();
    before = out;
  }
  for (; count >= kRows; count -= kRows, x += kRows * row_stride, out += kRows * out_stride) {
    scan_some_rows<Op, T, kRows>(x, row_stride, n, out, out_stride, before);
    before = out + (kRows - 1) * out_stride;
  }
  for (; count > 0; --count, x += row_stride, out += out_stride) {
    scan_some_rows<Op, T, 1>(x, row_stride, n, out, out_stride, before);
    before = out;
  }
}

// The extreme of each block by vectors; only the block that has it is searched.
template <class Op, class T>
std::int64_t locate(const char* x, std::int64_t stride, std::int64_t n) {
  using A = typename Op::A;
  if constexpr (has_ordered_lanes<T>) {
    if (stride == sizeof(T) && has_short_places<T>(n)) {
      const T* from = reinterpret_cast<const T*>(x);
      const Found<T> found = first_extreme<Op>(from, n);
      return found.extreme == found.extreme ? found.place : find_of<true>(from, n, found.extreme);
    }
  }
  constexpr std::int64_t kBlock = 8192 / sizeof(T);
  A best = Op::identity();
  std::int64_t first = 0;
  for (std::int64_t i = 0; i < n && best == best; i += kBlock) {
    A extreme = Op::identity();
    fold<Op, T>(x + i * stride, stride, n - i < kBlock ? n - i : kBlock,
                reinterpret_cast<char*>(&extreme), nullptr);
    if (i > 0 && !Op::is_better(extreme, best)) continue;
    best = extreme;
    first = i;
  }
  if constexpr (has_ordered_lanes<T>) {
    if (stride == sizeof(T)) {
      const T* from = reinterpret_cast<const T*>(x) + first;
      return first + (best == best ? find_of<false>(from, n - first, best)
                                   : find_of<true>(from, n - first, best));
    }
  }
  for (std::int64_t i = first; i < n; ++i) {
    const A value = Op::term(at<T>(x, i * stride), nullptr);
    if ((value == best) | (value != value)) return i;
  }
  return first;
}

template <class Op, class T>
void locate_rows(const char* x, std::int64_t row_stride, std::int64_t count, std::int64_t n,
                 std::int64_t* where) {
  std::int64_t i = 0;
  if constexpr (has_ordered_lanes<T>) {
    constexpr std::int64_t kStep = kWays * Vectors<T>::kWidth;
    constexpr auto kLast = static_cast<typename Vectors<T>::Lane>(-1);
    const bool fits = static_cast<std::uint64_t>(count - 1) <= kLast;
    for (; fits && i + kStep <= n; i += kStep) {
      rows_of_extremes<Op, T>(x + i * std::int64_t{sizeof(T)}, row_stride, count, where + i);
    }
  }
  for (; i < n; ++i) {
    where[i] = locate<Op, T>(x + i * std::int64_t{sizeof(T)}, row_stride, count);
  }
}

template <class Op>
void store_identity(char* acc) {
  *reinterpret_cast<typename Op::A*>(acc) = Op::identity();
}

template <class Op, class T>
void fill_op(ReduceKernels& table, Reduction reduction, std::size_t dtype) {
  table.fold[index(reduction)][dtype] = fold<Op, T>;
  table.rows[index(reduction)][dtype] = rows<Op, T>;
  table.identity[index(reduction)][dtype] = store_identity<Op>;
}

template <class T>
void fill_type(ReduceKernels& table, DType dtype) {
  const std::size_t d = index(dtype);
  fill_op<Sum<T>, T>(table, Reduction::sum, d);
  fill_op<Prod<T>, T>(table, Reduction::prod, d);
  fill_op<Any<T>, T>(table, Reduction::any, d);
  fill_op<All<T>, T>(table, Reduction::all, d);
  fill_op<Count<T>, T>(table, Reduction::count, d);
  fill_op<Variance<T>, T>(table, Reduction::variance, d);
  fill_op<Total<T>, T>(table, Reduction::total, d);
  table.scan[0][d] = scan<Sum<T>, T>;
  table.scan[1][d] = scan<Prod<T>, T>;
  table.scan_rows[0][d] = scan_rows<Sum<T>, T>;
  table.scan_rows[1][d] = scan_rows<Prod<T>, T>;
  if constexpr (!is_complex_type<T>) {
    fill_op<Max<T>, T>(table, Reduction::max, d);
    fill_op<Min<T>, T>(table, Reduction::min, d);
    table.locate[0][d] = locate<Max<T>, T>;
    table.locate[1][d] = locate<Min<T>, T>;
    table.locate_rows[0][d] = locate_rows<Max<T>, T>;
    table.locate_rows[1][d] = locate_rows<Min<T>, T>;
  }
}

}  // namespace

void ARRAYFORGE_FILL(reduce)(KernelTable& table) {
  ReduceKernels& reduce = table.reduce;
  fill_type<Boolean>(reduce, DType::bool_);
  fill_type<std::int8_t>(reduce, DType::int8);
  fill_type<std::int16_t>(reduce, DType::int16);
  fill_type<std::int32_t>(reduce, DType::int32);
  fill_type<std::int64_t>(reduce, DType::int64);
  fill_type<std::uint8_t>(reduce, DType::uint8);
  fill_type<std::uint16_t>(reduce, DType::uint16);
  fill_type<std::uint32_t>(reduce, DType::uint32);
  fill_type<std::uint64_t>(reduce, DType::uint64);
  fill_type<Float16>(reduce, DType::float16);
  fill_type<BFloat16>(reduce, DType::bfloat16);
  fill_type<f32>(reduce, DType::float32);
  fill_type<f64>(reduce, DType::float64);
  fill_type<c64>(reduce, DType::complex64);
  fill_type<c128>(reduce, DType::complex128);
}

}  // namespace arrayforge
