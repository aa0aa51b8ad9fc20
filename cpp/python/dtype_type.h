// arrayforge.dtype: interned, immutable, hashable, equal only to itself.
#pragma once

#include <optional>

#include "../core/dtype.h"
#include "python.h"

namespace arrayforge {

// The one object of a dtype, borrowed.
PyObject* dtype_object(DType dtype);

// The dtype behind one of our dtype objects.
std::optional<DType> as_dtype(PyObject* object);

// The dtype of that name.
std::optional<DType> dtype_named(std::string_view name);

// A dtype argument: ours, or (outside the standard) a name, a Python type, a NumPy dtype; throws
// TypeError.
DType to_dtype(const char* function, PyObject* object);

// Refuses the extensions, float16 and bfloat16, in strict mode.
void require_standard(const char* function, DType dtype);

// None gives nothing.
std::optional<DType> to_optional_dtype(const char* function, PyObject* object);

void bind_dtypes(py::module_& module);

}  // namespace arrayforge
