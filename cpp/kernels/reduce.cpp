// Reductions: lanes that the compiler turns into vectors, in blocks that are added pairwise.
#include "loops.h"
#include "reduce_ops.h"
#include "table.h"

namespace arrayforge {
namespace {

template <class T>
T at(const char* x, std::int64_t offset) {
  return *reinterpret_cast<const T*>(x + offset);
}

template <class Op, class T, bool kDense>
typename Op::A fold_block(const char* x, std::int64_t stride, std::int64_t n, const char* center) {
  using A = typename Op::A;
  constexpr int kLanes = sizeof(A) >= 16 ? 8 : (kDense ? 128 : 64) / sizeof(A);
  constexpr std::int64_t kBlock = 16 * kLanes;
  if constexpr (kDense) stride = sizeof(T);
  if (n > kBlock) {
    // Halves in whole vectors; the depth is that of pairwise summation.
    const std::int64_t half = n / 2 / kLanes * kLanes;
    const A left = fold_block<Op, T, kDense>(x, stride, half, center);
    return Op::combine(left,
                       fold_block<Op, T, kDense>(x + half * stride, stride, n - half, center));
  }
  std::int64_t i = 0;
  A result = Op::identity();
  if (n >= kLanes) {
    A lanes[kLanes];
    for (int k = 0; k < kLanes; ++k) lanes[k] = Op::term(at<T>(x, k * stride), center);
    for (i = kLanes; i + kLanes <= n; i += kLanes) {
      for (int k = 0; k < kLanes; ++k) {
        lanes[k] = Op::combine(lanes[k], Op::term(at<T>(x, (i + k) * stride), center));
      }
    }
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
  return fold_block<Op, T, true>(x, sizeof(T), n, center);
}

template <class Op, class T>
void fold(const char* x, std::int64_t stride, std::int64_t n, char* acc, const char* center) {
  auto* a = reinterpret_cast<typename Op::A*>(acc);
  if constexpr (requires { Op::is_settled(*a); }) {
    if (Op::is_settled(*a)) return;
  }
  *a = Op::combine(*a, stride == sizeof(T) ? fold_dense<Op, T>(x, n, center)
                                           : fold_block<Op, T, false>(x, stride, n, center));
}

// Four rows at a time, so that the accumulators are read and written a fourth as often.
template <class Op, class T, bool kDense>
void fold_rows(const char* x, std::int64_t stride, std::int64_t row_stride, std::int64_t count,
               std::int64_t n, char* acc, const char* center) {
  auto* a = reinterpret_cast<typename Op::A*>(acc);
  const std::int64_t center_stride = center ? sizeof(typename Total<T>::A) : 0;
  if constexpr (kDense) stride = sizeof(T);
  std::int64_t r = 0;
  for (; r + 4 <= count; r += 4, x += 4 * row_stride) {
    const char *x1 = x + row_stride, *x2 = x1 + row_stride, *x3 = x2 + row_stride;
    ARRAYFORGE_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t offset = i * stride;
      const char* c = center + i * center_stride;
      const auto first = Op::combine(Op::term(at<T>(x, offset), c), Op::term(at<T>(x1, offset), c));
      const auto second =
          Op::combine(Op::term(at<T>(x2, offset), c), Op::term(at<T>(x3, offset), c));
      a[i] = Op::combine(a[i], Op::combine(first, second));
    }
  }
  for (; r < count; ++r, x += row_stride) {
    ARRAYFORGE_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) {
      a[i] = Op::combine(a[i], Op::term(at<T>(x, i * stride), center + i * center_stride));
    }
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

template <class Op, class T>
void scan(const char* x, std::int64_t stride, std::int64_t n, char* out, std::int64_t out_stride,
          char* acc) {
  using A = typename Op::A;
  A running = *reinterpret_cast<A*>(acc);
  for (std::int64_t i = 0; i < n; ++i) {
    running = Op::combine(running, Op::term(at<T>(x, i * stride), nullptr));
    *reinterpret_cast<A*>(out + i * out_stride) = running;
  }
  *reinterpret_cast<A*>(acc) = running;
}

// The extreme of each block by vectors; only the block that has it is searched.
template <class Op, class T>
std::int64_t locate(const char* x, std::int64_t stride, std::int64_t n) {
  using A = typename Op::A;
  constexpr std::int64_t kBlock = 2048;
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
