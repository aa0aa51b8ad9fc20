// log and what is made of it. A positive number is 2^k m with m in [sqrt(1/2), sqrt(2)); log(m) = 2
// atanh(s) with s = (m - 1) / (m + 1), and m - 1 is exact.
#pragma once

#include "math512_log.h"
#include "math_exp.h"

namespace arrayforge {
namespace {

// (2 atanh(s) / s - 2) / s^2 in powers of s^2
inline constexpr double kLog[] = {0x1.5555555555558p-1, 0x1.99999999952d7p-2, 0x1.2492492df281ap-2,
                                  0x1.c71c62e3f11e6p-3, 0x1.7462b51cb66b1p-3, 0x1.39fe51a7c18f9p-3,
                                  0x1.2b5900de53b32p-3};
inline constexpr double kLogNarrow[] = {0x1.5555554bb1b2fp-1, 0x1.9999eb63e783dp-2,
                                        0x1.245c40aecb50cp-2, 0x1.ddcf7101b6371p-3};
// (atanh(s) / s - 1 - s^2 / 3) / s^4 in powers of s^2
inline constexpr double kLogTail[] = {
    0x1.999999999999ap-3, 0x1.2492492492521p-3, 0x1.c71c71c6eaa10p-4, 0x1.745d177a96056p-4,
    0x1.3b1395d2190c1p-4, 0x1.1118c7e4b0917p-4, 0x1.df7cc8e5fa539p-5, 0x1.e02e6fff27908p-5};

inline constexpr double kInfinity = __builtin_inf();
inline constexpr double kNaN = __builtin_nan("");
inline constexpr double kSmallestNormal = 0x1p-1022;

struct LogReduced {
  F64 k;
  F64 m;
  I64 k_bits;
};

// A finite, positive, normal x.
ARRAYFORGE_INLINE LogReduced log_reduce(F64 x) {
  // Subtracting the bits of sqrt(1/2) puts the break there; the bias keeps the shifted number
  // positive.
  constexpr std::int64_t kBreak = 0x3fe6a09e667f3bcd;
  constexpr std::int64_t kBias = std::int64_t{1022} << 52;
  I64 k = shift_right(bits(x) - splat_bits(kBreak - kBias), 52) - splat_bits(1022);
  I64 m = bits(x) - (k << 52);
  F64 k_value = from_bits(k + bits(splat(kRounder))) - splat(kRounder);
  return {k_value, from_bits(m), k};
}

// Subnormals are scaled up first.
ARRAYFORGE_INLINE LogReduced log_reduce_any(F64 x) {
  I64 subnormal = x < splat(kSmallestNormal);
  LogReduced part = log_reduce(select(subnormal, x * splat(0x1p54), x));
  part.k = part.k - select(subnormal, 54.0, 0.0);
  return part;
}

// k ln 2 + log(1 + f) + low, where low is small against f or k.
template <class Precision>
ARRAYFORGE_INLINE F64 log_sum(F64 k, F64 f, F64 low) {
  F64 s = f / (splat(2.0) + f);
  F64 z = s * s;
  F64 p;
  if constexpr (Precision::kNarrow) {
    p = polynomial(z, kLogNarrow);
  } else {
    p = polynomial(z, kLog);
  }
  F64 half_square = splat(0.5) * f * f;
  F64 correction = fma(s, fma(z, p, half_square), fma(k, splat(kLn2Lo), low));
  return fma(k, splat(kLn2Hi), f - (half_square - correction));
}

// log's values at 0, below 0, at infinity and NaN.
ARRAYFORGE_INLINE F64 log_specials(F64 x, F64 result) {
  result = select(x == splat(kInfinity), kInfinity, result);
  result = select(x == splat(0.0), -kInfinity, result);
  return select(x >= splat(0.0), result, kNaN);
}

// Zeros, subnormals, infinities, NaNs and what is negative.
ARRAYFORGE_INLINE I64 not_normal(F64 x) {
  return ~((x >= splat(kSmallestNormal)) & (x < splat(kInfinity)));
}

// The same logarithm for any x, out of the way of normal ones.
template <class Logarithm>
__attribute__((noinline)) F64 any_log(F64 x) {
  return log_specials(x, Logarithm::of(log_reduce_any(x)));
}

template <class Logarithm>
ARRAYFORGE_INLINE F64 log_of(F64 x) {
  if (__builtin_expect(any(not_normal(x)), 0)) return any_log<Logarithm>(x);
  return Logarithm::of(log_reduce(x));
}

template <class Precision>
struct NaturalLog {
  static ARRAYFORGE_INLINE F64 of(LogReduced part) {
    return log_sum<Precision>(part.k, part.m - splat(1.0), splat(0.0));
  }
};

struct Log {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
#if defined(__AVX512F__)
    return table_log_e(x);
#else
    return log_of<NaturalLog<Precision> >(x);
#endif
  }
};

// log(m) to some 68 bits.
ARRAYFORGE_INLINE Double2 log_of_mantissa(F64 m) {
  Double2 s = quotient({m - splat(1.0), splat(0.0)}, two_sum(m, splat(1.0)));
  Double2 z = two_product(s.hi, s.hi);
  z.lo = fma(s.hi + s.hi, s.lo, z.lo);
  Double2 third = {splat(0x1.5555555555555p-2), splat(0x1.5555555555555p-56)};
  Double2 p = product(z, third);
  Double2 series = fast_two_sum(p.hi, z.hi * z.hi * polynomial(z.hi, kLogTail));
  series.lo = series.lo + p.lo;
  Double2 tail = product(s, series);
  Double2 sum = fast_two_sum(s.hi, tail.hi);
  sum.lo = sum.lo + (s.lo + tail.lo);
  return {sum.hi + sum.hi, sum.lo + sum.lo};
}

// log(m) * unit + k * k_unit, where the high part of k_unit is short enough for an exact product.
ARRAYFORGE_INLINE F64 log_in_base(LogReduced part, Double2 unit, Double2 k_unit) {
  F64 f = part.m - splat(1.0);
  F64 s = f / (splat(2.0) + f);
  F64 z = s * s;
  F64 half_square = splat(0.5) * f * f;
  Double2 log = fast_two_sum(f, -half_square);
  log.lo = fma(s, fma(z, polynomial(z, kLog), half_square), log.lo);
  Double2 mantissa = two_product(log.hi, unit.hi);
  mantissa.lo = mantissa.lo + fma(log.hi, unit.lo, log.lo * unit.hi);
  Double2 sum = fast_two_sum(part.k * k_unit.hi, mantissa.hi);
  return sum.hi + (sum.lo + fma(part.k, k_unit.lo, mantissa.lo));
}

struct Log2 {
  static ARRAYFORGE_INLINE F64 of(LogReduced part) {
    Double2 unit = {splat(0x1.71547652b82fep+0), splat(0x1.777d0ffda0d24p-56)};
    return log_in_base(part, unit, {splat(1.0), splat(0.0)});
  }
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
#if defined(__AVX512F__)
    return table_log_2(x);
#else
    return log_of<Log2>(x);
#endif
  }
};

struct Log10 {
  static ARRAYFORGE_INLINE F64 of(LogReduced part) {
    Double2 unit = {splat(0x1.bcb7b1526e50ep-2), splat(0x1.95355baaafad3p-57)};
    Double2 k_unit = {splat(0x1.34413509f8000p-2), splat(-0x1.80433b83b532ap-44)};
    return log_in_base(part, unit, k_unit);
  }
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
#if defined(__AVX512F__)
    return table_log_10(x);
#else
    return log_of<Log10>(x);
#endif
  }
};

// extra * ln 2 + log(1 + w), for w.hi >= -1. With one rounding for a product and a sum, w and 1 are
// scaled apart; without, what 1 + w loses is added again.
template <class Precision>
ARRAYFORGE_INLINE F64 log1p_of_sum(Double2 w, F64 extra) {
#if defined(__AVX512F__)
  return table_log1p(w, extra);
#else
  Double2 u = kHasFma ? Double2{splat(1.0) + w.hi, splat(0.0)} : two_sum(splat(1.0), w.hi);
  LogReduced part = log_reduce(u.hi);
  F64 power = power_of_two(-part.k_bits);
  // Beyond 2^60 the low part is nothing, and its scale may not be a number.
  I64 near = u.hi < splat(0x1p60);
  F64 f = part.m - splat(1.0);
  F64 low;
  if constexpr (kHasFma) {
    f = select(near, fma(w.hi, power, power - splat(1.0)), f);
    low = select(near, w.lo * power, 0.0);
  } else {
    low = select(near, (u.lo + w.lo) * power, 0.0) / part.m;
  }
  return log_sum<Precision>(part.k + extra, f, low);
#endif
}

struct Log1p {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
#if defined(__AVX512F__)
    return with_sign_of(table_log1p({x, splat(0.0)}, splat(0.0)), x);
#else
    F64 result = log1p_of_sum<Precision>({x, splat(0.0)}, splat(0.0));
    return select(x == splat(0.0), x, log_specials(splat(1.0) + x, result));
#endif
  }
};

struct Asinh {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    F64 size = magnitude(x);
    // From 2^28 on, x + sqrt(x^2 + 1) is 2 x, twice 1 + w.
    I64 large = size > splat(0x1p28);
    F64 bounded = select(large, 0.0, size);
    F64 square = bounded * bounded;
    F64 above = square / (splat(1.0) + square_root(square + splat(1.0)));
    Double2 w = fast_two_sum(bounded, above);
    w.hi = select(large, size - splat(1.0), w.hi);
    w.lo = select(large, 0.0, w.lo);
    F64 result = log1p_of_sum<Precision>(w, select(large, 1.0, 0.0));
    result = select(size < splat(kInfinity), result, size);
    return flip_sign(result, sign_bit(x));
  }
};

struct Acosh {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    I64 large = x > splat(0x1p28);
    F64 t = select(large, 0.0, x) - splat(1.0);
    F64 root = square_root(fma(t, t, t + t));
    Double2 w = two_sum(root, t);
    w.hi = select(large, x - splat(1.0), w.hi);
    w.lo = select(large, 0.0, w.lo);
    F64 result = log1p_of_sum<Precision>(w, select(large, 1.0, 0.0));
    result = select(x < splat(kInfinity), result, x);
    return select(x < splat(1.0), kNaN, result);
  }
};

struct Atanh {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x) {
    F64 size = magnitude(x);
    Double2 below = fast_two_sum(splat(1.0), -size);
#if defined(__AVX512F__)
    // 28 bits in the high part, which the sum to come does not mind.
    F64 inverse = rough_inverse(below.hi);
    Double2 w = {(size + size) * inverse, splat(0.0)};
    w.lo = (fma(-w.hi, below.hi, size + size) - w.hi * below.lo) * inverse;
#else
    Double2 w = quotient({size + size, splat(0.0)}, below);
#endif
    F64 result = splat(0.5) * log1p_of_sum<Precision>(w, splat(0.0));
    result = select(size == splat(1.0), kInfinity, result);
    return flip_sign(select(size <= splat(1.0), result, kNaN), sign_bit(x));
  }
};

}  // namespace
}  // namespace arrayforge
