// float16 and bfloat16 as bits, and their conversions by integer arithmetic that vectorises.
// Rounding is to nearest, ties to even, and happens once; NaNs stay NaNs.
#pragma once

#include <cstdint>

#include "numbers.h"

namespace arrayforge {
namespace {

struct Float16 {
  std::uint16_t bits;
};
struct BFloat16 {
  std::uint16_t bits;
};

inline f32 widen(Float16 h) {
  const std::uint32_t sign = static_cast<std::uint32_t>(h.bits & 0x8000u) << 16;
  const std::uint32_t rest = h.bits & 0x7fffu;
  // Exponents are moved by a multiplication, which also brings subnormals up; infinities and NaNs
  // are mended.
  const f32 scaled = __builtin_bit_cast(f32, rest << 13) * 0x1p112f;
  std::uint32_t bits = __builtin_bit_cast(std::uint32_t, scaled);
  bits = rest >= 0x7c00u ? (rest << 13) | 0x7f800000u : bits;
  return __builtin_bit_cast(f32, bits | sign);
}

inline f32 widen(BFloat16 h) {
  return __builtin_bit_cast(f32, static_cast<std::uint32_t>(h.bits) << 16);
}

// Wider numbers on their way to 16 bits: what is not exact becomes the odd one of its neighbours,
// so that rounding again gives what a single rounding would (Boldo and Melquiond, 2008).
inline f32 to_odd_float(f64 x) {
  const f32 nearest = static_cast<f32>(x);
  const f64 back = nearest;
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, nearest);
  const std::uint32_t away = __builtin_fabs(back) > __builtin_fabs(x) ? 1 : 0;
  return __builtin_bit_cast(f32, back == x ? bits : (bits - away) | 1u);
}

// A 64-bit integer: float64 holds it once it has 53 digits, or a multiple of 2048.
template <class T>
f64 to_odd_double(T x) {
  constexpr T kTail = 0x7ff;
  const T head = static_cast<T>(x & ~kTail);
  const T odd = (x & kTail) != 0 ? static_cast<T>(head | (kTail + 1)) : head;
  const bool exact = x < T{1} << 53 && (static_cast<T>(-1) > 0 || x > -(T{1} << 53));
  return static_cast<f64>(exact ? x : odd);
}

template <class T>
f32 before_narrowing(T x) {
  if constexpr (sizeof(T) <= 2) {
    return static_cast<f32>(x);
  } else if constexpr (sizeof(T) == 8 && static_cast<T>(0.5) == 0) {
    return to_odd_float(to_odd_double(x));
  } else {
    return to_odd_float(static_cast<f64>(x));
  }
}
inline f32 before_narrowing(f32 x) { return x; }

inline Float16 narrow_float16(f32 x) {
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, x);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  // Normal results: rebias and round the 13 bits that go. Values of 65520 and above become infinite
  // by the carry.
  const std::uint32_t odd = (magnitude >> 13) & 1u;
  const std::uint32_t normal = (magnitude - 0x38000000u + 0xfffu + odd) >> 13;
  // Subnormal results: an addition aligns the bits so that the processor rounds them.
  const f32 aligned = __builtin_bit_cast(f32, magnitude) + 0.5f;
  const std::uint32_t subnormal = __builtin_bit_cast(std::uint32_t, aligned) - 0x3f000000u;
  std::uint32_t result = magnitude < 0x38800000u ? subnormal : normal;
  result = magnitude >= 0x47800000u ? 0x7c00u : result;
  result = magnitude > 0x7f800000u ? 0x7e00u | ((magnitude >> 13) & 0x3ffu) : result;
  return {static_cast<std::uint16_t>(result | sign)};
}

inline BFloat16 narrow_bfloat16(f32 x) {
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, x);
  const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const std::uint32_t nan = (bits >> 16) | 0x40u;
  return {static_cast<std::uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? nan : rounded)};
}

// The next number after a towards b: within a sign, bit patterns are ordered like magnitudes.
template <class H>
H next_half(H a, H b) {
  const f32 from = widen(a);
  const f32 to = widen(b);
  if (from != from) return a;
  if (to != to || from == to) return b;
  if (from == 0) return {static_cast<std::uint16_t>((b.bits & 0x8000u) | 1u)};
  const bool grows = (from < to) == (from > 0);
  return {static_cast<std::uint16_t>(grows ? a.bits + 1 : a.bits - 1)};
}

}  // namespace
}  // namespace arrayforge
