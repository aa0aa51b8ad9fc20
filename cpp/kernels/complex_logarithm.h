// Logarithms of complex numbers, in float64. The modulus is never rounded where its logarithm is
// small, so log near the unit circle and log1p near zero keep their digits.
#pragma once

#include "complex_arithmetic.h"
#include "numbers.h"

namespace arrayforge {
namespace {

// A sum of float64 that remembers what rounding lost.
struct Sum {
  f64 value, lost;

  void add(f64 x) {
    const f64 total = value + x;
    const f64 shadow = total - value;
    lost += (value - (total - shadow)) + (x - shadow);
    value = total;
  }
  void add_square(f64 x) {
    const f64 square = x * x;
    add(square);
    lost += __builtin_fma(x, x, -square);
  }
};

// log(1 + start + x**2 + y**2) / 2, for moduli near one.
inline f64 half_log1p(f64 start, f64 x, f64 y) {
  Sum sum = {start, 0};
  sum.add_square(x);
  sum.add_square(y);
  const f64 total = sum.value + sum.lost;
  const f64 rest = sum.lost - (total - sum.value);
  return 0.5 * (__builtin_log1p(total) + rest / (1 + total));
}

// log(abs(z)) for moduli away from one, and for every special value.
inline f64 log_modulus(c128 z) {
  const f64 re = magnitude(z.re);
  const f64 im = magnitude(z.im);
  const f64 larger = re > im ? re : im;
  constexpr f64 kLog2 = 0x1.62e42fefa39efp-1;
  if (larger > 0x1p1020) return __builtin_log(__builtin_hypot(re * 0.25, im * 0.25)) + 2 * kLog2;
  if (larger < 0x1p-960 && larger > 0) {
    return __builtin_log(__builtin_hypot(re * 0x1p100, im * 0x1p100)) - 100 * kLog2;
  }
  return __builtin_log(__builtin_hypot(re, im));
}

inline bool near_unit_circle(c128 z) {
  const f64 square = z.re * z.re + z.im * z.im;
  return square > 0.25 && square < 4;
}

inline f64 real_log(c128 z) {
  return near_unit_circle(z) ? half_log1p(-1, z.re, z.im) : log_modulus(z);
}

struct Log {
  static c128 apply(c128 z) { return {real_log(z), __builtin_atan2(z.im, z.re)}; }
};

struct Log1p {
  static c128 apply(c128 z) {
    const c128 shifted = {1 + z.re, z.im};
    const f64 re =
        near_unit_circle(shifted) ? half_log1p(2 * z.re, z.re, z.im) : log_modulus(shifted);
    return {re, __builtin_atan2(z.im, shifted.re)};
  }
};

// On the axes the logarithm is that of a real number, exact for powers of the base.
struct Log2 {
  static c128 apply(c128 z) {
    constexpr f64 kLog2 = 0x1.62e42fefa39efp-1;
    const bool on_axis = z.re == 0 || z.im == 0;
    const f64 re = on_axis ? __builtin_log2(Abs::apply(z)) : real_log(z) / kLog2;
    return {re, __builtin_atan2(z.im, z.re) / kLog2};
  }
};

struct Log10 {
  static c128 apply(c128 z) {
    constexpr f64 kLog10 = 0x1.26bb1bbb55516p+1;
    const bool on_axis = z.re == 0 || z.im == 0;
    const f64 re = on_axis ? __builtin_log10(Abs::apply(z)) : real_log(z) / kLog10;
    return {re, __builtin_atan2(z.im, z.re) / kLog10};
  }
};

}  // namespace
}  // namespace arrayforge
