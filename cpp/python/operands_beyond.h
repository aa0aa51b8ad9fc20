// Operands beyond the plans of elementwise.cpp: integers that no dtype of the array holds, and
// arrays of other libraries.
#pragma once

#include "../core/plan.h"
#include "array_type.h"

namespace arrayforge {

// The comparison of an array of integers with a Python integer that its dtype does not hold: true
// or false for every element alike. Null where the operands are not of that kind.
PyObject* compare_beyond(Op op, PyObject* const* args);

// The right operand of an in-place operator as our array: x += y changes x, where Python's next
// try, y's own addition, would make a new array and bind the name x to it. Null where it is no
// array.
py::object operand_of_others(const char* function, PyObject* object, DeviceObject* device);

}  // namespace arrayforge
