// Elementary functions of real numbers, at most 2 ulp from the true value on every level. Here:
// float64, and the float32 functions that are computed in float64 vectors; without fused
// multiply-add these are all of them, and mathematics32.cpp adds nothing.
#include "math_exp.h"
#include "math_inverse.h"
#include "math_log.h"
#include "math_logaddexp.h"
#include "math_pow.h"
#include "math_trig.h"
#include "table.h"

namespace arrayforge {
namespace {

template <class T>
struct PrecisionOf {
  using Type = Wide;
};
template <>
struct PrecisionOf<float> {
  using Type = Narrow;
};

template <class T, class Function>
void unary(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  using Precision = typename PrecisionOf<T>::Type;
  constexpr std::int64_t size = sizeof(T);
  const char* in = pointers[0];
  char* out = pointers[1];
  std::int64_t i = 0;
  if (strides[0] == size && strides[1] == size) {
    for (; i + kLanes <= n; i += kLanes) {
      store<T>(out + i * size, Function::template vector<Precision>(load<T>(in + i * size)));
    }
  }
  for (; i < n; i += kLanes) {
    const int count = n - i < kLanes ? static_cast<int>(n - i) : kLanes;
    F64 x = load_lanes<T>(in + i * strides[0], strides[0], count);
    store_lanes<T>(out + i * strides[1], strides[1], count,
                   Function::template vector<Precision>(x));
  }
}

template <class T, class Function>
void binary(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  using Precision = typename PrecisionOf<T>::Type;
  constexpr std::int64_t size = sizeof(T);
  const char* first = pointers[0];
  const char* second = pointers[1];
  char* out = pointers[2];
  std::int64_t i = 0;
  if (strides[0] == size && strides[1] == size && strides[2] == size) {
    for (; i + kLanes <= n; i += kLanes) {
      F64 x = load<T>(first + i * size), y = load<T>(second + i * size);
      store<T>(out + i * size, Function::template vector<Precision>(x, y));
    }
  }
  for (; i < n; i += kLanes) {
    const int count = n - i < kLanes ? static_cast<int>(n - i) : kLanes;
    F64 x = load_lanes<T>(first + i * strides[0], strides[0], count);
    F64 y = load_lanes<T>(second + i * strides[1], strides[1], count);
    store_lanes<T>(out + i * strides[2], strides[2], count,
                   Function::template vector<Precision>(x, y));
  }
}

template <class Function>
void fill_unary(KernelTable& table, Op op) {
  if constexpr (!kHasFma) {
    table.elementwise[index(op)][index(DType::float32)] = unary<float, Function>;
  }
  table.elementwise[index(op)][index(DType::float64)] = unary<double, Function>;
}

template <class Function, bool replaced = false>
void fill_binary(KernelTable& table, Op op) {
  if constexpr (!(replaced && kHasFma)) {
    table.elementwise[index(op)][index(DType::float32)] = binary<float, Function>;
  }
  table.elementwise[index(op)][index(DType::float64)] = binary<double, Function>;
}

}  // namespace

void ARRAYFORGE_FILL(mathematics)(KernelTable& table) {
  fill_unary<Exp>(table, Op::exp_);
  fill_unary<Expm1>(table, Op::expm1_);
  fill_unary<Log>(table, Op::log_);
  fill_unary<Log1p>(table, Op::log1p_);
  fill_unary<Log2>(table, Op::log2_);
  fill_unary<Log10>(table, Op::log10_);
  fill_unary<Sin>(table, Op::sin_);
  fill_unary<Cos>(table, Op::cos_);
  fill_unary<Tan>(table, Op::tan_);
  fill_unary<Asin>(table, Op::asin_);
  fill_unary<Acos>(table, Op::acos_);
  fill_unary<Atan>(table, Op::atan_);
  fill_unary<Sinh>(table, Op::sinh_);
  fill_unary<Cosh>(table, Op::cosh_);
  fill_unary<Tanh>(table, Op::tanh_);
  fill_unary<Asinh>(table, Op::asinh_);
  fill_unary<Acosh>(table, Op::acosh_);
  fill_unary<Atanh>(table, Op::atanh_);
  fill_binary<Pow, true>(table, Op::pow_);
  fill_binary<Atan2, true>(table, Op::atan2_);
  fill_binary<Hypot>(table, Op::hypot_);
  fill_binary<Logaddexp>(table, Op::logaddexp_);
}

}  // namespace arrayforge
