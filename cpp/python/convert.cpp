#include "convert.h"

#include <cmath>
#include <cstring>
#include <string>

#include "../core/config.h"
#include "../core/layout.h"
#include "../kernels/table.h"

namespace arrayforge {
namespace {

// Conversions of one element take the way of the kernels, so that scalars and arrays round alike.
void cast_element(DType from, DType to, const void* source, void* target) {
  char* pointers[2] = {static_cast<char*>(const_cast<void*>(source)), static_cast<char*>(target)};
  const std::int64_t strides[2] = {itemsize(from), itemsize(to)};
  kernels().cast[index(from)][index(to)](pointers, strides, 1);
}

[[noreturn]] void out_of_range(const char* function, DType dtype, PyObject* scalar) {
  throw OverflowError(std::string(function) + "(): Python integer " + shown(scalar) +
                      " is out of range for " + std::string(name(dtype)));
}

[[noreturn]] void not_a_float(const char* function, DType dtype, PyObject* scalar) {
  if (!PyErr_ExceptionMatches(PyExc_OverflowError)) throw error_already_set();
  PyErr_Clear();
  out_of_range(function, dtype, scalar);
}

void store_unsigned(const char* function, DType dtype, PyObject* integer, void* element) {
  const unsigned long long value = PyLong_AsUnsignedLongLong(integer);
  const int bits = static_cast<int>(itemsize(dtype)) * 8;
  if (value == static_cast<unsigned long long>(-1) && PyErr_Occurred()) {
    PyErr_Clear();
    out_of_range(function, dtype, integer);
  }
  if (bits < 64 && value >> bits) out_of_range(function, dtype, integer);
  std::memcpy(element, &value, static_cast<std::size_t>(itemsize(dtype)));
}

void store_signed(const char* function, DType dtype, PyObject* integer, void* element) {
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(integer, &overflow);
  if (value == -1 && !overflow && PyErr_Occurred()) throw error_already_set();
  const int shift = 64 - static_cast<int>(itemsize(dtype)) * 8;
  if (overflow ||
      static_cast<long long>(static_cast<unsigned long long>(value) << shift) >> shift != value) {
    out_of_range(function, dtype, integer);
  }
  std::memcpy(element, &value, static_cast<std::size_t>(itemsize(dtype)));
}

}  // namespace

std::string shown(PyObject* object) {
  constexpr std::size_t kLongest = 80;
  PyObject* repr = PyObject_Repr(object);
  const char* text = repr ? PyUnicode_AsUTF8(repr) : nullptr;
  std::string result;
  if (text) {
    result = text;
    if (result.size() > kLongest) {
      std::size_t end = kLongest - 3;
      while ((result[end] & 0xc0) == 0x80) --end;  // not inside a character
      result = result.substr(0, end) + "...";
    }
  } else {
    // No text: an integer of thousands of digits, or a __repr__ that raises.
    PyErr_Clear();
    result = std::string("a ") + Py_TYPE(object)->tp_name;
  }
  Py_XDECREF(repr);
  return result;
}

py::object numpy_scalar(const char* function, PyObject* object) {
  for (PyTypeObject* type = Py_TYPE(object); type; type = type->tp_base) {
    if (std::strcmp(type->tp_name, "numpy.generic") != 0) continue;
    require_lenient(function, "scalars of NumPy; convert with float(), int() or bool()");
    return borrow(object).attr("item")();
  }
  return {};
}

std::int64_t to_int(const char* function, const char* parameter, PyObject* object) {
  if (PyFloat_Check(object) || !PyIndex_Check(object)) {
    throw TypeError(std::string(function) + "(): " + parameter + " must be an integer, got " +
                    shown(object));
  }
  py::object owner;
  if (!PyLong_CheckExact(object)) owner = steal(PyNumber_Index(object));
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(owner ? owner.ptr() : object, &overflow);
  if (overflow) {
    throw OverflowError(std::string(function) + "(): " + parameter + " must fit 64 bits, got " +
                        shown(object));
  }
  if (value == -1 && PyErr_Occurred()) throw error_already_set();
  return value;
}

bool to_bool(const char* function, const char* parameter, PyObject* object) {
  if (object == Py_True) return true;
  if (object == Py_False) return false;
  const int value = PyObject_IsTrue(object);
  if (value < 0) throw error_already_set();
  if (!PyLong_Check(object) && !PyIndex_Check(object) && !py::hasattr(object, "__bool__")) {
    throw TypeError(std::string(function) + "(): " + parameter + " must be True or False, got " +
                    shown(object));
  }
  return value == 1;
}

Dims to_dims(const char* function, PyObject* object) {
  if (!PyTuple_Check(object) && !PyList_Check(object)) {
    if (PyIndex_Check(object)) return Dims{to_int(function, "the size", object)};
    if (!PySequence_Check(object)) {
      throw TypeError(std::string(function) +
                      "(): expected an integer or a tuple of integers, got " + shown(object));
    }
  }
  if (!PyTuple_Check(object)) {
    require_lenient(function, "shapes and axes that are no tuples; convert with tuple()");
  }
  // A copy as a tuple: __index__ of an item may change a list under our hands.
  py::object items = steal(PySequence_Tuple(object));
  const Py_ssize_t n = PyTuple_GET_SIZE(items.ptr());
  if (n > kMaxRank) {
    throw ValueError(std::string(function) + "(): at most " + std::to_string(kMaxRank) +
                     " dimensions, got " + std::to_string(n));
  }
  Dims dims(static_cast<int>(n));
  for (int i = 0; i < dims.size(); ++i) {
    dims[i] = to_int(function, "each item", PyTuple_GET_ITEM(items.ptr(), i));
  }
  return dims;
}

std::optional<Dims> to_axes(const char* function, PyObject* object, int ndim) {
  if (object == Py_None) return std::nullopt;
  return normalize_axes(function, to_dims(function, object), ndim);
}

void store_scalar(const char* function, DType dtype, PyObject* scalar, void* element) {
  switch (kind(dtype)) {
    case Kind::boolean: {
      const int value = PyObject_IsTrue(scalar);
      if (value < 0) throw error_already_set();
      *static_cast<std::uint8_t*>(element) = value == 1;
      return;
    }
    case Kind::signed_integer:
    case Kind::unsigned_integer: {
      py::object integer;
      if (PyLong_Check(scalar)) {
        integer = borrow(scalar);
      } else if (PyFloat_Check(scalar)) {
        if (!std::isfinite(PyFloat_AS_DOUBLE(scalar))) {
          throw ValueError(std::string(function) + "(): " + shown(scalar) + " does not fit " +
                           std::string(name(dtype)));
        }
        integer = steal(PyNumber_Long(scalar));
      } else {
        integer = steal(PyNumber_Index(scalar));
      }
      if (kind(dtype) == Kind::signed_integer) {
        store_signed(function, dtype, integer.ptr(), element);
      } else {
        store_unsigned(function, dtype, integer.ptr(), element);
      }
      return;
    }
    case Kind::real_floating: {
      double value;
      if (PyFloat_Check(scalar)) {
        value = PyFloat_AS_DOUBLE(scalar);
      } else if (PyComplex_Check(scalar)) {
        throw TypeError(std::string(function) + "(): a complex number does not fit " +
                        std::string(name(dtype)) + ", got " + shown(scalar));
      } else {
        value = PyFloat_AsDouble(scalar);
        if (value == -1.0 && PyErr_Occurred()) not_a_float(function, dtype, scalar);
      }
      cast_element(DType::float64, dtype, &value, element);
      return;
    }
    case Kind::complex_floating: {
      const Py_complex value = PyComplex_AsCComplex(scalar);
      if (value.real == -1.0 && PyErr_Occurred()) not_a_float(function, dtype, scalar);
      cast_element(DType::complex128, dtype, &value, element);
      return;
    }
  }
}

PyObject* load_scalar(DType dtype, const void* element) {
  switch (kind(dtype)) {
    case Kind::boolean:
      return PyBool_FromLong(*static_cast<const std::uint8_t*>(element) != 0);
    case Kind::signed_integer: {
      std::int64_t value;
      cast_element(dtype, DType::int64, element, &value);
      return PyLong_FromLongLong(value);
    }
    case Kind::unsigned_integer: {
      std::uint64_t value;
      cast_element(dtype, DType::uint64, element, &value);
      return PyLong_FromUnsignedLongLong(value);
    }
    case Kind::real_floating: {
      double value;
      cast_element(dtype, DType::float64, element, &value);
      return PyFloat_FromDouble(value);
    }
    case Kind::complex_floating: {
      Py_complex value;
      cast_element(dtype, DType::complex128, element, &value);
      return PyComplex_FromCComplex(value);
    }
  }
  return nullptr;
}

}  // namespace arrayforge
