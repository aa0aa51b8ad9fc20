// Elementary functions of float32 in float32 vectors, at most 2 ulp from the true value over all
// arguments. Levels without fused multiply-add keep what mathematics.cpp gave them.
#include "math32_exp.h"
#include "math32_inverse.h"
#include "math32_log.h"
#include "math32_pow.h"
#include "math32_trig.h"
#include "table.h"

namespace arrayforge {
namespace {

ARRAYFORGE_INLINE F32 load(const char* data) {
  F32 x;
  __builtin_memcpy(&x, data, sizeof(x));
  return x;
}

// Lanes beyond count repeat the first, so that padding never takes a rarer path than the data does.
ARRAYFORGE_INLINE F32 load_lanes(const char* data, std::int64_t stride, std::int64_t count) {
  float lanes[kLanes32];
  for (int lane = 0; lane < kLanes32; ++lane) {
    __builtin_memcpy(&lanes[lane], data + (lane < count ? lane * stride : 0), sizeof(float));
  }
  return load(reinterpret_cast<const char*>(lanes));
}

ARRAYFORGE_INLINE void store_lanes(char* data, std::int64_t stride, std::int64_t count, F32 x) {
  float lanes[kLanes32];
  __builtin_memcpy(lanes, &x, sizeof(x));
  for (int lane = 0; lane < kLanes32 && lane < count; ++lane) {
    __builtin_memcpy(data + lane * stride, &lanes[lane], sizeof(float));
  }
}

constexpr std::int64_t kSize = sizeof(float);

template <class Function>
void unary(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  const char* in = pointers[0];
  char* out = pointers[1];
  std::int64_t i = 0;
  if (strides[0] == kSize && strides[1] == kSize) {
    for (; i + kLanes32 <= n; i += kLanes32) {
      F32 result = Function::vector(load(in + i * kSize));
      __builtin_memcpy(out + i * kSize, &result, sizeof(result));
    }
  }
  for (; i < n; i += kLanes32) {
    F32 x = load_lanes(in + i * strides[0], strides[0], n - i);
    store_lanes(out + i * strides[1], strides[1], n - i, Function::vector(x));
  }
}

template <class Function>
void binary(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  const char* first = pointers[0];
  const char* second = pointers[1];
  char* out = pointers[2];
  std::int64_t i = 0;
  if (strides[0] == kSize && strides[1] == kSize && strides[2] == kSize) {
    for (; i + kLanes32 <= n; i += kLanes32) {
      F32 result = Function::vector(load(first + i * kSize), load(second + i * kSize));
      __builtin_memcpy(out + i * kSize, &result, sizeof(result));
    }
  }
  for (; i < n; i += kLanes32) {
    F32 x = load_lanes(first + i * strides[0], strides[0], n - i);
    F32 y = load_lanes(second + i * strides[1], strides[1], n - i);
    store_lanes(out + i * strides[2], strides[2], n - i, Function::vector(x, y));
  }
}

template <class Function>
void fill_unary(KernelTable& table, Op op) {
  if constexpr (kHasFma) {
    table.elementwise[index(op)][index(DType::float32)] = unary<Function>;
  }
}

template <class Function>
void fill_binary(KernelTable& table, Op op) {
  if constexpr (kHasFma) {
    table.elementwise[index(op)][index(DType::float32)] = binary<Function>;
  }
}

}  // namespace

void ARRAYFORGE_FILL(mathematics32)(KernelTable& table) {
  fill_unary<single::Exp>(table, Op::exp_);
  fill_unary<single::Expm1>(table, Op::expm1_);
  fill_unary<single::Log>(table, Op::log_);
  fill_unary<single::Log1p>(table, Op::log1p_);
  fill_unary<single::Log2>(table, Op::log2_);
  fill_unary<single::Log10>(table, Op::log10_);
  fill_unary<single::Sin>(table, Op::sin_);
  fill_unary<single::Cos>(table, Op::cos_);
  fill_unary<single::Tan>(table, Op::tan_);
  fill_unary<single::Asin>(table, Op::asin_);
  fill_unary<single::Acos>(table, Op::acos_);
  fill_unary<single::Atan>(table, Op::atan_);
  fill_unary<single::Sinh>(table, Op::sinh_);
  fill_unary<single::Cosh>(table, Op::cosh_);
  fill_unary<single::Tanh>(table, Op::tanh_);
  fill_unary<single::Asinh>(table, Op::asinh_);
  fill_unary<single::Acosh>(table, Op::acosh_);
  fill_unary<single::Atanh>(table, Op::atanh_);
  fill_binary<single::Pow>(table, Op::pow_);
  fill_binary<single::Atan2>(table, Op::atan2_);
}

}  // namespace arrayforge
