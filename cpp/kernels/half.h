// float16 and bfloat16 as bits, and their conversions by integer arithmetic that vectorises.
// Rounding is to nearest, ties to even; NaNs stay NaNs.
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

}  // namespace
}  // namespace arrayforge
