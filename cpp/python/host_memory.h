// Other libraries' host memory as native arrays that share it: the buffer protocol and
// __array_interface__.
#pragma once

#include <optional>

#include "../core/array.h"
#include "python.h"

namespace arrayforge {

// A view of the object's memory that keeps the object alive, or nothing where it offers neither
// protocol. Throws TypeError for elements that have no dtype here.
std::optional<Array> host_memory(const char* function, PyObject* object);

// A view of bytes that somebody else owns. The strides may be negative; `data` is the first
// element.
Array borrowed_array(DType dtype, Dims shape, Dims strides, void* data, bool writable, void* owner,
                     Storage::Release release);

}  // namespace arrayforge
