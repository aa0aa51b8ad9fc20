// The public functions as data: one row per line of ops.def. An entry binds its arguments, then
// takes the first of: our native handler, the backend's own function, the composite in
// src/arrayforge.
#pragma once

#include "../kernels/table.h"
#include "arguments.h"
#include "backend_type.h"

namespace arrayforge {

#define FUNCTION(chapter, name, signature, how, summary) +1
inline constexpr int kFunctionCount = 0
#include "../ops.def"
    ;
inline constexpr int kFunctionTotal = static_cast<int>(kOpCount) + kFunctionCount;

// FunctionIndex of the lines of ops.def that are not operations.
enum class Function : int {
#define FUNCTION(chapter, name, signature, how, summary) name##_,
#include "../ops.def"
};
constexpr FunctionIndex index_of(Function function) {
  return static_cast<int>(kOpCount) + static_cast<int>(function);
}
constexpr FunctionIndex index_of(Op op) { return static_cast<int>(op); }

const char* function_name(FunctionIndex function);
// "", "linalg" or "fft".
const char* function_namespace(FunctionIndex function);

using Handler = PyObject* (*)(const Arguments& arguments);

// The handlers, in the file of their chapter: each plans, then runs a kernel or, where its
// arguments have an engine, makes an EngineCall of the plan.
namespace entries {
#define ARRAYFORGE_native(name) PyObject* name(const Arguments& arguments);
#define ARRAYFORGE_composite(name)
#define ARRAYFORGE_frontend(name)
#define FUNCTION(chapter, name, signature, how, summary) ARRAYFORGE_##how(name)
#include "../ops.def"
#undef ARRAYFORGE_native
#undef ARRAYFORGE_composite
#undef ARRAYFORGE_frontend
}  // namespace entries

// The Python function over public functions that serves where an engine has none of its own; null
// where there is no such function.
py::object composite_of(FunctionIndex function);

// Calls a public function from C++ as Python would, so that methods and slots take the same way as
// functions.
PyObject* call_function(Function function, PyObject* const* args, Py_ssize_t count,
                        PyObject* keywords = nullptr, bool by_position = false);

// asarray(object, device=device).
py::object asarray_on(PyObject* object, DeviceObject* device);

// Two names with one entry: linalg.matmul is matmul.
void bind_functions(py::module_& module);

}  // namespace arrayforge
