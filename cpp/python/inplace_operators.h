// Python's in-place operators as the arrays of an engine have them, by the operation that they are.
#pragma once

#include "../kernels/table.h"
#include "python.h"

namespace arrayforge {

// A new reference, or null with an exception.
using InplaceOperator = PyObject* (*)(PyObject* a, PyObject* b);

// Null where Python has none.
InplaceOperator inplace_operator_of(Op op);

}  // namespace arrayforge
