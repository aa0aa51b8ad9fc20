// What strict mode asks of slices.
#pragma once

#include "python.h"

namespace arrayforge {

// Refuses a start or a stop beyond an axis of that size: the standard leaves open what it selects.
void check_slice(const char* function, PyObject* slice, std::int64_t size);

}  // namespace arrayforge
