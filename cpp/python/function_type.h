// The type of public functions with keywords: a builtin function that has annotations, too.
// Python's own builtins cannot carry them, and einx reads typing.get_type_hints(xp.asarray).
#pragma once

#include "python.h"

namespace arrayforge {

// A new reference. The definition gives name, signature and summary; it must outlive the function.
PyObject* make_function(_PyCFunctionFastWithKeywords entry, const PyMethodDef& definition,
                        const py::str& module);

void bind_function_type();

}  // namespace arrayforge
