// What each reduction does: its accumulator, the identity, an element's term, how two accumulators
// combine; and over(), which folds dense lanes by reduce_vector.h where the reduction has such a
// way.
#pragma once

#include "elements.h"
#include "reduce_vector.h"

namespace arrayforge {
namespace {

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

// The number that vectors hold where elements are T; none where a vector cannot.
template <class T>
struct LaneOf {
  using type = T;
  static constexpr bool exists = !is_complex_type<T>;
};
template <>
struct LaneOf<Boolean> {
  using type = std::uint8_t;
  static constexpr bool exists = true;
};
template <>
struct LaneOf<Float16> {
  static constexpr bool exists = false;
};
template <>
struct LaneOf<BFloat16> {
  static constexpr bool exists = false;
};
// Booleans have an order only as 0 and 1, so their bytes do not compare as they are.
template <class T>
inline constexpr bool has_ordered_lanes = LaneOf<T>::exists && !same_type<T, Boolean>;

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

// combine() of the extremes serves numbers and vectors of them; a NaN is better than any number.
template <class T>
struct Max {
  using A = Number<T>;
  static A identity() { return lowest<A>(); }
  static A term(T x, const char*) { return number(x); }
  template <class V>
  static V combine(V a, V b) {
    if constexpr (static_cast<A>(0.5) == 0) {
      return a >= b ? a : b;
    } else {
      return ((a >= b) | (a != a)) ? a : b;
    }
  }
  template <class V>
  static V stronger(V a, V b) {
    return a > b ? a : b;
  }
  static bool is_better(A a, A b) { return !(b >= a); }
  template <class V>
  static auto beats(V a, V b) {
    return ~(b >= a) & (b == b);
  }
  static A over(const A* x, std::int64_t n) { return extreme_of<Max>(x, n); }
};

template <class T>
struct Min {
  using A = Number<T>;
  static A identity() { return highest<A>(); }
  static A term(T x, const char*) { return number(x); }
  template <class V>
  static V combine(V a, V b) {
    if constexpr (static_cast<A>(0.5) == 0) {
      return a <= b ? a : b;
    } else {
      return ((a <= b) | (a != a)) ? a : b;
    }
  }
  template <class V>
  static V stronger(V a, V b) {
    return a < b ? a : b;
  }
  static bool is_better(A a, A b) { return !(b <= a); }
  template <class V>
  static auto beats(V a, V b) {
    return ~(b <= a) & (b == b);
  }
  static A over(const A* x, std::int64_t n) { return extreme_of<Min>(x, n); }
};

template <class T>
struct Any {
  using A = std::uint8_t;
  static A identity() { return 0; }
  static A term(T x, const char*) { return truth(x); }
  static A combine(A a, A b) { return static_cast<A>(a | b); }
  // Bytes may be joined before one asks whether the result is true.
  static std::uint8_t join(std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(a | b);
  }
  static bool is_settled(A a) { return a != 0; }
  template <class V>
  static A over(const V* x, std::int64_t n) {
    return has<false>(x, n);
  }
};

template <class T>
struct All {
  using A = std::uint8_t;
  static A identity() { return 1; }
  static A term(T x, const char*) { return truth(x); }
  static A combine(A a, A b) { return static_cast<A>(a & b); }
  static std::uint8_t join(std::uint8_t a, std::uint8_t b) { return a < b ? a : b; }
  static bool is_settled(A a) { return a == 0; }
  template <class V>
  static A over(const V* x, std::int64_t n) {
    return !has<true>(x, n);
  }
};

template <class T>
struct Count {
  using A = std::int64_t;
  static A identity() { return 0; }
  static A term(T x, const char*) { return truth(x); }
  static A combine(A a, A b) { return a + b; }
  template <class V>
  static A over(const V* x, std::int64_t n) {
    return count_of(x, n);
  }
};

// The sum in floating point, of integers too.
template <class T>
struct Total : Sum<T> {};
template <class T>
requires(static_cast<WideOf<T>>(0.5) == 0) struct Total<T> {
  using A = f64;
  static A identity() { return 0; }
  static A term(T x, const char*) { return static_cast<f64>(number(x)); }
  static A combine(A a, A b) { return a + b; }
};

template <class T>
struct Variance {
  using A = f64;
  using Center = typename Total<T>::A;
  static A identity() { return 0; }
  static A term(T x, const char* center) {
    const Center c = *reinterpret_cast<const Center*>(center);
    if constexpr (is_complex_type<T>) {
      const f64 re = x.re - c.re, im = x.im - c.im;
      return re * re + im * im;
    } else {
      const f64 d = static_cast<f64>(number(x)) - c;
      return d * d;
    }
  }
  static A combine(A a, A b) { return a + b; }
};

}  // namespace
}  // namespace arrayforge
