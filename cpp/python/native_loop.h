// Elementwise kernels over native arrays.
#pragma once

#include "../core/array.h"
#include "../core/plan.h"
#include "../kernels/table.h"

namespace arrayforge {

// The kernel of an operation; throws TypeError where it is not defined for the dtype.
Loop loop_for(Op op, DType kernel);

// Runs a loop over operands that need no outer iteration, or through nditer. Of each operand inputs
// or scalars has an entry, the scalars in the kernel's dtype.
void run_native(Loop loop, const Array& out, DType out_kernel, const Array* const* inputs,
                const void* const* scalars, int arity, DType kernel);

}  // namespace arrayforge
