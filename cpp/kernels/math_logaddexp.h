// logaddexp. Where the larger operand and the logarithm cancel, the result is log1p(exp(x) + exp(y)
// - 1) with the exponentials carried to some 104 bits: a result below 2^-50 of the smaller
// exponential has fewer than 53 good ones.
#pragma once

#include "math_log.h"

namespace arrayforge {
namespace {

// 1 / k! from k = 2 on; the first ones with a low part.
inline constexpr double kFactorial[] = {
    0x1.0000000000000p-1,  0x1.5555555555555p-3,  0x1.5555555555555p-5,  0x1.1111111111111p-7,
    0x1.6c16c16c16c17p-10, 0x1.a01a01a01a01ap-13, 0x1.a01a01a01a01ap-16, 0x1.71de3a556c734p-19,
    0x1.27e4fb7789f5cp-22, 0x1.ae64567f544e4p-26, 0x1.1eed8eff8d898p-29, 0x1.6124613a86d09p-33,
    0x1.93974a8c07c9dp-37, 0x1.ae7f3e733b81fp-41, 0x1.ae7f3e733b81fp-45, 0x1.952c77030ad4ap-49,
    0x1.6827863b97d97p-53, 0x1.2f49b46814157p-57, 0x1.e542ba4020225p-62, 0x1.71b8ef6dcf572p-66,
    0x1.0ce396db7f853p-70, 0x1.761b41316381ap-75, 0x1.f2cf01972f578p-80};
inline constexpr double kFactorialLow[] = {0x0.0p+0,
                                           0x1.5555555555555p-57,
                                           0x1.5555555555555p-59,
                                           0x1.1111111111111p-63,
                                           -0x1.f49f49f49f49fp-65,
                                           0x1.a01a01a01a01ap-73,
                                           0x1.a01a01a01a01ap-76,
                                           -0x1.c154f8ddc6c00p-73,
                                           0x1.cbbc05b4fa99ap-76,
                                           -0x1.c062e06d1f209p-80,
                                           -0x1.2aec959e14c06p-83,
                                           0x1.f28e0cc748ebep-87,
                                           0x1.05d6f8a2efd1fp-92,
                                           0x1.1d8656b0ee8cbp-97};
inline constexpr int kFactorials = sizeof(kFactorial) / sizeof(double);
inline constexpr int kFactorialLows = sizeof(kFactorialLow) / sizeof(double);

// 2^n and 2^n (exp(r) - 1), whose sum is exp(x); -2000 < x <= 1.
struct LongExp {
  F64 power;
  Double2 rest;
};

ARRAYFORGE_INLINE LongExp long_exp(F64 x) {
  F64 n = round_to_integer(x * splat(kLog2E)).value;
  // ln 2 in pieces of 40, 40 and 53 bits.
  Double2 r = two_sum(x - n * splat(kLn2Hi), n * splat(0x1.8432a1b0e4000p-43));
  r = fast_two_sum(r.hi, r.lo - n * splat(0x1.9cc01f97b57a0p-83));
  F64 start = splat(kFactorial[kFactorials - 1]);
  for (int k = kFactorials - 2; k >= kFactorialLows; --k) {
    start = fma(start, r.hi, splat(kFactorial[k]));
  }
  Double2 series = {start, splat(0.0)};
  for (int k = kFactorialLows - 1; k >= 0; --k) {
    Double2 next = product(series, r);
    series = sum({splat(kFactorial[k]), splat(kFactorialLow[k])}, next);
  }
  Double2 rest = sum(r, product(product(r, r), series));
  return {scale(splat(1.0), n), {scale(rest.hi, n), scale(rest.lo, n)}};
}

// log(exp(high) + exp(low)) for low <= high <= 1 with a small result.
ARRAYFORGE_INLINE F64 cancelling_logaddexp(F64 high, F64 low) {
  LongExp first = long_exp(high);
  LongExp second = long_exp(low);
  Double2 powers = two_sum(first.power - splat(1.0), second.power);
  return log1p_of_sum<Wide>(sum(powers, sum(first.rest, second.rest)), splat(0.0));
}

// log(1 + exp(x.hi + x.lo)) to some 58 bits, for x.hi <= 0.
ARRAYFORGE_INLINE Double2 long_log1p_exp(Double2 x) {
  F64 high = at_least(x.hi, -746.0);
  ExpReduced part = exp_reduce(high);
  Double2 r = fast_two_sum(part.r.hi, part.r.lo + select(high == x.hi, x.lo, 0.0));
  Double2 square = two_product(r.hi, r.hi);
  F64 tail = fma(square.hi * r.hi, polynomial(r.hi, kExp), splat(0.5) * square.lo);
  tail = tail + fma(r.lo, r.hi, r.lo);
  Double2 rest = two_sum(r.hi, splat(0.5) * square.hi);
  Double2 power = fast_two_sum(splat(1.0), rest.hi);
  power = fast_two_sum(power.hi, power.lo + (rest.lo + tail));
  Double2 u = fast_two_sum(splat(1.0), scale(power.hi, part.n));
  LogReduced reduced = log_reduce(u.hi);
  Double2 mantissa = log_of_mantissa(reduced.m);
  Double2 log = two_sum(reduced.k * splat(kLn2Hi), mantissa.hi);
  F64 low = (u.lo + scale(power.lo, part.n)) / u.hi;
  return {log.hi, log.lo + (mantissa.lo + fma(reduced.k, splat(kLn2Lo), low))};
}

struct Logaddexp {
  template <class Precision>
  static ARRAYFORGE_INLINE F64 vector(F64 x, F64 y) {
    F64 high = select(x > y, x, y);
    F64 low = select(x > y, y, x);
    // Equal operands differ by zero, infinite ones too.
    F64 gap = select(x == y, 0.0, low - high);
    F64 result;
    if constexpr (Precision::kNarrow) {
      result = high + log1p_of_sum<Wide>({Exp::vector<Wide>(gap), splat(0.0)}, splat(0.0));
    } else {
      // What the difference loses in rounding counts where the larger operand is nearly zero.
      F64 lost = select(magnitude(gap) < splat(800.0), two_sum(low, -high).lo, 0.0);
      Double2 log = long_log1p_exp({gap, lost});
      Double2 total = two_sum(high, log.hi);
      result = select(magnitude(high) < splat(kInfinity), total.hi + (total.lo + log.lo), high);
    }
    // float32 keeps two ulp down to 2^-27 without help, float64 while five bits cancel.
    constexpr double kSafe = Precision::kNarrow ? 0x1p-20 : 0x1p-6;
    I64 cancels = (magnitude(result) < splat(kSafe)) & (high < splat(0.0)) & (high > splat(-1.0));
    if (any(cancels)) {
      F64 exact = cancelling_logaddexp(select(cancels, high, -1.0),
                                       select(cancels, at_least(low, -1000.0), -1.0));
      result = select(cancels, exact, result);
    }
    return select(gap == gap, result, x + y);
  }
};

}  // namespace
}  // namespace arrayforge
