#include "plan.h"

#include <string>

#include "error.h"

namespace arrayforge {
namespace {

constexpr std::string_view kAcceptedNames[] = {
    "any dtype",
    "a numeric dtype",
    "a real numeric dtype",
    "an integer dtype",
    "an integer or boolean dtype",
    "a boolean dtype",
    "a floating-point dtype",
    "a real floating-point dtype",
};

// NumPy's reading of booleans where the standard wants numbers: logic where there is a kernel for
// it, small integers for the arithmetic that has none.
bool takes_boolean(Op op, DType* input) {
  switch (op) {
    case Op::add_:
    case Op::multiply_:
    case Op::maximum_:
    case Op::minimum_:
    case Op::less_:
    case Op::less_equal_:
    case Op::greater_:
    case Op::greater_equal_:
    case Op::abs_:
    case Op::isfinite_:
    case Op::isinf_:
    case Op::isnan_:
      return true;
    case Op::floor_divide_:
    case Op::remainder_:
    case Op::pow_:
    case Op::square_:
    case Op::bitwise_left_shift_:
    case Op::bitwise_right_shift_:
      *input = DType::int8;
      return true;
    default:
      return false;
  }
}

// The dtype an operation computes in when it does not take the promoted one, by NumPy's rules.
bool lenient_input(Op op, DType dtype, DType default_float, DType* input) {
  const Accepts category = info(op).accepts;
  *input = dtype;
  if (dtype == DType::bool_ && takes_boolean(op, input)) return true;
  if (category == Accepts::boolean) {
    *input = DType::bool_;
    return true;
  }
  const bool wants_float = category == Accepts::floating || category == Accepts::real_floating;
  if (wants_float && (is_integer(dtype) || dtype == DType::bool_)) {
    *input = default_float;
    return true;
  }
  return false;
}

std::string describe(const OperandType& operand) {
  if (!operand.is_scalar) return std::string(name(operand.dtype));
  constexpr std::string_view names[] = {"bool", "int", "float", "complex"};
  return "Python " + std::string(names[static_cast<int>(operand.scalar)]);
}

Promoted common_dtype(const OperandType* operands, int arity, DType default_float) {
  if (arity == 1) return {operands[0].dtype, true};
  const OperandType& a = operands[0];
  const OperandType& b = operands[1];
  if (a.is_scalar) return promote(b.dtype, a.scalar, default_float);
  if (b.is_scalar) return promote(a.dtype, b.scalar, default_float);
  return promote(a.dtype, b.dtype);
}

}  // namespace

ElementwisePlan plan_elementwise(Op op, const OperandType* operands, DType default_float) {
  const OpInfo& op_info = info(op);
  const Promoted common = common_dtype(operands, op_info.arity, default_float);
  ElementwisePlan plan{common.dtype, common.dtype, common.dtype, common.standard};
  if (!accepts(op_info.accepts, common.dtype)) {
    plan.standard = false;
    if (!lenient_input(op, common.dtype, default_float, &plan.input)) {
      std::string message = std::string(op_info.name) + "(): expected " +
                            std::string(kAcceptedNames[static_cast<int>(op_info.accepts)]) +
                            ", got " + describe(operands[0]);
      if (op_info.arity == 2) message += " and " + describe(operands[1]);
      throw TypeError(message);
    }
  }
  // The neighbours of a 16-bit number are not those of the same number in float32.
  const bool widens = is_half(plan.input) && op != Op::nextafter_;
  plan.kernel = widens ? DType::float32 : plan.input;
  plan.result = result_dtype(op_info.result, plan.input);
  return plan;
}

DType kernel_result(Op op, const ElementwisePlan& plan) {
  return result_dtype(info(op).result, plan.kernel);
}

}  // namespace arrayforge
