// Arrays on their way between devices.
#pragma once

#include "array_type.h"

namespace arrayforge {

// The array on that device: itself where it is there already, else a new reference to a copy.
PyObject* move_to(ArrayObject* array, DeviceObject* device);

// The native array with the values, in whatever wraps or holds them; a new reference.
PyObject* to_host(ArrayObject* array);

// Whether its values can be read in place, so that NumPy may have a view.
bool in_host_memory(ArrayObject* array);

void bind_asarray(py::module_& module);

}  // namespace arrayforge
