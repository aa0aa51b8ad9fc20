// matmul() over arrays: shapes and the call of GEMM.
#pragma once

#include "../core/array.h"

namespace arrayforge {

struct MatmulPlan {
  Dims stack;   // the broadcast leading axes
  Dims result;  // what the caller sees: without the axes that a vector lent
  std::int64_t m, n, k;
  double work() const;  // multiplications
};

// Throws ShapeError. A 1-d operand is a row on the left and a column on the right.
MatmulPlan plan_matmul(const Array& a, const Array& b);

// Both of one numeric dtype; c is C-contiguous with the shape of the plan.
void run_matmul(const MatmulPlan& plan, const Array& a, const Array& b, const Array& c);

}  // namespace arrayforge
