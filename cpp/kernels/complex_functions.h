// Exponentials, roots and the trigonometric family of complex numbers, in float64. Special values
// are those of the standard, which are C99's except for exp(-inf), expm1 and tanh(inf); where the
// standard leaves a sign open, it is plus. Circular functions are the hyperbolic ones with the axes
// exchanged: sin(a + bj) = swap(sinh(b + aj)).
#pragma once

#include "complex_arithmetic.h"
#include "numbers.h"

namespace arrayforge {
namespace {

inline c128 swap(c128 z) { return {z.im, z.re}; }

// exp overflows beyond 709.78; larger arguments are taken in two steps, because a small factor may
// follow.
constexpr f64 kExpLimit = 709;
constexpr f64 kExpOfLimit = 0x1.d422d2be5dc9bp+1022;

struct Exp {
  static c128 apply(c128 z) {
    if (z.im == 0) return {__builtin_exp(z.re), z.im};
    if (!finite(z.im)) {
      if (z.re == -kInfinity<f64>) return {0, 0};
      return {infinite(z.re) ? z.re : kNaN<f64>, kNaN<f64>};
    }
    const f64 cos = __builtin_cos(z.im);
    const f64 sin = __builtin_sin(z.im);
    if (z.re > kExpLimit) {
      const f64 rest = __builtin_exp(z.re - kExpLimit);
      return {kExpOfLimit * cos * rest, kExpOfLimit * sin * rest};
    }
    const f64 exp = __builtin_exp(z.re);
    return {exp * cos, exp * sin};
  }
};

struct Expm1 {
  static c128 apply(c128 z) {
    // exp(a) * cos(b) - 1 loses nothing where exp(a) is far from 1.
    if (!(magnitude(z.re) < 30) || !finite(z.im)) {
      const c128 exp = Exp::apply(z);
      return {exp.re - 1, exp.im};
    }
    if (z.re == 0 && z.im == 0) return {0, z.im};
    const f64 expm1 = __builtin_expm1(z.re);
    const f64 half = __builtin_sin(0.5 * z.im);
    const f64 re = expm1 * __builtin_cos(z.im) - 2 * half * half;
    return {re, z.im == 0 ? z.im : __builtin_exp(z.re) * __builtin_sin(z.im)};
  }
};

// For a finite b; sinh and cosh of a are given as two factors, so that neither overflows.
struct SinhCosh {
  f64 sinh, cosh, factor;

  explicit SinhCosh(f64 a) : factor(1) {
    if (magnitude(a) > kExpLimit) {
      cosh = 0.5 * kExpOfLimit;
      sinh = with_sign(cosh, a);
      factor = __builtin_exp(magnitude(a) - kExpLimit);
    } else {
      sinh = __builtin_sinh(a);
      cosh = __builtin_cosh(a);
    }
  }
};

struct Sinh {
  static c128 apply(c128 z) {
    if (z.im == 0) return {__builtin_sinh(z.re), z.im};
    if (!finite(z.im)) {
      return {z.re == 0 || infinite(z.re) ? z.re : kNaN<f64>, kNaN<f64>};
    }
    const SinhCosh a(z.re);
    return {a.sinh * __builtin_cos(z.im) * a.factor, a.cosh * __builtin_sin(z.im) * a.factor};
  }
};

struct Cosh {
  static c128 apply(c128 z) {
    if (z.im == 0) return {__builtin_cosh(z.re), __builtin_signbit(z.re) ? -z.im : z.im};
    if (!finite(z.im)) {
      if (z.re == 0) return {kNaN<f64>, 0};
      return {magnitude(z.re) == kInfinity<f64> ? kInfinity<f64> : kNaN<f64>, kNaN<f64>};
    }
    const SinhCosh a(z.re);
    return {a.cosh * __builtin_cos(z.im) * a.factor, a.sinh * __builtin_sin(z.im) * a.factor};
  }
};

struct Tanh {
  static c128 apply(c128 z) {
    if (infinite(z.re)) {
      return {with_sign(1.0, z.re), finite(z.im) ? with_sign(0.0, z.im) : 0.0};
    }
    if (z.im == 0) return {__builtin_tanh(z.re), z.im};
    if (!finite(z.im)) return {z.re == 0 ? z.re : kNaN<f64>, kNaN<f64>};
    const f64 sin = __builtin_sin(z.im);
    const f64 cos = __builtin_cos(z.im);
    // Beyond 22, tanh rounds to one, and cosh(a)**2 is exp(2 * abs(a)) / 4.
    if (magnitude(z.re) > 22) {
      return {with_sign(1.0, z.re), 4 * sin * cos * __builtin_exp(-2 * magnitude(z.re))};
    }
    const f64 sinh = __builtin_sinh(z.re);
    const f64 norm = sinh * sinh + cos * cos;
    return {sinh * __builtin_cosh(z.re) / norm, sin * cos / norm};
  }
};

struct Sin {
  static c128 apply(c128 z) { return swap(Sinh::apply(swap(z))); }
};
struct Cos {
  static c128 apply(c128 z) { return Cosh::apply({-z.im, z.re}); }
};
struct Tan {
  static c128 apply(c128 z) { return swap(Tanh::apply(swap(z))); }
};

struct Sqrt {
  static c128 apply(c128 z) {
    if (infinite(z.im)) return {kInfinity<f64>, z.im};
    if (infinite(z.re)) return of_infinite(z);
    if (nan(z.re) || nan(z.im)) return {kNaN<f64>, kNaN<f64>};
    if (z.im == 0) {
      const f64 root = __builtin_sqrt(magnitude(z.re));
      return z.re < 0 ? c128{0, with_sign(root, z.im)} : c128{root, z.im};
    }
    const f64 modulus = Abs::apply(z);
    if (modulus > 0x1p1020) return scaled(z, 0x1p-4, 0x1p2);
    if (modulus < 0x1p-960) return scaled(z, 0x1p108, 0x1p-54);
    return of_finite(z, modulus);
  }

 private:
  static c128 of_infinite(c128 z) {
    const f64 other = nan(z.im) ? kNaN<f64> : 0.0;
    return z.re > 0 ? c128{z.re, with_sign(other, z.im)}
                    : c128{other, with_sign(kInfinity<f64>, z.im)};
  }
  static c128 scaled(c128 z, f64 factor, f64 root_of_inverse) {
    z = {z.re * factor, z.im * factor};
    const c128 root = of_finite(z, Abs::apply(z));
    return {root.re * root_of_inverse, root.im * root_of_inverse};
  }
  static c128 of_finite(c128 z, f64 modulus) {
    const f64 larger = __builtin_sqrt(0.5 * (modulus + magnitude(z.re)));
    const f64 smaller = 0.5 * magnitude(z.im) / larger;
    return z.re < 0 ? c128{smaller, with_sign(larger, z.im)}
                    : c128{larger, with_sign(smaller, z.im)};
  }
};

// -- inverse functions: those of the C library, whose special values are the standard's

__extension__ typedef double _Complex Native;

inline Native to_native(c128 z) {
  Native native;
  __real__ native = z.re;
  __imag__ native = z.im;
  return native;
}
inline c128 from_native(Native z) { return {__real__ z, __imag__ z}; }

struct Asinh {
  static c128 apply(c128 z) { return from_native(__builtin_casinh(to_native(z))); }
};
struct Acosh {
  static c128 apply(c128 z) { return from_native(__builtin_cacosh(to_native(z))); }
};
struct Atanh {
  static c128 apply(c128 z) { return from_native(__builtin_catanh(to_native(z))); }
};
struct Asin {
  static c128 apply(c128 z) { return swap(Asinh::apply(swap(z))); }
};
struct Acos {
  static c128 apply(c128 z) { return from_native(__builtin_cacos(to_native(z))); }
};
struct Atan {
  static c128 apply(c128 z) { return swap(Atanh::apply(swap(z))); }
};

}  // namespace
}  // namespace arrayforge
