// What every file of the bindings includes: Python, pybind11's handles, and the guard that turns
// the core's errors into Python's.
#pragma once

#include <pybind11/pybind11.h>

#include "../core/error.h"

namespace arrayforge {

namespace py = pybind11;

// Thrown when a Python exception is already set.
using py::error_already_set;

// Sets the Python exception for the C++ one in flight. Parts of the core that do not know what was
// called leave the name out of their message; it is added here.
void set_python_error(const char* function = nullptr) noexcept;

// Runs f, which returns a new reference or throws.
template <class F>
PyObject* guarded(F&& f) noexcept {
  try {
    return f();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

template <class F>
PyObject* guarded(const char* function, F&& f) noexcept {
  try {
    return f();
  } catch (...) {
    set_python_error(function);
    return nullptr;
  }
}

// The same for slots that return an int, 0 for success.
template <class F>
int guarded_status(F&& f, const char* function = nullptr) noexcept {
  try {
    f();
    return 0;
  } catch (...) {
    set_python_error(function);
    return -1;
  }
}

// A new reference from the C API, or the exception it set.
inline PyObject* checked(PyObject* object) {
  if (!object) throw error_already_set();
  return object;
}
inline py::object steal(PyObject* object) {
  return py::reinterpret_steal<py::object>(checked(object));
}
inline py::object borrow(PyObject* object) { return py::reinterpret_borrow<py::object>(object); }

inline PyObject* new_ref(PyObject* object) {
  Py_INCREF(object);
  return object;
}

void bind_errors(py::module_& module);

}  // namespace arrayforge
