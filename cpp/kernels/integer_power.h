// Integer powers by squaring, many at once: as many steps as the longest exponent of a block needs,
// without a branch per element.
#pragma once

#include "functors.h"

namespace arrayforge {
namespace {

inline constexpr int kPowerBlock = 64;

template <class T>
void power_block(const T* base, const T* exponent, T* result) {
  T square[kPowerBlock], rest[kPowerBlock];
  T signs = 0;
  for (int k = 0; k < kPowerBlock; ++k) {
    square[k] = base[k];
    rest[k] = exponent[k] < 0 ? static_cast<T>(0) : exponent[k];
    result[k] = 1;
    signs = static_cast<T>(signs | exponent[k]);
  }
  for (T left = 1; left != 0;) {
    left = 0;
    for (int k = 0; k < kPowerBlock; ++k) {
      const T product = static_cast<T>(result[k] * square[k]);
      result[k] = (rest[k] & 1) != 0 ? product : result[k];
      square[k] = static_cast<T>(square[k] * square[k]);
      rest[k] = static_cast<T>(rest[k] >> 1);
      left = static_cast<T>(left | rest[k]);
    }
  }
  if (!(signs < 0)) return;
  for (int k = 0; k < kPowerBlock; ++k) {
    if (exponent[k] < 0) result[k] = functor::pow{}(base[k], exponent[k]);
  }
}

template <class T>
void power_loop(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  T base[kPowerBlock] = {}, exponent[kPowerBlock] = {}, result[kPowerBlock];
  for (std::int64_t i = 0; i < n; i += kPowerBlock) {
    const std::int64_t count = n - i < kPowerBlock ? n - i : kPowerBlock;
    for (std::int64_t k = 0; k < count; ++k) {
      base[k] = *reinterpret_cast<const T*>(pointers[0] + (i + k) * strides[0]);
      exponent[k] = *reinterpret_cast<const T*>(pointers[1] + (i + k) * strides[1]);
    }
    power_block(base, exponent, result);
    for (std::int64_t k = 0; k < count; ++k) {
      *reinterpret_cast<T*>(pointers[2] + (i + k) * strides[2]) = result[k];
    }
  }
}

}  // namespace
}  // namespace arrayforge
