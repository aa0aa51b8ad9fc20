// Reductions over axes of native arrays. Results have the same bits for any number of threads:
// chunks depend on shapes and strides only.
#pragma once

#include <string_view>

#include "../kernels/reduce.h"
#include "array.h"

namespace arrayforge {

// The dtype a reduction accumulates in: 64-bit integers, float64, complex128; bool for any and all;
// for extremes the dtype itself, float32 for 16-bit floats.
DType accumulator_dtype(Reduction reduction, DType dtype);

// Throws TypeError for a dtype that the reduction does not take, ValueError for an extreme of
// nothing.
void check_reduction(std::string_view function, Reduction reduction, const Array& x,
                     const Dims& axes);
void check_location(std::string_view function, const Array& x, int axis);

// The shape without those axes, or with size 1 in their place.
Dims reduced_shape(const Dims& shape, const Dims& axes, bool keepdims);

// Accumulators over `axes` (distinct, counted from the front), as a C-contiguous array whose
// reduced axes have size
// 1. `centers` is for variance: the means, shaped like the result. Throws ValueError for an extreme
// of nothing.
Array reduce(std::string_view function, Reduction reduction, const Array& x, const Dims& axes,
             const Array* centers = nullptr);

// Index of the first maximum (or minimum) along one axis, int64, that axis kept with size 1.
Array locate_extreme(std::string_view function, bool maximum, const Array& x, int axis);

// Running sum or product along one axis, in the accumulator's dtype; `initial` puts the identity
// first.
Array accumulate(Reduction reduction, const Array& x, int axis, bool initial);

}  // namespace arrayforge
