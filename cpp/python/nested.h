// Python scalars and nested sequences of them as native arrays.
#pragma once

#include <optional>

#include "../core/array.h"
#include "backend_type.h"

namespace arrayforge {

// True for what has items that nested_array() walks: lists, tuples and ranges.
inline bool is_nested(PyObject* object) {
  return PyList_Check(object) || PyTuple_Check(object) || PyRange_Check(object);
}

// The array of a scalar or of nested sequences, on its way to the device that the leaves may be on.
// Without a dtype the leaves decide: arrays among them by the promotion rules, Python scalars
// weakly beside them. Throws ValueError for ragged sequences, naming the place.
Array nested_array(const char* function, PyObject* object, std::optional<DType> dtype,
                   DeviceObject* device);

}  // namespace arrayforge
