// Powers of complex numbers: exp(y * log(x)), where an error of the logarithm is multiplied by its
// exponent. So the logarithm and the product are taken in the next wider type. Small integer
// exponents are products in that type, which keeps powers of Gaussian integers exact.
#pragma once

#include "complex_arithmetic.h"
#include "complex_functions.h"
#include "complex_logarithm.h"
#include "numbers.h"

namespace arrayforge {
namespace {

using f80 = long double;  // float64 again on some platforms, which costs digits and nothing else
using c80 = Complex<f80>;

inline c80 widen(c128 z) { return {z.re, z.im}; }

inline c80 logarithm(c80 z) {
  const f80 re = __builtin_fabsl(z.re);
  const f80 im = __builtin_fabsl(z.im);
  const f80 larger = re > im ? re : im;
  const f80 smaller = re > im ? im : re;
  const f80 square = smaller * smaller;
  const bool near_one = larger > 0.5L && larger < 2;
  const f80 log = near_one ? 0.5L * __builtin_log1pl((larger - 1) * (larger + 1) + square)
                           : __builtin_logl(__builtin_hypotl(re, im));
  return {log, __builtin_atan2l(z.im, z.re)};
}

inline c128 logarithm(c128 z) { return Log::apply(z); }

// exp of a wide number, as exp of its rounded value times 1 + rest.
inline c128 exponential(c80 z) {
  const c128 rounded = {static_cast<f64>(z.re), static_cast<f64>(z.im)};
  const c128 exp = Exp::apply(rounded);
  const c128 rest = {static_cast<f64>(z.re - rounded.re), static_cast<f64>(z.im - rounded.im)};
  const c128 result = {exp.re + (exp.re * rest.re - exp.im * rest.im),
                       exp.im + (exp.im * rest.re + exp.re * rest.im)};
  return finite(result.re) && finite(result.im) ? result : exp;
}

inline c64 exponential(c128 z) { return narrow(Exp::apply(z)); }

inline c128 rounded(c80 z) { return {static_cast<f64>(z.re), static_cast<f64>(z.im)}; }
inline c64 rounded(c128 z) { return narrow(z); }

// z**n for n >= 1.
template <class W>
Complex<W> integer_power(Complex<W> z, int n) {
  while (n % 2 == 0) {
    z = Square::apply(z);
    n /= 2;
  }
  Complex<W> result = z;
  while (n /= 2) {
    z = Square::apply(z);
    if (n % 2) result = Multiply::apply(result, z);
  }
  return result;
}

struct Pow {
  template <class R>
  static Complex<R> apply(Complex<R> x, Complex<R> y) {
    constexpr int kLargestInteger = 100;
    if (y.im == 0 && magnitude(y.re) <= kLargestInteger) {
      const int n = static_cast<int>(y.re);
      if (y.re == 0) return {1, 0};
      if (n == y.re && n == 1) return x;
      if (n == y.re && finite(x.re) && finite(x.im)) {
        const Complex<R> result = of_integer(widen(x), n);
        if (trusted(result)) return result;
      }
    }
    return exponential(Multiply::apply(widen(y), logarithm(widen(x))));
  }

 private:
  template <class W>
  static auto of_integer(Complex<W> x, int n) {
    const Complex<W> power = integer_power(x, n < 0 ? -n : n);
    if (n > 0) return rounded(power);
    const W norm = power.re * power.re + power.im * power.im;
    return rounded(Complex<W>{power.re / norm, -power.im / norm});
  }

  // The product may have left even the wide range on the way, and zero has its own rule.
  template <class R>
  static bool trusted(Complex<R> z) {
    return finite(z.re) && finite(z.im) && (z.re != 0 || z.im != 0);
  }
};

}  // namespace
}  // namespace arrayforge
