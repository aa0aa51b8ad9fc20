// Arithmetic, rounding, comparisons, logic and bits for bool, integer and real floating dtypes.
#include "functors.h"
#include "integer_power.h"
#include "loops.h"
#include "table.h"

namespace arrayforge {
namespace {

template <class F, class In, class Out = In>
void unary(KernelTable& table, Op op, DType dtype) {
  table.elementwise[index(op)][index(dtype)] = unary_loop<In, Out, F>;
}
template <class F, class In, class Out = In>
void binary(KernelTable& table, Op op, DType dtype) {
  table.elementwise[index(op)][index(dtype)] = binary_loop<In, Out, F>;
}

using boolean = std::uint8_t;

// T is the element type; U an unsigned one of its size, for what does not look at the sign.
template <class T, class U>
void fill_numeric(KernelTable& table, DType d) {
  binary<functor::add, U>(table, Op::add_, d);
  binary<functor::subtract, U>(table, Op::subtract_, d);
  binary<functor::multiply, U>(table, Op::multiply_, d);
  binary<functor::floor_divide, T>(table, Op::floor_divide_, d);
  binary<functor::remainder, T>(table, Op::remainder_, d);
  unary<functor::negative, U>(table, Op::negative_, d);
  unary<functor::identity, U>(table, Op::positive_, d);
  unary<functor::identity, U>(table, Op::real_, d);
  unary<functor::identity, U>(table, Op::conj_, d);
  unary<functor::zero, U>(table, Op::imag_, d);
  unary<functor::square, U>(table, Op::square_, d);
  unary<functor::abs, T>(table, Op::abs_, d);
  unary<functor::sign, T>(table, Op::sign_, d);
  binary<functor::maximum, T>(table, Op::maximum_, d);
  binary<functor::minimum, T>(table, Op::minimum_, d);
  binary<functor::equal, U, boolean>(table, Op::equal_, d);
  binary<functor::not_equal, U, boolean>(table, Op::not_equal_, d);
  binary<functor::less, T, boolean>(table, Op::less_, d);
  binary<functor::less_equal, T, boolean>(table, Op::less_equal_, d);
  binary<functor::greater, T, boolean>(table, Op::greater_, d);
  binary<functor::greater_equal, T, boolean>(table, Op::greater_equal_, d);
  unary<functor::isfinite, T, boolean>(table, Op::isfinite_, d);
  unary<functor::isinf, T, boolean>(table, Op::isinf_, d);
  unary<functor::isnan, T, boolean>(table, Op::isnan_, d);
}

template <class T, class U>
void fill_integer(KernelTable& table, DType d) {
  fill_numeric<T, U>(table, d);
  table.elementwise[index(Op::pow_)][index(d)] = power_loop<T>;
  for (Op op : {Op::ceil_, Op::floor_, Op::trunc_, Op::round_}) {
    unary<functor::identity, U>(table, op, d);
  }
  binary<functor::bitwise_and, U>(table, Op::bitwise_and_, d);
  binary<functor::bitwise_or, U>(table, Op::bitwise_or_, d);
  binary<functor::bitwise_xor, U>(table, Op::bitwise_xor_, d);
  unary<functor::bitwise_invert, U>(table, Op::bitwise_invert_, d);
  binary<functor::bitwise_left_shift, T>(table, Op::bitwise_left_shift_, d);
  binary<functor::bitwise_right_shift, T>(table, Op::bitwise_right_shift_, d);
}

template <class T>
void fill_floating(KernelTable& table, DType d) {
  fill_numeric<T, T>(table, d);
  binary<functor::divide, T>(table, Op::divide_, d);
  unary<functor::reciprocal, T>(table, Op::reciprocal_, d);
  unary<functor::sqrt, T>(table, Op::sqrt_, d);
  binary<functor::copysign, T>(table, Op::copysign_, d);
  binary<functor::nextafter, T>(table, Op::nextafter_, d);
  unary<functor::signbit, T, boolean>(table, Op::signbit_, d);
  unary<functor::ceil, T>(table, Op::ceil_, d);
  unary<functor::floor, T>(table, Op::floor_, d);
  unary<functor::trunc, T>(table, Op::trunc_, d);
  unary<functor::round, T>(table, Op::round_, d);
}

void fill_boolean(KernelTable& table) {
  constexpr DType d = DType::bool_;
  using namespace functor;
  for (Op op : {Op::logical_and_, Op::bitwise_and_, Op::multiply_, Op::minimum_}) {
    binary<logical_and, boolean>(table, op, d);
  }
  for (Op op : {Op::logical_or_, Op::bitwise_or_, Op::add_, Op::maximum_}) {
    binary<logical_or, boolean>(table, op, d);
  }
  for (Op op : {Op::logical_xor_, Op::bitwise_xor_, Op::not_equal_}) {
    binary<logical_xor, boolean>(table, op, d);
  }
  for (Op op : {Op::logical_not_, Op::bitwise_invert_}) unary<logical_not, boolean>(table, op, d);
  binary<of_truth<equal>, boolean>(table, Op::equal_, d);
  binary<of_truth<less>, boolean>(table, Op::less_, d);
  binary<of_truth<less_equal>, boolean>(table, Op::less_equal_, d);
  binary<of_truth<greater>, boolean>(table, Op::greater_, d);
  binary<of_truth<greater_equal>, boolean>(table, Op::greater_equal_, d);
  unary<truth, boolean>(table, Op::abs_, d);
  unary<isfinite, boolean>(table, Op::isfinite_, d);
  unary<isinf, boolean>(table, Op::isinf_, d);
  unary<isnan, boolean>(table, Op::isnan_, d);
}

}  // namespace

void ARRAYFORGE_FILL(elementwise)(KernelTable& table) {
  fill_boolean(table);
  fill_integer<std::int8_t, std::uint8_t>(table, DType::int8);
  fill_integer<std::int16_t, std::uint16_t>(table, DType::int16);
  fill_integer<std::int32_t, std::uint32_t>(table, DType::int32);
  fill_integer<std::int64_t, std::uint64_t>(table, DType::int64);
  fill_integer<std::uint8_t, std::uint8_t>(table, DType::uint8);
  fill_integer<std::uint16_t, std::uint16_t>(table, DType::uint16);
  fill_integer<std::uint32_t, std::uint32_t>(table, DType::uint32);
  fill_integer<std::uint64_t, std::uint64_t>(table, DType::uint64);
  fill_floating<f32>(table, DType::float32);
  fill_floating<f64>(table, DType::float64);
  binary<functor::nextafter, Float16>(table, Op::nextafter_, DType::float16);
  binary<functor::nextafter, BFloat16>(table, Op::nextafter_, DType::bfloat16);
}

}  // namespace arrayforge
