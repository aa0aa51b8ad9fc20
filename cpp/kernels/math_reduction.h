// Large angles modulo pi/2, after Payne and Hanek (1983): x = m * 2^e meets only those bits of 2/pi
// that decide the quadrant and the next 250 or so. The worst float64 lies 2^-62 of a quarter turn
// from a multiple, so 128 bits of the fraction after its leading zeros are enough for all.
#pragma once

#include "math_double.h"

namespace arrayforge {
namespace {

// The bits of 2/pi behind the point, after 64 zeros, as many as 2^1024 asks for.
inline constexpr std::uint64_t kTwoOverPi[] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041,
    0xfe5163abdebbc561, 0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e,
    0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
    0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
    0xf0cfbc209af4361d};

// A number of quarter turns: a whole number modulo 4 and a fraction in [-1/2, 1/2].
struct QuarterTurns {
  std::int64_t whole;
  double hi, lo;
};

inline std::uint64_t window(std::uint64_t high, std::uint64_t low, int shift) {
  return (high << shift) | ((low >> 1) >> (63 - shift));
}

// x is finite and at least 2^20.
inline QuarterTurns quarter_turns(double x) {
  using Wide128 = unsigned __int128;
  const std::uint64_t pattern = __builtin_bit_cast(std::uint64_t, x);
  const int exponent = static_cast<int>(pattern >> 52) - 1075;
  const std::uint64_t m = (pattern & 0xfffffffffffffULL) | 0x10000000000000ULL;
  // Bits of 2/pi before the first one taken contribute multiples of four quarter turns.
  const int first = exponent + 62;
  const std::uint64_t* words = kTwoOverPi + first / 64;
  std::uint64_t r[4];
  Wide128 carry = 0;
  for (int i = 3; i >= 0; --i) {
    carry += static_cast<Wide128>(m) * window(words[i], words[i + 1], first % 64);
    r[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  QuarterTurns result{static_cast<std::int64_t>(r[0] >> 62), 1.0, 0.0};
  for (int i = 0; i < 3; ++i) r[i] = window(r[i], r[i + 1], 2);
  if (r[0] >> 63) {
    result.whole = (result.whole + 1) & 3;
    result.hi = -1.0;
    for (int i = 0; i < 3; ++i) r[i] = ~r[i];
  }
  const int zeros = r[0] != 0 ? __builtin_clzll(r[0]) : 63;
  const std::uint64_t high = window(r[0], r[1], zeros);
  const std::uint64_t low = window(r[1], r[2], zeros);
  const double scale = __builtin_bit_cast(double, static_cast<std::uint64_t>(1023 - zeros) << 52);
  result.lo = result.hi * scale * 0x1p-117 * static_cast<double>(window(high, low, 53));
  result.hi = result.hi * scale * 0x1p-53 * static_cast<double>(high >> 11);
  return result;
}

}  // namespace
}  // namespace arrayforge
