// Methods of Array: exports, conversions to Python, and the spellings that clients of NumPy expect.
#include "../core/access.h"
#include "../core/config.h"
#include "../core/nditer.h"
#include "array_type.h"
#include "convert.h"
#include "dlpack.h"
#include "dtype_type.h"
#include "functions.h"
#include "transfer.h"

namespace arrayforge {
namespace {

py::object host_of(PyObject* self) { return steal(to_host(as_array(self))); }

PyObject* nested_list(const Array& x, int axis, const char* data) {
  if (axis == x.ndim()) return load_scalar(x.dtype, data);
  py::object list = steal(PyList_New(static_cast<Py_ssize_t>(x.shape[axis])));
  for (std::int64_t i = 0; i < x.shape[axis]; ++i) {
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i),
                    checked(nested_list(x, axis + 1, data + i * x.strides[axis])));
  }
  return list.release().ptr();
}

PyObject* tolist(PyObject* self, PyObject*) {
  return guarded([&] {
    py::object host = host_of(self);
    const Array& x = as_array(host.ptr())->value;
    const Pin pin(x);
    return nested_list(x, 0, read(x));
  });
}

PyObject* item(PyObject* self, PyObject*) {
  return guarded([&] {
    const Array& x = as_array(self)->value;
    if (x.size() != 1) {
      throw ValueError("item(): only an array of one element converts, got shape " +
                       to_string(x.shape));
    }
    py::object host = host_of(self);
    const Array& value = as_array(host.ptr())->value;
    return load_scalar(value.dtype, read(value));
  });
}

PyObject* to_complex(PyObject* self, PyObject*) {
  return guarded([&] {
    py::object value = steal(checked(item(self, nullptr)));
    return PyComplex_FromCComplex(PyComplex_AsCComplex(value.ptr()));
  });
}

PyObject* format(PyObject* self, PyObject* spec) {
  return guarded([&] {
    const bool scalar = as_array(self)->value.ndim() == 0;
    py::object shown = steal(scalar ? item(self, nullptr) : PyObject_Str(self));
    return checked(PyObject_Format(shown.ptr(), spec));
  });
}

PyObject* copied(PyObject* self, PyObject*) {
  return guarded("copy", [&] {
    ArrayObject* array = as_array(self);
    if (array->is_native()) return wrap(copy(array->value));
    PyObject* args[2] = {self, dtype_object(array->value.dtype)};
    return call_function(Function::astype_, args, 2);
  });
}

PyObject* reduce(PyObject* self, PyObject*) {
  return guarded("__reduce__", [&] {
    py::object host = host_of(self);
    const Array& x = as_array(host.ptr())->value;
    const Array compact = contiguous(x);
    py::object bytes = steal(PyBytes_FromStringAndSize(read(compact), compact.nbytes()));
    py::object rebuild = py::module_::import("arrayforge._core").attr("_from_bytes");
    return py::make_tuple(
               rebuild, py::make_tuple(std::string(name(x.dtype)), steal(to_tuple(x.shape)), bytes))
        .release()
        .ptr();
  });
}

PyObject* to_device_method(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    PyObject* device = nullptr;
    PyObject* stream = Py_None;
    static const char* names[] = {"", "stream", nullptr};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$O:to_device", const_cast<char**>(names),
                                     &device, &stream)) {
      throw error_already_set();
    }
    if (stream != Py_None) throw ValueError("to_device(): streams are the engine's, pass None");
    return move_to(as_array(self), to_device("to_device", device));
  });
}

PyObject* namespace_of(PyObject*, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    PyObject* version = Py_None;
    static const char* names[] = {"api_version", nullptr};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$O:__array_namespace__",
                                     const_cast<char**>(names), &version)) {
      throw error_already_set();
    }
    if (version != Py_None) {
      const auto wanted = py::cast<std::string>(py::str(borrow(version)));
      constexpr std::string_view kVersions[] = {"2021.12", "2022.12", "2023.12", "2024.12",
                                                "2025.12"};
      if (std::find(std::begin(kVersions), std::end(kVersions), wanted) == std::end(kVersions)) {
        throw ValueError("__array_namespace__(): versions are 2021.12 to 2025.12, got " + wanted);
      }
    }
    return py::module_::import("arrayforge").release().ptr();
  });
}

// numpy.asarray(x): a view through the buffer; bfloat16, which buffers lack, through ml_dtypes.
PyObject* to_numpy(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    PyObject* dtype = Py_None;
    PyObject* wants_copy = Py_None;
    static const char* names[] = {"dtype", "copy", nullptr};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|OO:__array__", const_cast<char**>(names),
                                     &dtype, &wants_copy)) {
      throw error_already_set();
    }
    ArrayObject* array = as_array(self);
    py::object host;
    if (!array->is_native() && array->device == cpu_device()) {
      host = steal(to_host(array));  // a wrapper around host memory
      array = as_array(host.ptr());
      self = host.ptr();
    }
    if (!array->is_native()) {
      throw TypeError("__array__(): an array on " +
                      py::cast<std::string>(borrow(array->device->name)) +
                      " is not in host memory; move it with to_device(\"cpu\")");
    }
    py::module_ numpy = py::module_::import("numpy");
    py::object source = borrow(self);
    py::object shared;
    if (array->value.dtype == DType::bfloat16) {
      Array bits = array->value.view(array->value.shape, array->value.strides, array->value.offset);
      bits.dtype = DType::uint16;
      source = steal(wrap(std::move(bits)));
      shared = numpy.attr("asarray")(py::memoryview(source))
                   .attr("view")(borrow(dtype_object(DType::bfloat16)).attr("dtype"));
    } else {
      shared = numpy.attr("asarray")(py::memoryview(source));
    }
    if (dtype != Py_None) {
      py::object target = numpy.attr("dtype")(borrow(dtype));
      if (!py::object(shared.attr("dtype")).equal(target)) {
        if (wants_copy == Py_False) {
          throw ValueError("__array__(): another dtype takes a copy, and copy=False");
        }
        return shared.attr("astype")(target).release().ptr();
      }
    }
    if (wants_copy == Py_True) return shared.attr("copy")().release().ptr();
    return shared.release().ptr();
  });
}

// A method that is the public function of its name with the array first; outside the standard.
template <Function function>
PyObject* as_function(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return guarded([&] {
    const char* called = function_name(index_of(function));
    require_lenient(called,
                    std::string("arrays have no such method; use the function xp.") + called);
    std::vector<PyObject*> all{self};
    const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
    all.insert(all.end(), args, args + count + named);
    return call_function(function, all.data(), count + 1, keywords);
  });
}

PyCFunction method(_PyCFunctionFastWithKeywords f) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}
PyCFunction method(PyCFunctionWithKeywords f) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}

}  // namespace

#define KEYWORDS(name, function, doc) \
  { name, method(function), METH_VARARGS | METH_KEYWORDS, doc }
#define FUNCTION_METHOD(name)                                                      \
  {                                                                                \
#name, method(as_function <Function::name##_>), METH_FASTCALL | METH_KEYWORDS, \
        "xp." #name "()."                                                          \
  }
PyMethodDef array_methods[] = {
    KEYWORDS("to_device", to_device_method,
             "to_device($self, device, /, *, stream=None)\n--\n\nThe array on that device."),
    KEYWORDS("__array_namespace__", namespace_of,
             "__array_namespace__($self, /, *, api_version=None)\n--\n\nThe module arrayforge."),
    KEYWORDS(
        "__array__", to_numpy,
        "__array__($self, dtype=None, copy=None)\n--\n\nA NumPy array that shares the memory."),
    KEYWORDS("__dlpack__", array_dlpack,
             "__dlpack__($self, /, *, stream=None, max_version=None, dl_device=None, copy=None)"
             "\n--\n\nA DLPack capsule of the array."),
    {"__dlpack_device__", array_dlpack_device, METH_NOARGS, "Device type and number for DLPack."},
    {"tolist", tolist, METH_NOARGS, "The values as nested lists of Python scalars."},
    {"item", item, METH_NOARGS, "The only element as a Python scalar."},
    {"copy", copied, METH_NOARGS, "A copy with memory of its own."},
    {"__copy__", copied, METH_NOARGS, nullptr},
    {"__deepcopy__", copied, METH_O, nullptr},
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {"__format__", format, METH_O, nullptr},
    {"__complex__", to_complex, METH_NOARGS, nullptr},
    FUNCTION_METHOD(reshape),
    FUNCTION_METHOD(astype),
    FUNCTION_METHOD(sum),
    FUNCTION_METHOD(mean),
    FUNCTION_METHOD(min),
    FUNCTION_METHOD(max),
    FUNCTION_METHOD(any),
    FUNCTION_METHOD(all),
    FUNCTION_METHOD(squeeze),
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace arrayforge
