#include <string>

#include "../core/arena.h"
#include "../core/storage.h"
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

// What was asked for, what there is, and who holds it.
std::string describe(const arena::OutOfMemory& error) {
  std::string text = "out of memory, " + std::to_string(error.requested) + " bytes asked for, " +
                     std::to_string(error.live) + " held by arrays, ";
  text += error.is_limit() ? "the limit is " + std::to_string(error.limit)
                           : std::string("the system grants no more");
  const auto holders = Storage::largest(3);
  if (!holders.empty()) text += "; the largest hold";
  for (std::size_t i = 0; i < holders.size(); ++i) {
    text += (i > 0 ? ", " : " ") + std::to_string(holders[i].nbytes) + " bytes";
    if (holders[i].references > 1) {
      text += " (in " + std::to_string(holders[i].references) + " arrays)";
    }
    if (holders[i].pinned) text += " (exported)";
  }
  return text;
}

std::string with_name(const char* function, const std::string& text) {
  if (!function || text.find("(): ") != text.npos) return text;
  return std::string(function) + "(): " + text;
}

// Python's own MemoryError has no text.
bool is_bare_shortage(const py::error_already_set& error) {
  if (!error.matches(PyExc_MemoryError)) return false;
  PyObject* args = reinterpret_cast<PyBaseExceptionObject*>(error.value().ptr())->args;
  return args && PyTuple_GET_SIZE(args) == 0;
}

}  // namespace

void set_python_error(const char* function) noexcept {
  try {
    throw;
  } catch (py::error_already_set& error) {
    if (is_bare_shortage(error)) {
      PyErr_SetString(PyExc_MemoryError, with_name(function, "out of memory").c_str());
    } else {
      error.restore();
    }
  } catch (const Error& error) {
    PyErr_SetString(python_type(error.kind()), with_name(function, error.what()).c_str());
  } catch (const arena::OutOfMemory& error) {
    PyErr_SetString(PyExc_MemoryError, with_name(function, describe(error)).c_str());
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
