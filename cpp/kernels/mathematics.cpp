// Elementary functions of real numbers, at most 2 ulp from the true value on every level. float32
// is computed in float64 vectors, which costs lanes and saves every doubt about the last bit.
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

// A vector of elements, however they lie.
template <class T>
ARRAYFORGE_INLINE F64 read(const char* data, std::int64_t stride, std::int64_t count) {
  if (stride == sizeof(T) && count >= kLanes) return load<T>(data);
  return load_lanes<T>(data, stride, count < kLanes ? static_cast<int>(count) : kLanes);
}

template <class T>
ARRAYFORGE_INLINE void write(char* data, std::int64_t stride, std::int64_t count, F64 x) {
  if (stride == sizeof(T) && count >= kLanes) {
    store<T>(data, x);
  } else {
    store_lanes<T>(data, stride, count < kLanes ? static_cast<int>(count) : kLanes, x);
  }
}

template <class T, class Function>
void unary(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  using Precision = typename PrecisionOf<T>::Type;
  const char* in = pointers[0];
  char* out = pointers[1];
  for (std::int64_t i = 0; i < n; i += kLanes) {
    F64 x = read<T>(in + i * strides[0], strides[0], n - i);
    write<T>(out + i * strides[1], strides[1], n - i, Function::template vector<Precision>(x));
  }
}

template <class T, class Function>
void binary(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  using Precision = typename PrecisionOf<T>::Type;
  const char* first = pointers[0];
  const char* second = pointers[1];
  char* out = pointers[2];
  for (std::int64_t i = 0; i < n; i += kLanes) {
    F64 x = read<T>(first + i * strides[0], strides[0], n - i);
    F64 y = read<T>(second + i * strides[1], strides[1], n - i);
    write<T>(out + i * strides[2], strides[2], n - i, Function::template vector<Precision>(x, y));
  }
}

template <class Function>
void fill_unary(KernelTable& table, Op op) {
  table.elementwise[index(op)][index(DType::float32)] = unary<float, Function>;
  table.elementwise[index(op)][index(DType::float64)] = unary<double, Function>;
}

template <class Function>
void fill_binary(KernelTable& table, Op op) {
  table.elementwise[index(op)][index(DType::float32)] = binary<float, Function>;
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
  fill_binary<Pow>(table, Op::pow_);
  fill_binary<Hypot>(table, Op::hypot_);
  fill_binary<Logaddexp>(table, Op::logaddexp_);
  fill_binary<Atan2>(table, Op::atan2_);
}

}  // namespace arrayforge
