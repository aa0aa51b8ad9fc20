// Arrays on their way between devices. What copies from one to another is counted, and refused
// inside no_transfers(); see arrayforge/transfer.py.
#pragma once

#include "array_type.h"

namespace arrayforge {

// The array on that device: itself where it is there already, else a new reference to one that
// shares its memory where both devices reach it, else to a copy. `function` is for the error.
PyObject* move_to(const char* function, ArrayObject* array, DeviceObject* device);

// The native array with the values, in whatever wraps or holds them; a new reference. Not counted.
PyObject* to_host(ArrayObject* array);
// A native array on a device; a new reference. Not counted: values of Python have no device yet.
PyObject* from_host(PyObject* host, DeviceObject* device);

// Whether arrays of the device lie in host memory and are shared with the cpu.
bool shares_host(DeviceObject* device);

void count_transfer(const char* function, DeviceObject* source, DeviceObject* target,
                    std::int64_t nbytes);

// The backend to whose library an object belongs, or None.
py::object owner_of(PyObject* object);

void bind_asarray(py::module_& module);
void bind_transfer(py::module_& module);

}  // namespace arrayforge
