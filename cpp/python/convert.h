// Python objects to the core's values: shapes, axes, indices, scalars.
#pragma once

#include <optional>
#include <string>

#include "../core/dims.h"
#include "../core/promotion.h"
#include "python.h"

namespace arrayforge {

// repr(object) for a message: shortened, and the type alone where it has none.
std::string shown(PyObject* object);

// An integer, anything with __index__; throws TypeError naming function and parameter.
std::int64_t to_int(const char* function, const char* parameter, PyObject* object);
bool to_bool(const char* function, const char* parameter, PyObject* object);

// An integer or a sequence of integers.
Dims to_dims(const char* function, PyObject* object);

// axis= of a reduction: None gives nothing, an integer or a tuple the axes, counted from the front.
std::optional<Dims> to_axes(const char* function, PyObject* object, int ndim);

// The kind of a float, int or bool, subclasses left out: reading such a scalar runs no Python code.
inline std::optional<ScalarKind> exact_scalar_kind(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  if (type == &PyFloat_Type) return ScalarKind::real;
  if (type == &PyLong_Type) return ScalarKind::integer;
  if (type == &PyBool_Type) return ScalarKind::boolean;
  return std::nullopt;
}

// The kind of a Python scalar, or nothing. Subclasses count: numpy.float64 is a float.
inline std::optional<ScalarKind> scalar_kind(PyObject* object) {
  if (const auto kind = exact_scalar_kind(object)) return kind;
  if (PyFloat_Check(object)) return ScalarKind::real;
  if (PyLong_Check(object)) return ScalarKind::integer;
  if (PyComplex_Check(object)) return ScalarKind::complex;
  return std::nullopt;
}

// Scalars of NumPy that are not Python numbers (float32, int64, bool_) count as the Python scalar
// of their value: weak, like every scalar here. Null where the object is none.
py::object numpy_scalar(const char* function, PyObject* object);

// Writes a Python scalar as one element; throws OverflowError when an integer does not fit,
// TypeError when the kind does not (a complex number as a float).
void store_scalar(const char* function, DType dtype, PyObject* scalar, void* element);

// The element as a Python scalar; a new reference.
PyObject* load_scalar(DType dtype, const void* element);

}  // namespace arrayforge
