// arrayforge._core._layout: the pure functions of core/layout.h, and as_order.
#pragma once

#include "python.h"

namespace arrayforge {

void bind_layout(py::module_& module);

}  // namespace arrayforge
