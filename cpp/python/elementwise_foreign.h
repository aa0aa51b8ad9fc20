// The short way of elementwise operations to an engine: its arrays of one dtype, shape and device,
// or such an array and a Python scalar that keeps the dtype. Nothing is promoted or broadcast then.
#pragma once

#include "../core/plan.h"
#include "array_type.h"

namespace arrayforge {

// The array among the operands is foreign. Null where they need a plan, or the engine has no
// function of its own.
PyObject* run_on_engine(Op op, PyObject* const* args, int arity);

// target op= other, likewise; null too where the result has to be written into the target.
PyObject* run_inplace_on_engine(Op op, ArrayObject* target, PyObject* other);

// Parts of numbers that are real: engines are asked for those of complex ones alone.
inline bool is_real_part(Op op, DType dtype) {
  return !is_complex(dtype) && (op == Op::real_ || op == Op::imag_ || op == Op::conj_);
}

}  // namespace arrayforge
