// Number types of the kernels: what C++ spells differently from one compiler to the next.
#pragma once

#include <cstdint>

namespace arrayforge {
namespace {

using f32 = float;
using f64 = double;

// Stored like C's float _Complex and NumPy's complex64.
template <class R>
struct Complex {
  using real_type = R;
  R re, im;
};
using c64 = Complex<f32>;
using c128 = Complex<f64>;

}  // namespace
}  // namespace arrayforge
