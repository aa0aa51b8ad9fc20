// Reductions: lanes that the compiler turns into vectors, in blocks that are added pairwise.
#include "half.h"
#include "table.h"

namespace arrayforge {
namespace {

struct Boolean {
  std::uint8_t byte;
};

template <class T>
T number(T x) {
  return x;
}
inline f32 number(Float16 x) { return widen(x); }
inline f32 number(BFloat16 x) { return widen(x); }
inline std::uint8_t number(Boolean x) { return x.byte != 0; }
template <class T>
using Number = decltype(number(T{}));

template <class T>
inline constexpr bool is_complex_type = false;
template <>
inline constexpr bool is_complex_type<c64> = true;
template <>
inline constexpr bool is_complex_type<c128> = true;

template <class V>
struct Wide {
  using type = std::int64_t;
};
template <>
struct Wide<f32> {
  using type = f64;
};
template <>
struct Wide<f64> {
  using type = f64;
};
template <>
struct Wide<c64> {
  using type = c128;
};
template <>
struct Wide<c128> {
  using type = c128;
};
template <class T>
using WideOf = typename Wide<Number<T>>::type;

template <class A, class T>
A wide(T x) {
  if constexpr (is_complex_type<T>) {
    return {x.re, x.im};
  } else {
    return static_cast<A>(number(x));
  }
}

template <class T>
bool truth(T x) {
  if constexpr (is_complex_type<T>) {
    return (x.re != 0) | (x.im != 0);
  } else {
    return number(x) != 0;
  }
}

template <class V>
constexpr V lowest() {
  if constexpr (static_cast<V>(0.5) != 0) {
    return static_cast<V>(-__builtin_inf());
  } else if constexpr (static_cast<V>(-1) < 0) {
    return static_cast<V>(V{1} << (sizeof(V) * 8 - 1));
  } else {
    return 0;
  }
}
template <class V>
constexpr V highest() {
  if constexpr (static_cast<V>(0.5) != 0) {
    return static_cast<V>(__builtin_inf());
  } else {
    return static_cast<V>(~lowest<V>());
  }
}

// Each reduction: its accumulator, the identity, an element's term, and how two accumulators
// combine.
template <class T>
struct Sum {
  using A = WideOf<T>;
  static A identity() { return A{}; }
  static A term(T x, const char*) { return wide<A>(x); }
  static A combine(A a, A b) {
    if constexpr (is_complex_type<A>) {
      return {a.re + b.re, a.im + b.im};
    } else {
      return a + b;
    }
  }
};

template <class T>
struct Prod {
  using A = WideOf<T>;
  static A identity() {
    if constexpr (is_complex_type<A>) {
      return {1, 0};
    } else {
      return 1;
    }
  }
  static A term(T x, const char*) { return wide<A>(x); }
  static A combine(A a, A b) {
    if constexpr (is_complex_type<A>) {
      return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    } else {
      return a * b;
    }
  }
};

template <class T>
struct Max {
  using A = Number<T>;
  static A identity() { return lowest<A>(); }
  static A term(T x, const char*) { return number(x); }
  static A combine(A a, A b) { return (a >= b) | (a != a) ? a : b; }
};

template <class T>
struct Min {
  using A = Number<T>;
  static A identity() { return highest<A>(); }
  static A term(T x, const char*) { return number(x); }
  static A combine(A a, A b) { return (a <= b) | (a != a) ? a : b; }
};

template <class T>
struct Any {
  using A = std::uint8_t;
  static A identity() { return 0; }
  static A term(T x, const char*) { return truth(x); }
  static A combine(A a, A b) { return static_cast<A>(a | b); }
};

template <class T>
struct All {
  using A = std::uint8_t;
  static A identity() { return 1; }
  static A term(T x, const char*) { return truth(x); }
  static A combine(A a, A b) { return static_cast<A>(a & b); }
};

template <class T>
struct Count {
  using A = std::int64_t;
  static A identity() { return 0; }
  static A term(T x, const char*) { return truth(x); }
  static A combine(A a, A b) { return a + b; }
};

template <class T>
struct Variance {
  using A = f64;
  using Center = WideOf<T>;
  static A identity() { return 0; }
  static A term(T x, const char* center) {
    const Center c = *reinterpret_cast<const Center*>(center);
    if constexpr (is_complex_type<T>) {
      const f64 re = x.re - c.re, im = x.im - c.im;
      return re * re + im * im;
    } else {
      const f64 d = static_cast<f64>(number(x)) - static_cast<f64>(c);
      return d * d;
    }
  }
  static A combine(A a, A b) { return a + b; }
};

template <class T>
T at(const char* x, std::int64_t offset) {
  return *reinterpret_cast<const T*>(x + offset);
}

template <class Op, class T, bool kDense>
typename Op::A fold_block(const char* x, std::int64_t stride, std::int64_t n, const char* center) {
  using A = typename Op::A;
  constexpr int kLanes = sizeof(A) >= 16 ? 8 : 128 / sizeof(A);
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

template <class Op, class T>
void fold(const char* x, std::int64_t stride, std::int64_t n, char* acc, const char* center) {
  auto* a = reinterpret_cast<typename Op::A*>(acc);
  *a = Op::combine(*a, stride == sizeof(T) ? fold_block<Op, T, true>(x, stride, n, center)
                                           : fold_block<Op, T, false>(x, stride, n, center));
}

template <class Op, class T>
void row(const char* x, std::int64_t stride, std::int64_t n, char* acc, const char* center) {
  auto* a = reinterpret_cast<typename Op::A*>(acc);
  const std::int64_t center_stride = center ? sizeof(WideOf<T>) : 0;
  if (stride == sizeof(T)) {
    for (std::int64_t i = 0; i < n; ++i) {
      a[i] = Op::combine(
          a[i], Op::term(at<T>(x, i * std::int64_t{sizeof(T)}), center + i * center_stride));
    }
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    a[i] = Op::combine(a[i], Op::term(at<T>(x, i * stride), center + i * center_stride));
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

template <class Op, class T>
std::int64_t locate(const char* x, std::int64_t stride, std::int64_t n) {
  using A = typename Op::A;
  // The extreme by vectors first, then a search that stops at its first place.
  A best = Op::identity();
  fold<Op, T>(x, stride, n, reinterpret_cast<char*>(&best), nullptr);
  for (std::int64_t i = 0; i < n; ++i) {
    const A value = Op::term(at<T>(x, i * stride), nullptr);
    if ((value == best) | (value != value)) return i;
  }
  return 0;
}

template <class Op>
void store_identity(char* acc) {
  *reinterpret_cast<typename Op::A*>(acc) = Op::identity();
}

template <class Op, class T>
void fill_op(ReduceKernels& table, Reduction reduction, std::size_t dtype) {
  table.fold[index(reduction)][dtype] = fold<Op, T>;
  table.row[index(reduction)][dtype] = row<Op, T>;
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
  table.scan[0][d] = scan<Sum<T>, T>;
  table.scan[1][d] = scan<Prod<T>, T>;
  if constexpr (!is_complex_type<T>) {
    fill_op<Max<T>, T>(table, Reduction::max, d);
    fill_op<Min<T>, T>(table, Reduction::min, d);
    table.locate[0][d] = locate<Max<T>, T>;
    table.locate[1][d] = locate<Min<T>, T>;
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
