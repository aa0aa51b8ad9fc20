// Methods of Array: exports, conversions to Python, and the spellings that clients of NumPy expect.
#include "../core/access.h"
#include "../core/config.h"
#include "../core/nditer.h"
#include "array_type.h"
#include "convert.h"
#include "dlpack.h"
#include "dtype_type.h"
#include "foreign.h"
#include "functions.h"
#include "lenient_methods.h"
#include "transfer.h"

namespace arrayforge {
namespace {

PyObject* to_complex(PyObject* self, PyObject*) {
  return guarded([&] {
    py::object value = steal(element_of(self));
    return PyComplex_FromCComplex(PyComplex_AsCComplex(value.ptr()));
  });
}

// What the buffer gives, with a name in the errors.
PyObject* to_bytes(PyObject* self, PyObject*) {
  return guarded("bytes", [&] { return checked(PyBytes_FromObject(self)); });
}

PyObject* format(PyObject* self, PyObject* spec) {
  return guarded([&] {
    const bool scalar = as_array(self)->value.ndim() == 0;
    if (!scalar && PyUnicode_GetLength(spec) != 0) {
      throw TypeError("format(): only a 0-dimensional array takes a format, got shape " +
                      to_string(as_array(self)->value.shape));
    }
    py::object shown = steal(scalar ? element_of(self) : PyObject_Str(self));
    return checked(PyObject_Format(shown.ptr(), spec));
  });
}

PyObject* copied(PyObject* self, PyObject*) {
  return guarded("copy", [&] { return copy_of(self); });
}

// Bytes in C order with dtype and shape, and the device where it is not the cpu.
PyObject* reduce(PyObject* self, PyObject*) {
  return guarded("__reduce__", [&] {
    if (!shares_host(as_array(self)->device)) {
      count_transfer("__reduce__", as_array(self)->device, cpu_device(),
                     as_array(self)->value.nbytes());
    }
    py::object host = steal(to_host(as_array(self)));
    const Array& x = as_array(host.ptr())->value;
    const Array compact = contiguous(x);
    py::object bytes = steal(PyBytes_FromStringAndSize(read(compact), compact.nbytes()));
    py::object rebuild = py::module_::import("arrayforge.pickling").attr("array");
    py::object device = py::none();
    if (as_array(self)->device != cpu_device()) {
      device = borrow(as_array(self)->device->name);
    }
    py::tuple facts =
        py::make_tuple(std::string(name(x.dtype)), steal(to_tuple(x.shape)), bytes, device);
    return py::make_tuple(rebuild, facts).release().ptr();
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
    return move_to("to_device", as_array(self), to_device("to_device", device));
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
    // An engine in host memory, or a wrapper around such.
    if (!array->is_native() && shares_host(array->device)) {
      host = steal(to_host(array));
      array = as_array(host.ptr());
      self = host.ptr();
    }
    if (!array->is_native()) {
      throw TypeError("__array__(): " + way_to_host(array));
    }
    py::module_ numpy = py::module_::import("numpy");
    py::object source = borrow(self);
    py::object shared;
    if (array->value.dtype == DType::bfloat16) {
      Array bits = array->value.view(array->value.shape, array->value.strides, array->value.offset);
      bits.dtype = DType::uint16;
      source = steal(wrap(std::move(bits)));
      shared = numpy.attr("asarray")(py::memoryview(source))
                   .attr("view")(borrow(dtype_object(DType::bfloat16)).attr("__numpy_dtype__"));
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

// A NumPy function of our arrays: arrayforge.numpy_functions decides who computes.
PyObject* array_ufunc(PyObject*, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    require_lenient("__array_ufunc__", "functions of NumPy; use those of the namespace");
    py::object apply = py::module_::import("arrayforge.numpy_functions").attr("apply");
    return checked(PyObject_Call(apply.ptr(), args, keywords));
  });
}

// numpy.sum(x) calls x.sum(axis=None, out=None), numpy.mean(x) adds dtype=None: absent, for us.
bool says_nothing(PyObject* keyword, PyObject* value) {
  return value == Py_None && (PyUnicode_CompareWithASCIIString(keyword, "out") == 0 ||
                              PyUnicode_CompareWithASCIIString(keyword, "dtype") == 0);
}

// A method that is the public function of its name with the array first; outside the standard. The
// first argument may be given by position: x.sum(0).
template <Function function>
PyObject* as_function(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return guarded([&] {
    const char* called = function_name(index_of(function));
    require_lenient(called,
                    std::string("arrays have no such method; use the function xp.") + called);
    std::vector<PyObject*> all{self};
    all.insert(all.end(), args, args + count);
    py::list names;
    for (Py_ssize_t k = 0; keywords && k < PyTuple_GET_SIZE(keywords); ++k) {
      PyObject* keyword = PyTuple_GET_ITEM(keywords, k);
      if (says_nothing(keyword, args[count + k])) continue;
      names.append(borrow(keyword));
      all.push_back(args[count + k]);
    }
    return call_function(function, all.data(), count + 1, py::tuple(names).ptr(), true);
  });
}

PyCFunction method(_PyCFunctionFastWithKeywords f) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}
PyCFunction method(_PyCFunctionFast f) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}
PyCFunction method(PyCFunctionWithKeywords f) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}

}  // namespace

#define KEYWORDS(name, function, doc) \
  { name, method(function), METH_VARARGS | METH_KEYWORDS, doc }
#define DOC(signature, summary) signature "\n--\n\n" summary
// A function's method also takes its keywords by position.
#define FUNCTION_METHOD(name, parameters)                                          \
  {                                                                                \
#name, method(as_function <Function::name##_>), METH_FASTCALL | METH_KEYWORDS, \
        DOC(#name "($self, " parameters ")", "xp." #name "().")                    \
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
    {"__dlpack_device__", array_dlpack_device, METH_NOARGS,
     DOC("__dlpack_device__($self, /)", "Device type and number for DLPack.")},
    KEYWORDS("__array_ufunc__", array_ufunc, nullptr),
    {"tolist", lenient::tolist, METH_NOARGS,
     DOC("tolist($self, /)", "The values as nested lists of Python scalars.")},
    {"item", lenient::item, METH_NOARGS,
     DOC("item($self, /)", "The only element as a Python scalar.")},
    {"copy", lenient::copy, METH_NOARGS, DOC("copy($self, /)", "A copy with memory of its own.")},
    {"reshape", method(lenient::reshape), METH_FASTCALL | METH_KEYWORDS,
     DOC("reshape($self, /, *shape, copy=None)",
         "xp.reshape(); the sizes may be given one by one.")},
    {"transpose", method(lenient::transpose), METH_FASTCALL,
     DOC("transpose($self, /, *axes)", "The axes in the given order, reversed without one.")},
    {"squeeze", method(lenient::squeeze), METH_FASTCALL | METH_KEYWORDS,
     DOC("squeeze($self, axis=None)", "xp.squeeze(); every axis of size 1 where none is given.")},
    {"view", method(lenient::view), METH_FASTCALL,
     DOC("view($self, dtype=None, /)",
         "A view of the same memory, of its bytes as another dtype where one is given.")},
    {"__copy__", copied, METH_NOARGS, nullptr},
    {"__deepcopy__", copied, METH_O, nullptr},
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {"__format__", format, METH_O, nullptr},
    {"__bytes__", to_bytes, METH_NOARGS,
     DOC("__bytes__($self, /)", "The bytes of the elements in C order.")},
    {"__complex__", to_complex, METH_NOARGS, nullptr},
    FUNCTION_METHOD(astype, "dtype, copy=True, device=None"),
    FUNCTION_METHOD(sum, "axis=None, dtype=None, keepdims=False"),
    FUNCTION_METHOD(mean, "axis=None, keepdims=False"),
    FUNCTION_METHOD(min, "axis=None, keepdims=False"),
    FUNCTION_METHOD(max, "axis=None, keepdims=False"),
    FUNCTION_METHOD(any, "axis=None, keepdims=False"),
    FUNCTION_METHOD(all, "axis=None, keepdims=False"),
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace arrayforge
