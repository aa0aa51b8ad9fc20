#include "dtype_type.h"

#include <structmember.h>

#include <string>

#include "../core/config.h"

namespace arrayforge {
namespace {

struct DTypeObject {
  PyObject_HEAD DType dtype;
};

PyTypeObject* dtype_type = nullptr;
PyObject* objects[kDTypeCount] = {};

DType dtype_of(PyObject* self) { return reinterpret_cast<DTypeObject*>(self)->dtype; }

py::str name_of(PyObject* self) { return py::str(std::string(name(dtype_of(self)))); }

// NumPy's one-letter kinds; V for bfloat16, which NumPy does not have.
const char* kind_letter(DType dtype) {
  if (dtype == DType::bfloat16) return "V";
  switch (kind(dtype)) {
    case Kind::boolean:
      return "b";
    case Kind::signed_integer:
      return "i";
    case Kind::unsigned_integer:
      return "u";
    case Kind::real_floating:
      return "f";
    case Kind::complex_floating:
      return "c";
  }
  return "V";
}

PyObject* repr(PyObject* self) {
  return guarded([&] { return py::str("arrayforge.{}").format(name_of(self)).release().ptr(); });
}
PyObject* get_own_name(PyObject* self, void*) { return name_of(self).release().ptr(); }
PyObject* get_name(PyObject* self, void*) {
  return guarded([&] {
    require_lenient_attribute("dtype.name", "compare with the dtypes of the namespace");
    return name_of(self).release().ptr();
  });
}
PyObject* get_kind(PyObject* self, void*) {
  return guarded([&] {
    require_lenient_attribute("dtype.kind", "use isdtype(dtype, kind)");
    return PyUnicode_FromString(kind_letter(dtype_of(self)));
  });
}
PyObject* get_itemsize(PyObject* self, void*) {
  return guarded([&] {
    require_lenient_attribute("dtype.itemsize", "use finfo(dtype).bits // 8 or iinfo()");
    return PyLong_FromLongLong(itemsize(dtype_of(self)));
  });
}
PyObject* get_numpy_dtype(PyObject* self, void*) {
  return guarded([&]() -> PyObject* {
    if (dtype_of(self) == DType::bfloat16) {
      try {
        return py::module_::import("numpy")
            .attr("dtype")(py::module_::import("ml_dtypes").attr("bfloat16"))
            .release()
            .ptr();
      } catch (error_already_set&) {
        throw TypeError("dtype: NumPy has no bfloat16; the package ml_dtypes brings it");
      }
    }
    return py::module_::import("numpy").attr("dtype")(name_of(self)).release().ptr();
  });
}

Py_hash_t hash(PyObject* self) { return 0x5f3759df + static_cast<Py_hash_t>(dtype_of(self)); }

PyObject* compare(PyObject* self, PyObject* other, int operation) {
  if (operation != Py_EQ && operation != Py_NE) Py_RETURN_NOTIMPLEMENTED;
  return PyBool_FromLong((self == other) == (operation == Py_EQ));
}

PyObject* reduce(PyObject* self, PyObject*) {
  return guarded([&] {
    py::object getter = py::module_::import("arrayforge.pickling").attr("dtype");
    return py::make_tuple(getter, py::make_tuple(name_of(self))).release().ptr();
  });
}

PyGetSetDef getters[] = {
    {"name", get_name, nullptr, "Name, as in xp.float32.", nullptr},
    {"_name", get_own_name, nullptr, "Name, in strict mode too.", nullptr},
    {"__name__", get_own_name, nullptr, "Name, as in xp.float32.", nullptr},
    {"kind", get_kind, nullptr, "NumPy's letter: b, i, u, f, c.", nullptr},
    {"itemsize", get_itemsize, nullptr, "Bytes per element.", nullptr},
    {"dtype", get_numpy_dtype, nullptr, "NumPy's dtype of the same name.", nullptr},
    {"__numpy_dtype__", get_numpy_dtype, nullptr, "NumPy's dtype of the same name.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};
PyMethodDef methods[] = {
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};
PyType_Slot slots[] = {
    {Py_tp_repr, reinterpret_cast<void*>(repr)},
    {Py_tp_hash, reinterpret_cast<void*>(hash)},
    {Py_tp_richcompare, reinterpret_cast<void*>(compare)},
    {Py_tp_getset, getters},
    {Py_tp_methods, methods},
    {Py_tp_doc, const_cast<char*>("A data type: interned, so comparable with `is`.")},
    {0, nullptr},
};
PyType_Spec spec = {"arrayforge.dtype", sizeof(DTypeObject), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

// Python types, names, and whatever has a NumPy dtype's name: outside the standard, but clients use
// them.
std::optional<DType> lenient_dtype(PyObject* object) {
  if (object == reinterpret_cast<PyObject*>(&PyBool_Type)) return DType::bool_;
  if (object == reinterpret_cast<PyObject*>(&PyLong_Type)) return DType::int64;
  if (object == reinterpret_cast<PyObject*>(&PyFloat_Type)) return DType::float64;
  if (object == reinterpret_cast<PyObject*>(&PyComplex_Type)) return DType::complex128;
  if (PyUnicode_Check(object)) {
    const auto text = py::cast<std::string>(borrow(object));
    if (text == "int") return DType::int64;
    if (text == "float") return DType::float64;
    if (text == "complex") return DType::complex128;
    return dtype_named(text);
  }
  for (const char* attribute : {"name", "__name__"}) {
    if (!py::hasattr(object, attribute)) continue;
    py::object text = borrow(object).attr(attribute);
    if (!PyUnicode_Check(text.ptr())) continue;
    if (auto dtype = dtype_named(py::cast<std::string>(text))) return dtype;
  }
  return std::nullopt;
}

}  // namespace

std::optional<DType> dtype_named(std::string_view wanted) {
  for (std::size_t i = 0; i < kDTypeCount; ++i) {
    if (name(static_cast<DType>(i)) == wanted) return static_cast<DType>(i);
  }
  return std::nullopt;
}

PyObject* dtype_object(DType dtype) { return objects[index(dtype)]; }

std::optional<DType> as_dtype(PyObject* object) {
  if (Py_TYPE(object) != dtype_type) return std::nullopt;
  return dtype_of(object);
}

void require_standard(const char* function, DType dtype) {
  if (is_half(dtype)) {
    require_lenient(function,
                    std::string(name(dtype)) + "; the floating dtypes are float32 and float64");
  }
}

DType to_dtype(const char* function, PyObject* object) {
  if (auto dtype = as_dtype(object)) {
    require_standard(function, *dtype);
    return *dtype;
  }
  if (auto dtype = lenient_dtype(object)) {
    require_lenient(function, "dtype= takes a dtype of the namespace, such as xp.float64");
    return *dtype;
  }
  throw TypeError(std::string(function) + "(): expected a dtype, got " +
                  py::cast<std::string>(py::repr(object)));
}

std::optional<DType> to_optional_dtype(const char* function, PyObject* object) {
  if (object == Py_None) return std::nullopt;
  return to_dtype(function, object);
}

void bind_dtypes(py::module_& module) {
  dtype_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&spec)));
  module.attr("dtype") = py::handle(reinterpret_cast<PyObject*>(dtype_type));
  for (std::size_t i = 0; i < kDTypeCount; ++i) {
    auto* object = PyObject_New(DTypeObject, dtype_type);
    object->dtype = static_cast<DType>(i);
    objects[i] = reinterpret_cast<PyObject*>(object);
    module.attr(std::string(name(object->dtype)).c_str()) = py::handle(objects[i]);
  }
  module.def("_to_dtype", [](const std::string& function, const py::object& object) {
    return borrow(dtype_object(to_dtype(function.c_str(), object.ptr())));
  });
  module.def("_dtype_by_name", [](const std::string& wanted) {
    const auto dtype = dtype_named(wanted);
    if (!dtype) throw ValueError("dtype: no dtype is named " + wanted);
    return borrow(dtype_object(*dtype));
  });
}

}  // namespace arrayforge
