// Plans of elementwise operations: from the dtypes of the operands to the dtypes of the computation
// and the result, or the error. Shapes are broadcast_shapes(); what runs is the loop of the kernel
// table.
#pragma once

#include <string_view>

#include "../kernels/table.h"
#include "promotion.h"

namespace arrayforge {

enum class Accepts : std::uint8_t {
  all,
  numeric,
  real_numeric,
  integer,
  integer_or_boolean,
  boolean,
  floating,
  real_floating
};
enum class Result : std::uint8_t { common, boolean, component };

struct OpInfo {
  std::string_view name;
  int arity;
  Accepts accepts;
  Result result;
};

inline constexpr OpInfo kOps[kOpCount] = {
#define OP(name, arity, accepts, result, summary) {#name, arity, Accepts::accepts, Result::result},
#include "../ops.def"
};

constexpr const OpInfo& info(Op op) { return kOps[index(op)]; }

constexpr bool accepts(Accepts category, DType dtype) {
  switch (category) {
    case Accepts::all:
      return true;
    case Accepts::numeric:
      return dtype != DType::bool_;
    case Accepts::real_numeric:
      return dtype != DType::bool_ && !is_complex(dtype);
    case Accepts::integer:
      return is_integer(dtype);
    case Accepts::integer_or_boolean:
      return is_integer(dtype) || dtype == DType::bool_;
    case Accepts::boolean:
      return dtype == DType::bool_;
    case Accepts::floating:
      return is_floating(dtype);
    case Accepts::real_floating:
      return is_real_floating(dtype);
  }
  return false;
}

constexpr DType result_dtype(Result rule, DType input) {
  return rule == Result::common    ? input
         : rule == Result::boolean ? DType::bool_
                                   : component_dtype(input);
}

// True iff operands of that dtype are taken and computed in it: no cast, no plan.
constexpr bool computes_in(Op op, DType dtype) {
  return accepts(info(op).accepts, dtype) && !is_half(dtype);
}

// What an operand tells the plan.
struct OperandType {
  bool is_scalar;
  DType dtype;        // of an array
  ScalarKind scalar;  // of a Python scalar
};

struct ElementwisePlan {
  DType input;   // every operand is converted to it
  DType kernel;  // what the loop computes in: input, or float32 for most 16-bit floats
  DType result;
  bool standard;  // false: allowed by NumPy's rules only
};

// From the operands (at least one of them an array) to the plan; throws TypeError.
ElementwisePlan plan_elementwise(Op op, const OperandType* operands, DType default_float);

// What the loop itself writes, before the cast to the plan's result.
DType kernel_result(Op op, const ElementwisePlan& plan);

}  // namespace arrayforge
