// Elementwise operations from Python: operands to a plan, then a kernel or the engine's function.
#pragma once

#include "../core/plan.h"
#include "array_type.h"

namespace arrayforge {

// The public function: arguments by position only.
PyObject* elementwise_entry(Op op, PyObject* const* args, Py_ssize_t count) noexcept;

// real() and imag(): views of complex arrays on the native backend.
PyObject* component_entry(Op op, PyObject* const* args, Py_ssize_t count) noexcept;

// The operator: NotImplemented for operands that are neither arrays nor Python scalars.
PyObject* elementwise_operator(Op op, PyObject* a, PyObject* b) noexcept;

// a op= b; keeps the identity, dtype and shape of a.
PyObject* inplace_operator(Op op, PyObject* a, PyObject* b) noexcept;

}  // namespace arrayforge
