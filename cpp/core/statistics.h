// Means and variances: reductions in float64 or complex128, divided at the end and rounded once.
#pragma once

#include <string_view>

#include "array.h"

namespace arrayforge {

// As reduce() leaves them: float64 or complex128, reduced axes of size 1. Integers count
// as float64.
Array mean(std::string_view function, const Array& x, const Dims& axes);

// Two passes, so that a large mean costs no digits. NaN where n - correction is not positive.
Array variance(std::string_view function, const Array& x, const Dims& axes, double correction);

// Square roots in place, float64.
void take_roots(const Array& x);

}  // namespace arrayforge
