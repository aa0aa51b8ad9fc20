// Logarithms and inverse hyperbolic functions of float32. A positive number is 2^k (1 + f) with f
// in [sqrt(1/2) - 1, sqrt(2) - 1); log(1 + f) is a polynomial, without a division.
#pragma once

#include "math32_exp.h"
#include "math_log.h"

namespace arrayforge {
namespace {
namespace single {

// (log(1 + f) - f) / f^2
inline constexpr float kLog[] = {-0x1.fffff8p-2f, 0x1.555544p-2f,  -0x1.000400p-2f,
                                 0x1.99a96ep-3f,  -0x1.5431a2p-3f, 0x1.221098p-3f,
                                 -0x1.0e8922p-3f, 0x1.0a5da2p-3f,  -0x1.406826p-4f};
// log2(1 + f) / f and log10(1 + f) / f
inline constexpr float kLog2[] = {0x1.715476p+0f, -0x1.715470p-1f, 0x1.ec7080p-2f, -0x1.715a6cp-2f,
                                  0x1.2782ecp-2f, -0x1.eac5b4p-3f, 0x1.a2649ep-3f, -0x1.8666a2p-3f,
                                  0x1.80b620p-3f, -0x1.ceb4e8p-4f};
inline constexpr float kLog10[] = {0x1.bcb7b2p-2f, -0x1.bcb7aap-3f, 0x1.287a64p-3f, -0x1.bcbedep-4f,
                                   0x1.63d4cap-4f, -0x1.277970p-4f, 0x1.f7cba0p-5f, -0x1.d616ecp-5f,
                                   0x1.cf3d1ep-5f, -0x1.1693c2p-5f};

struct LogReduced {
  I32 k_bits;
  F32 k;
  F32 m;
};

// A finite, positive, normal x is 2^k m with m in [sqrt(1/2), sqrt(2)).
ARRAYFORGE_INLINE LogReduced log_reduce(F32 x) {
  I32 k = (bits(x) - splat_bits32(0x3f3504f3)) >> 23;
  return {k, __builtin_convertvector(k, F32), from_bits(bits(x) - (k << 23))};
}

// Zeros, subnormals, infinities, NaNs and what is negative.
ARRAYFORGE_INLINE I32 not_normal(F32 x) {
  return ~((x >= splat(0x1p-126f)) & (x < splat(__builtin_inff())));
}

// k ln 2 + log(1 + f) + low, where low is below the last place of f or k.
ARRAYFORGE_INLINE F32 log_sum(F32 k, F32 f, F32 low) {
  F32 tail = fma(f * f, polynomial(f, kLog), fma(k, splat(kLn2Lo), low));
  return fma(k, splat(kLn2Hi), f + tail);
}

struct Log {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
#if defined(__AVX512F__)
    return table_log_e(x);
#else
    LogReduced part = log_reduce(x);
    F32 result = log_sum(part.k, part.m - splat(1.0f), splat(0.0f));
    return with_rare<arrayforge::Log>(result, not_normal(x), x);
#endif
  }
};

struct Log2 {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
#if defined(__AVX512F__)
    return table_log_2(x);
#else
    LogReduced part = log_reduce(x);
    F32 f = part.m - splat(1.0f);
    F32 result = fma(f, polynomial(f, kLog2), part.k);
    return with_rare<arrayforge::Log2>(result, not_normal(x), x);
#endif
  }
};

struct Log10 {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
#if defined(__AVX512F__)
    return table_log_10(x);
#else
    LogReduced part = log_reduce(x);
    F32 f = part.m - splat(1.0f);
    // log10(2) in two pieces, the first of 15 bits.
    F32 low = fma(f, polynomial(f, kLog10), part.k * splat(0x1.3509f8p-18f));
    F32 result = fma(part.k, splat(0x1.344000p-2f), low);
    return with_rare<arrayforge::Log10>(result, not_normal(x), x);
#endif
  }
};

// log(1 + w) for -1 < w < 2^100. Scaling w and 1 apart needs no correction for what 1 + w loses.
ARRAYFORGE_INLINE F32 log1p_of(Single2 w) {
  LogReduced part = log_reduce(splat(1.0f) + w.hi);
  F32 power = power_of_two(-part.k_bits);
  return log_sum(part.k, fma(w.hi, power, power - splat(1.0f)), w.lo * power);
}

struct Log1p {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 result = select(x == splat(0.0f), x, log1p_of({x, splat(0.0f)}));
    I32 rare = ~((x > splat(-1.0f)) & (x < splat(0x1p100f)));
    return with_rare<arrayforge::Log1p>(result, rare, x);
  }
};

struct Asinh {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 size = magnitude(x);
    F32 square = size * size;
    F32 above = square / (splat(1.0f) + square_root(square + splat(1.0f)));
    F32 result = flip_sign(log1p_of(fast_two_sum(size, above)), sign_bit(x));
    return with_rare<arrayforge::Asinh>(result, ~(size < splat(0x1p60f)), x);
  }
};

struct Acosh {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 t = x - splat(1.0f);
    F32 result = log1p_of(fast_two_sum(square_root(fma(t, t, t + t)), t));
    I32 rare = ~((x >= splat(1.0f)) & (x < splat(0x1p60f)));
    return with_rare<arrayforge::Acosh>(result, rare, x);
  }
};

struct Atanh {
  static ARRAYFORGE_INLINE F32 vector(F32 x) {
    F32 size = magnitude(x);
    // (1 + x) / (1 - x) - 1 as 2 x and a smaller rest.
    F32 twice = size + size;
    F32 rest = twice * size / (splat(1.0f) - size);
    F32 result = splat(0.5f) * log1p_of({twice + rest, splat(0.0f)});
    result = flip_sign(result, sign_bit(x));
    return with_rare<arrayforge::Atanh>(result, ~(size < splat(1.0f)), x);
  }
};

}  // namespace single
}  // namespace
}  // namespace arrayforge
