#include "../core/arena.h"
#include "python.h"

namespace arrayforge {
namespace {

struct ErrorTypes {
  PyObject* shape = nullptr;
  PyObject* device = nullptr;
  PyObject* strict = nullptr;
  PyObject* strict_attribute = nullptr;
};
ErrorTypes types;

PyObject* python_type(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::type:
      return PyExc_TypeError;
    case ErrorKind::value:
      return PyExc_ValueError;
    case ErrorKind::shape:
      return types.shape;
    case ErrorKind::index:
      return PyExc_IndexError;
    case ErrorKind::overflow:
      return PyExc_OverflowError;
    case ErrorKind::buffer:
      return PyExc_BufferError;
    case ErrorKind::not_implemented:
      return PyExc_NotImplementedError;
    case ErrorKind::device:
      return types.device;
    case ErrorKind::strict:
      return types.strict;
    case ErrorKind::strict_attribute:
      return types.strict_attribute;
  }
  return PyExc_RuntimeError;
}

PyObject* make_type(py::module_& module, const char* name, PyObject* base, const char* doc) {
  const std::string qualified = std::string("arrayforge.") + name;
  py::object type = steal(PyErr_NewExceptionWithDoc(qualified.c_str(), doc, base, nullptr));
  module.attr(name) = type;
  return type.release().ptr();
}

}  // namespace

void set_python_error() noexcept {
  try {
    throw;
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const Error& error) {
    PyErr_SetString(python_type(error.kind()), error.what());
  } catch (const std::bad_alloc& error) {
    PyErr_SetString(PyExc_MemoryError, error.what());
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
}

void bind_errors(py::module_& module) {
  types.shape = make_type(module, "ShapeError", PyExc_ValueError,
                          "Shapes that do not fit each other, or the operation.");
  types.device =
      make_type(module, "DeviceError", PyExc_ValueError,
                "A device that is unknown, absent, or not the one of the other operand.");
  types.strict = make_type(module, "StrictError", PyExc_TypeError,
                           "Something outside the array API standard, used in strict mode.");
  const py::tuple bases =
      py::make_tuple(py::handle(types.strict), py::handle(PyExc_AttributeError));
  types.strict_attribute =
      make_type(module, "StrictAttributeError", bases.ptr(),
                "An attribute outside the array API standard, asked for in strict mode.");
  py::register_exception_translator([](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const Error&) {
      set_python_error();
    } catch (const std::bad_alloc&) {
      set_python_error();
    }
  });
}

}  // namespace arrayforge
