// What each operation does to single elements of bool, integer and real floating dtypes. Vector
// mathematics and complex numbers live in families of their own.
#pragma once

#include <cstdint>

#include "half.h"
#include "numbers.h"

namespace arrayforge {
namespace {

template <class T>
inline constexpr bool is_float = static_cast<T>(0.5) != 0;
template <class T>
inline constexpr bool is_signed = static_cast<T>(-1) < static_cast<T>(0);

inline f32 floor_of(f32 x) { return __builtin_floorf(x); }
inline f64 floor_of(f64 x) { return __builtin_floor(x); }
inline f32 fma_of(f32 a, f32 b, f32 c) { return __builtin_fmaf(a, b, c); }
inline f64 fma_of(f64 a, f64 b, f64 c) { return __builtin_fma(a, b, c); }
inline f32 fmod_of(f32 a, f32 b) { return __builtin_fmodf(a, b); }
inline f64 fmod_of(f64 a, f64 b) { return __builtin_fmod(a, b); }
inline f32 copysign_of(f32 a, f32 b) { return __builtin_copysignf(a, b); }
inline f64 copysign_of(f64 a, f64 b) { return __builtin_copysign(a, b); }
template <class T>
bool finite(T x) {
  return x - x == 0;
}

namespace functor {

struct add {
  template <class T>
  T operator()(T a, T b) const {
    return a + b;
  }
};
struct subtract {
  template <class T>
  T operator()(T a, T b) const {
    return a - b;
  }
};
struct multiply {
  template <class T>
  T operator()(T a, T b) const {
    return a * b;
  }
};
struct divide {
  template <class T>
  T operator()(T a, T b) const {
    return a / b;
  }
};
struct negative {
  template <class T>
  T operator()(T a) const {
    return -a;
  }
};
struct identity {
  template <class T>
  T operator()(T a) const {
    return a;
  }
};
struct zero {
  template <class T>
  T operator()(T) const {
    return 0;
  }
};
struct square {
  template <class T>
  T operator()(T a) const {
    return a * a;
  }
};
struct reciprocal {
  template <class T>
  T operator()(T a) const {
    return 1 / a;
  }
};
struct abs {
  template <class T>
  T operator()(T a) const {
    return a < 0 ? -a : a;
  }
  f32 operator()(f32 a) const { return __builtin_fabsf(a); }
  f64 operator()(f64 a) const { return __builtin_fabs(a); }
};
struct sign {
  template <class T>
  T operator()(T a) const {
    const T s = static_cast<T>((a > 0) - (a < 0));
    return a != a ? a : s;
  }
};
struct sqrt {
  f32 operator()(f32 a) const { return __builtin_sqrtf(a); }
  f64 operator()(f64 a) const { return __builtin_sqrt(a); }
};
struct maximum {
  template <class T>
  T operator()(T a, T b) const {
    return ((a >= b) | (a != a)) ? a : b;
  }
};
struct minimum {
  template <class T>
  T operator()(T a, T b) const {
    return ((a <= b) | (a != a)) ? a : b;
  }
};
struct copysign {
  template <class T>
  T operator()(T a, T b) const {
    return copysign_of(a, b);
  }
};
struct nextafter {
  f32 operator()(f32 a, f32 b) const { return __builtin_nextafterf(a, b); }
  f64 operator()(f64 a, f64 b) const { return __builtin_nextafter(a, b); }
  template <class H>
  H operator()(H a, H b) const {
    return next_half(a, b);
  }
};
struct signbit {
  bool operator()(f32 a) const { return __builtin_bit_cast(std::int32_t, a) < 0; }
  bool operator()(f64 a) const { return __builtin_bit_cast(std::int64_t, a) < 0; }
};

struct ceil {
  f32 operator()(f32 a) const { return __builtin_ceilf(a); }
  f64 operator()(f64 a) const { return __builtin_ceil(a); }
};
struct floor {
  f32 operator()(f32 a) const { return __builtin_floorf(a); }
  f64 operator()(f64 a) const { return __builtin_floor(a); }
};
struct trunc {
  f32 operator()(f32 a) const { return __builtin_truncf(a); }
  f64 operator()(f64 a) const { return __builtin_trunc(a); }
};
struct round {
  f32 operator()(f32 a) const { return __builtin_rintf(a); }
  f64 operator()(f64 a) const { return __builtin_rint(a); }
};

// floor(a / b) may be one too large after rounding; the remainder, which FMA gives exactly, tells.
// From 2**digits on neighbouring integers have no floats of their own, and fmod finds the
// remainder.
template <class T>
struct DivMod {
  T quotient, remainder;
};
template <class T>
DivMod<T> divmod(T a, T b) {
  constexpr T kExact = sizeof(T) == 4 ? static_cast<T>(1 << 24) : static_cast<T>(1LL << 53);
  T q = floor_of(a / b);
  if (!finite(a) || !finite(b) || b == 0 || !(q < kExact && q > -kExact)) {
    if (!finite(a) || b == 0 || b != b) return {q, static_cast<T>(__builtin_nan(""))};
    T r = fmod_of(a, b);
    if (r == 0) return {q, copysign_of(static_cast<T>(0), b)};
    if ((r < 0) != (b < 0)) r += b;
    return {q, r};
  }
  T r = fma_of(-q, b, a);
  // Rounding is monotonic and integers are exact, so the quotient is never too small.
  if (r != 0 && (r < 0) != (b < 0)) {
    r += b;
    q -= 1;
  }
  return {q, r == 0 ? copysign_of(static_cast<T>(0), b) : r};
}
struct floor_divide {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float<T>) {
      return divmod(a, b).quotient;
    } else {
      if (b == 0) return 0;
      if constexpr (is_signed<T>) {
        if (b == -1) return static_cast<T>(-a);
      }
      const T q = static_cast<T>(a / b);
      return static_cast<T>(q - ((a % b != 0) & ((a < 0) != (b < 0))));
    }
  }
};
struct remainder {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (is_float<T>) {
      return divmod(a, b).remainder;
    } else {
      if (b == 0) return 0;
      if constexpr (is_signed<T>) {
        if (b == -1) return 0;
      }
      const T r = static_cast<T>(a % b);
      return static_cast<T>((r != 0) & ((r < 0) != (b < 0)) ? r + b : r);
    }
  }
};
// Integers by squaring. A negative exponent gives 1 / a**-b without its fraction, and 0 for a = 0.
struct pow {
  template <class T>
  T operator()(T a, T b) const {
    if (is_signed<T> && b < 0) {
      return static_cast<T>(a == 1 ? 1 : a == static_cast<T>(-1) ? (b % 2 == 0 ? 1 : -1) : 0);
    }
    T result = 1;
    for (; b != 0; b = static_cast<T>(b >> 1)) {
      if (b & 1) result = static_cast<T>(result * a);
      a = static_cast<T>(a * a);
    }
    return result;
  }
};

struct equal {
  template <class T>
  bool operator()(T a, T b) const {
    return a == b;
  }
};
struct not_equal {
  template <class T>
  bool operator()(T a, T b) const {
    return a != b;
  }
};
struct less {
  template <class T>
  bool operator()(T a, T b) const {
    return a < b;
  }
};
struct less_equal {
  template <class T>
  bool operator()(T a, T b) const {
    return a <= b;
  }
};
struct greater {
  template <class T>
  bool operator()(T a, T b) const {
    return a > b;
  }
};
struct greater_equal {
  template <class T>
  bool operator()(T a, T b) const {
    return a >= b;
  }
};

// Finiteness by bits: one integer comparison, and it vectorises.
template <class T>
struct Bits;
template <>
struct Bits<f32> {
  using type = std::uint32_t;
  static constexpr type magnitude = 0x7fffffff, infinity = 0x7f800000;
};
template <>
struct Bits<f64> {
  using type = std::uint64_t;
  static constexpr type magnitude = 0x7fffffffffffffff, infinity = 0x7ff0000000000000;
};
template <class T>
typename Bits<T>::type magnitude_bits(T x) {
  return __builtin_bit_cast(typename Bits<T>::type, x) & Bits<T>::magnitude;
}
struct isfinite {
  template <class T>
  bool operator()(T a) const {
    if constexpr (is_float<T>) return magnitude_bits(a) < Bits<T>::infinity;
    return true;
  }
};
struct isinf {
  template <class T>
  bool operator()(T a) const {
    if constexpr (is_float<T>) return magnitude_bits(a) == Bits<T>::infinity;
    return false;
  }
};
struct isnan {
  template <class T>
  bool operator()(T a) const {
    return a != a;
  }
};

// Truth values: any non-zero byte is true.
struct logical_and {
  bool operator()(std::uint8_t a, std::uint8_t b) const { return (a != 0) & (b != 0); }
};
struct logical_or {
  bool operator()(std::uint8_t a, std::uint8_t b) const { return (a | b) != 0; }
};
struct logical_xor {
  bool operator()(std::uint8_t a, std::uint8_t b) const { return (a != 0) != (b != 0); }
};
struct logical_not {
  bool operator()(std::uint8_t a) const { return a == 0; }
};
struct truth {
  bool operator()(std::uint8_t a) const { return a != 0; }
};
template <class Comparison>
struct of_truth {
  bool operator()(std::uint8_t a, std::uint8_t b) const { return Comparison{}(a != 0, b != 0); }
};

struct bitwise_and {
  template <class T>
  T operator()(T a, T b) const {
    return a & b;
  }
};
struct bitwise_or {
  template <class T>
  T operator()(T a, T b) const {
    return a | b;
  }
};
struct bitwise_xor {
  template <class T>
  T operator()(T a, T b) const {
    return a ^ b;
  }
};
struct bitwise_invert {
  template <class T>
  T operator()(T a) const {
    return static_cast<T>(~a);
  }
};
// C++ leaves counts of the width and above, and negative ones, undefined.
struct bitwise_left_shift {
  template <class T>
  T operator()(T a, T b) const {
    constexpr T kWidth = sizeof(T) * 8;
    return b < 0 || b >= kWidth ? static_cast<T>(0) : static_cast<T>(a << b);
  }
};
struct bitwise_right_shift {
  template <class T>
  T operator()(T a, T b) const {
    constexpr T kWidth = sizeof(T) * 8;
    return static_cast<T>(a >> (b < 0 || b >= kWidth ? kWidth - 1 : b)) &
           static_cast<T>(is_signed<T> || (b >= 0 && b < kWidth) ? ~T{0} : T{0});
  }
};

}  // namespace functor
}  // namespace
}  // namespace arrayforge
