// Complex arithmetic, comparisons and parts. Everything here is free of branches, so that the loops
// vectorise. Quotients and moduli are scaled by powers of two, or computed in float64 for
// complex64: parts near the ends of the range neither overflow nor underflow on the way.
#pragma once

#include <cstdint>

#include "numbers.h"

namespace arrayforge {
namespace {

template <class R>
constexpr R kInfinity = static_cast<R>(__builtin_inf());
template <class R>
constexpr R kNaN = static_cast<R>(__builtin_nan(""));

inline f32 magnitude(f32 x) { return __builtin_fabsf(x); }
inline f64 magnitude(f64 x) { return __builtin_fabs(x); }
inline f32 with_sign(f32 x, f32 sign) { return __builtin_copysignf(x, sign); }
inline f64 with_sign(f64 x, f64 sign) { return __builtin_copysign(x, sign); }

// Questions answer in int, so that & and | combine them without branches.
template <class R>
int finite(R x) {
  return magnitude(x) < kInfinity<R>;
}
template <class R>
int infinite(R x) {
  return magnitude(x) == kInfinity<R>;
}
template <class R>
int nan(R x) {
  return x != x;
}

inline c128 widen(c64 z) { return {z.re, z.im}; }
inline c64 narrow(c128 z) { return {static_cast<f32>(z.re), static_cast<f32>(z.im)}; }

// -- sums and products

struct Add {
  template <class R>
  static R apply(R x, R y) {
    return x + y;
  }
  template <class R>
  static Complex<R> apply(Complex<R> x, Complex<R> y) {
    return {x.re + y.re, x.im + y.im};
  }
};

struct Subtract {
  template <class R>
  static R apply(R x, R y) {
    return x - y;
  }
  template <class R>
  static Complex<R> apply(Complex<R> x, Complex<R> y) {
    return {x.re - y.re, x.im - y.im};
  }
};

struct Multiply {
  template <class R>
  static Complex<R> apply(Complex<R> x, Complex<R> y) {
    return {x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
  }
};

// The factored real part neither cancels nor overflows to NaN. Its zeros are positive, as in x * x.
struct Square {
  template <class R>
  static Complex<R> apply(Complex<R> x) {
    const R half = x.re * x.im;
    return {(x.re - x.im) * (x.re + x.im) + R(0), half + half};
  }
};

struct Negative {
  template <class R>
  static R apply(R x) {
    return -x;
  }
  template <class R>
  static Complex<R> apply(Complex<R> x) {
    return {-x.re, -x.im};
  }
};

struct Positive {
  template <class T>
  static T apply(T x) {
    return x;
  }
};

struct Round {
  static f32 apply(f32 x) { return __builtin_rintf(x); }
  static f64 apply(f64 x) { return __builtin_rint(x); }
  template <class R>
  static Complex<R> apply(Complex<R> x) {
    return {apply(x.re), apply(x.im)};
  }
};

// -- quotients

// The biased exponent of the larger part; 2047 where a part is infinite or NaN.
inline std::int64_t exponent(c128 z) {
  const auto re = __builtin_bit_cast(std::int64_t, magnitude(z.re));
  const auto im = __builtin_bit_cast(std::int64_t, magnitude(z.im));
  return (re > im ? re : im) >> 52;
}

// 2**k for -1022 <= k <= 1023.
inline f64 power_of_two(std::int64_t k) { return __builtin_bit_cast(f64, (k + 1023) << 52); }

inline std::int64_t at_least(std::int64_t x, std::int64_t low) { return x < low ? low : x; }

// The textbook formula; a divisor on an axis divides the parts, so that its zeros and infinities
// act as real ones.
inline c128 divide_scaled(c128 x, c128 y) {
  const bool real = y.im == 0;
  const bool imaginary = y.re == 0;
  const f64 norm = y.re * y.re + y.im * y.im;
  const f64 re = x.re * y.re + x.im * y.im;
  const f64 im = x.im * y.re - x.re * y.im;
  const f64 divisor = real ? y.re : imaginary ? y.im : norm;
  const f64 quotient_re = (real ? x.re : imaginary ? x.im : re) / divisor;
  const f64 quotient_im = (real ? x.im : imaginary ? -x.re : im) / divisor;
  return {quotient_re, quotient_im};
}

// An infinite divisor becomes a unit one and its quotient is multiplied by zero: finite / infinite
// is 0.
inline c128 unit_of_infinite(c128 y) {
  const f64 re = with_sign(infinite(y.re) ? 1.0 : 0.0, y.re);
  const f64 im = with_sign(infinite(y.im) ? 1.0 : 0.0, y.im);
  const int replace = infinite(y.re) | infinite(y.im);
  return {replace ? re : y.re, replace ? im : y.im};
}

struct Divide {
  static c128 apply(c128 x, c128 y) {
    const int vanishes = infinite(y.re) | infinite(y.im);
    y = unit_of_infinite(y);
    // Factors that bring the larger parts into [1, 4), or as near as one factor can where they are
    // subnormal.
    const std::int64_t x_shift = at_least(1023 - exponent(x), -1022);
    const std::int64_t y_shift = at_least(1023 - exponent(y), -1022);
    const f64 x_factor = power_of_two(x_shift);
    const f64 y_factor = power_of_two(y_shift);
    const c128 q =
        divide_scaled({x.re * x_factor, x.im * x_factor}, {y.re * y_factor, y.im * y_factor});
    // Two factors, because their product may be out of range where the result is not.
    const std::int64_t shift = at_least(y_shift - x_shift, -2044);
    const std::int64_t half = shift >> 1;
    const f64 first = vanishes ? 0.0 : power_of_two(half);
    const f64 second = power_of_two(shift - half);
    return {q.re * first * second, q.im * first * second};
  }
  // Products of two float32 are exact in float64, and far from the ends of its range.
  static c64 apply(c64 x, c64 y) {
    const int vanishes = infinite(y.re) | infinite(y.im);
    const c128 q = divide_scaled(widen(x), unit_of_infinite(widen(y)));
    const f64 factor = vanishes ? 0.0 : 1.0;
    return narrow({q.re * factor, q.im * factor});
  }
};

struct Reciprocal {
  template <class R>
  static Complex<R> apply(Complex<R> x) {
    return Divide::apply(Complex<R>{1, 0}, x);
  }
};

// -- modulus and sign

// Powers of two that keep the squares of both ends of the range inside it.
template <class R>
struct ModulusScale;
template <>
struct ModulusScale<f64> {
  static constexpr f64 kLarge = 0x1p500, kSmall = 0x1p-480, kFactor = 0x1p600, kInverse = 0x1p-600;
};
template <>
struct ModulusScale<f32> {
  static constexpr f32 kLarge = 0x1p60f, kSmall = 0x1p-40f, kFactor = 0x1p100f,
                       kInverse = 0x1p-100f;
};

inline f32 square_root(f32 x) { return __builtin_sqrtf(x); }
inline f64 square_root(f64 x) { return __builtin_sqrt(x); }

struct Abs {
  template <class R>
  static R apply(Complex<R> x) {
    using Scale = ModulusScale<R>;
    const R re = magnitude(x.re);
    const R im = magnitude(x.im);
    const R larger = re > im ? re : im;
    const bool large = larger > Scale::kLarge;
    const bool small = larger < Scale::kSmall;
    const R factor = large ? Scale::kInverse : small ? Scale::kFactor : R(1);
    const R back = large ? Scale::kFactor : small ? Scale::kInverse : R(1);
    const R u = re * factor;
    const R v = im * factor;
    const R root = square_root(u * u + v * v) * back;
    const int any_infinite = infinite(re) | infinite(im);
    return any_infinite ? kInfinity<R> : root;
  }
};

struct Sign {
  static c128 apply(c128 x) {
    const f64 factor = power_of_two(at_least(1023 - exponent(x), -1022));
    return divide_by_modulus({x.re * factor, x.im * factor});
  }
  static c64 apply(c64 x) { return narrow(divide_by_modulus(widen(x))); }

 private:
  // For parts whose squares are in range, or infinite.
  static c128 divide_by_modulus(c128 z) {
    const int any_infinite = infinite(z.re) | infinite(z.im);
    const int any_nan = nan(z.re) | nan(z.im);
    const f64 root = __builtin_sqrt(z.re * z.re + z.im * z.im);
    // Zero divides by one; the sum turns its signs to plus.
    const f64 positive = root == 0 ? 1.0 : root;
    const f64 plus = root == 0 ? 0.0 : -0.0;
    const f64 modulus = any_nan ? kNaN<f64> : any_infinite ? kInfinity<f64> : positive;
    return {z.re / modulus + plus, z.im / modulus + plus};
  }
};

// -- comparisons and predicates

struct Equal {
  template <class R>
  static std::uint8_t apply(Complex<R> x, Complex<R> y) {
    return (x.re == y.re) & (x.im == y.im);
  }
};

struct NotEqual {
  template <class R>
  static std::uint8_t apply(Complex<R> x, Complex<R> y) {
    return (x.re != y.re) | (x.im != y.im);
  }
};

struct IsFinite {
  template <class R>
  static std::uint8_t apply(Complex<R> x) {
    return finite(x.re) & finite(x.im);
  }
};

struct IsInf {
  template <class R>
  static std::uint8_t apply(Complex<R> x) {
    return infinite(x.re) | infinite(x.im);
  }
};

struct IsNan {
  template <class R>
  static std::uint8_t apply(Complex<R> x) {
    return nan(x.re) | nan(x.im);
  }
};

// -- parts

struct Real {
  template <class R>
  static R apply(Complex<R> x) {
    return x.re;
  }
};

struct Imag {
  template <class R>
  static R apply(Complex<R> x) {
    return x.im;
  }
};

struct Conj {
  template <class R>
  static Complex<R> apply(Complex<R> x) {
    return {x.re, -x.im};
  }
};

}  // namespace
}  // namespace arrayforge
