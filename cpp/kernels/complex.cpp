// The kernels of complex64 and complex128: every operation of ops.def that takes them.
#include "complex_arithmetic.h"
#include "complex_functions.h"
#include "complex_logarithm.h"
#include "complex_loops.h"
#include "complex_packed.h"
#include "complex_power.h"
#include "numbers.h"
#include "table.h"

namespace arrayforge {
namespace {

template <class R>
inline constexpr DType kComplexDType = DType::complex128;
template <>
inline constexpr DType kComplexDType<f32> = DType::complex64;

// A function of float64 complex numbers, for either dtype.
template <class Function>
struct InDouble {
  static c128 apply(c128 z) { return Function::apply(z); }
  static c64 apply(c64 z) { return narrow(Function::apply(widen(z))); }
};

template <class R>
struct Filler {
  using C = Complex<R>;
  KernelTable& table;

  void set(Op op, Loop loop) const { table.elementwise[index(op)][index(kComplexDType<R>)] = loop; }
  template <class Function>
  void set_function(Op op) const {
    set(op, unary_strided<InDouble<Function>, C, C>);
  }

  void arithmetic() const {
    set(Op::add_, binary_packed<Add, R>);
    set(Op::subtract_, binary_packed<Subtract, R>);
    set(Op::multiply_, binary_packed<Multiply, R>);
    set(Op::divide_, binary_blocked<Divide, C, C>);
    set(Op::pow_, binary_strided<Pow, C, C>);
    set(Op::negative_, unary_componentwise<Negative, R>);
    set(Op::positive_, unary_componentwise<Positive, R>);
    set(Op::abs_, unary<Abs, C, R>);
    set(Op::sign_, unary<Sign, C, C>);
    set(Op::square_, unary<Square, C, C>);
    set(Op::reciprocal_, unary<Reciprocal, C, C>);
    set(Op::round_, unary_componentwise<Round, R>);
  }

  void comparisons_and_parts() const {
    set(Op::equal_, binary<Equal, C, std::uint8_t>);
    set(Op::not_equal_, binary<NotEqual, C, std::uint8_t>);
    set(Op::isfinite_, unary<IsFinite, C, std::uint8_t>);
    set(Op::isinf_, unary<IsInf, C, std::uint8_t>);
    set(Op::isnan_, unary<IsNan, C, std::uint8_t>);
    set(Op::real_, unary<Real, C, R>);
    set(Op::imag_, unary<Imag, C, R>);
    set(Op::conj_, unary_packed<Conj, R>);
  }

  void functions() const {
    set_function<Sqrt>(Op::sqrt_);
    set_function<Exp>(Op::exp_);
    set_function<Expm1>(Op::expm1_);
    set_function<Log>(Op::log_);
    set_function<Log1p>(Op::log1p_);
    set_function<Log2>(Op::log2_);
    set_function<Log10>(Op::log10_);
    set_function<Sin>(Op::sin_);
    set_function<Cos>(Op::cos_);
    set_function<Tan>(Op::tan_);
    set_function<Asin>(Op::asin_);
    set_function<Acos>(Op::acos_);
    set_function<Atan>(Op::atan_);
    set_function<Sinh>(Op::sinh_);
    set_function<Cosh>(Op::cosh_);
    set_function<Tanh>(Op::tanh_);
    set_function<Asinh>(Op::asinh_);
    set_function<Acosh>(Op::acosh_);
    set_function<Atanh>(Op::atanh_);
  }

  void all() const {
    arithmetic();
    comparisons_and_parts();
    functions();
  }
};

}  // namespace

void ARRAYFORGE_FILL(complex)(KernelTable& table) {
  Filler<f32>{table}.all();
  Filler<f64>{table}.all();
}

}  // namespace arrayforge
