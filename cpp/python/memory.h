// Bindings of the arena and the thread pool.
#pragma once

#include <pybind11/stl.h>

#include <optional>

#include "python.h"

namespace arrayforge {

void bind_memory(py::module_& module);

}  // namespace arrayforge
