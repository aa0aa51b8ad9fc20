// Promotion: the standard's table, and NumPy's rule where the standard leaves it open.
#pragma once

#include "dtype.h"

namespace arrayforge {

// What a Python scalar contributes: its kind only ("weak").
enum class ScalarKind : std::uint8_t { boolean, integer, real, complex };

struct Promoted {
  DType dtype;
  bool standard;  // false: defined by NumPy's rule, refused in strict mode
};

Promoted promote(DType a, DType b);
Promoted promote(DType array, ScalarKind scalar, DType default_float);

// The dtype of a Python scalar that stands alone.
DType default_dtype(ScalarKind scalar, DType default_float);

// The default dtype of the same kind of integer or float with complex parts: float32 -> complex64.
constexpr DType component_dtype(DType dtype) {
  if (dtype == DType::complex64) return DType::float32;
  if (dtype == DType::complex128) return DType::float64;
  return dtype;
}
constexpr DType complex_dtype(DType dtype) {
  return dtype == DType::float64 || dtype == DType::complex128 ? DType::complex128
                                                               : DType::complex64;
}

// True iff every value of `from` has its place in `to` by the promotion rules.
bool can_cast(DType from, DType to);

}  // namespace arrayforge
