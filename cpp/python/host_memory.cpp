#include "host_memory.h"

#include <string>
#include <string_view>

#include "../core/error.h"
#include "../core/layout.h"
#include "convert.h"

namespace arrayforge {
namespace {

std::optional<DType> dtype_of_kind(char kind, std::int64_t size) {
  for (std::size_t i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (itemsize(dtype) != size || dtype == DType::bfloat16) continue;
    constexpr char kLetters[] = {'b', 'i', 'u', 'f', 'c'};
    if (kLetters[static_cast<int>(arrayforge::kind(dtype))] == kind) return dtype;
  }
  return std::nullopt;
}

// The kind of a struct module code; its size is the item size of the buffer, because 'l' has many.
char kind_of_code(std::string_view code) {
  if (code == "?") return 'b';
  if (code.size() == 1 && std::string_view("bhilqn").find(code) != code.npos) return 'i';
  if (code.size() == 1 && std::string_view("BHILQN").find(code) != code.npos) return 'u';
  if (code == "e" || code == "f" || code == "d") return 'f';
  if (code == "Zf" || code == "Zd") return 'c';
  return 0;
}

[[noreturn]] void unknown_elements(const char* function, PyObject* object,
                                   const std::string& format) {
  throw TypeError(std::string(function) + "(): elements of the " + Py_TYPE(object)->tp_name +
                  " have no dtype here, their format is '" + format +
                  "' (big-endian, object, text and date elements must be converted first)");
}

DType dtype_of_format(const char* function, PyObject* object, const Py_buffer& view) {
  const std::string format = view.format ? view.format : "B";
  std::string_view code = format;
  const bool big = !code.empty() && (code[0] == '>' || code[0] == '!');
  if (!code.empty() && std::string_view("@=<").find(code[0]) != code.npos) code.remove_prefix(1);
  const char kind = kind_of_code(code);
  const auto dtype = big || !kind ? std::nullopt : dtype_of_kind(kind, view.itemsize);
  if (!dtype) unknown_elements(function, object, format);
  return *dtype;
}

// May run on any thread, and when the interpreter is gone: then the memory goes with the process.
void release_buffer(void* owner) {
  if (!Py_IsInitialized()) return;
  py::gil_scoped_acquire hold;
  auto* view = static_cast<Py_buffer*>(owner);
  PyBuffer_Release(view);
  delete view;
}
void release_object(void* owner) {
  if (!Py_IsInitialized()) return;
  py::gil_scoped_acquire hold;
  Py_DECREF(static_cast<PyObject*>(owner));
}

struct BufferOwner {
  Py_buffer* view;
  ~BufferOwner() {
    if (view) release_buffer(view);
  }
};

std::optional<Array> from_buffer(const char* function, PyObject* object) {
  BufferOwner owner{new Py_buffer};
  if (PyObject_GetBuffer(object, owner.view, PyBUF_RECORDS_RO) < 0) {
    delete std::exchange(owner.view, nullptr);
    PyErr_Clear();
    return std::nullopt;
  }
  const Py_buffer& view = *owner.view;
  const DType dtype = dtype_of_format(function, object, view);
  if (view.ndim > kMaxRank) throw ValueError(std::string(function) + "(): too many dimensions");
  Dims shape(view.ndim), strides(view.ndim);
  for (int i = 0; i < view.ndim; ++i) {
    shape[i] = view.shape ? view.shape[i] : view.len / view.itemsize;
    strides[i] = view.strides ? view.strides[i] : 0;
  }
  if (!view.strides) strides = c_strides(shape, itemsize(dtype));
  void* data = view.buf;
  const bool writable = !view.readonly;
  return borrowed_array(dtype, std::move(shape), std::move(strides), data, writable,
                        std::exchange(owner.view, nullptr), release_buffer);
}

// ml_dtypes arrays have no buffer: NumPy shows their elements as two opaque bytes.
bool is_bfloat16(const py::object& object) {
  if (!py::hasattr(object, "dtype")) return false;
  py::object name = py::getattr(object.attr("dtype"), "name", py::none());
  return PyUnicode_Check(name.ptr()) && py::cast<std::string>(name) == "bfloat16";
}

DType dtype_of_typestr(const char* function, const py::object& object, const std::string& typestr) {
  if (is_bfloat16(object)) return DType::bfloat16;
  std::optional<DType> dtype;
  if (typestr.size() >= 3 && typestr[0] != '>' && typestr.size() <= 5) {
    dtype = dtype_of_kind(typestr[1], std::atoi(typestr.c_str() + 2));
  }
  if (!dtype) unknown_elements(function, object.ptr(), typestr);
  return *dtype;
}

std::optional<Array> from_array_interface(const char* function, PyObject* handle) {
  py::object object = borrow(handle);
  if (PyType_Check(handle) || !py::hasattr(object, "__array_interface__")) return std::nullopt;
  py::object interface = object.attr("__array_interface__");
  if (!PyDict_Check(interface.ptr())) return std::nullopt;
  const auto facts = py::reinterpret_borrow<py::dict>(interface);
  const DType dtype = dtype_of_typestr(function, object, py::cast<std::string>(facts["typestr"]));
  Dims shape = to_dims(function, py::object(facts["shape"]).ptr());
  checked_size(function, shape, itemsize(dtype));
  py::object given = facts.contains("strides") ? py::object(facts["strides"]) : py::none();
  Dims strides =
      given.is_none() ? c_strides(shape, itemsize(dtype)) : to_dims(function, given.ptr());
  if (strides.size() != shape.size()) {
    throw ValueError(std::string(function) + "(): __array_interface__ has " + to_string(shape) +
                     " as shape and " + to_string(strides) + " as strides");
  }
  py::object place = facts.contains("data") ? py::object(facts["data"]) : py::none();
  if (!PyTuple_Check(place.ptr()) || PyTuple_GET_SIZE(place.ptr()) != 2) return std::nullopt;
  void* data = PyLong_AsVoidPtr(PyTuple_GET_ITEM(place.ptr(), 0));
  if (!data && PyErr_Occurred()) throw error_already_set();
  const bool writable = PyObject_IsTrue(PyTuple_GET_ITEM(place.ptr(), 1)) == 0;
  // The dictionary owns what the address needs, be it the object or a temporary.
  py::tuple owner = py::make_tuple(object, interface);
  return borrowed_array(dtype, std::move(shape), std::move(strides), data, writable,
                        owner.release().ptr(), release_object);
}

}  // namespace

Array borrowed_array(DType dtype, Dims shape, Dims strides, void* data, bool writable, void* owner,
                     Storage::Release release) {
  const Extent span = extent(shape, strides, itemsize(dtype));
  StorageRef storage =
      Storage::borrow(static_cast<char*>(data) + span.begin,
                      static_cast<std::size_t>(span.end - span.begin), writable, owner, release);
  return Array{dtype, std::move(shape), std::move(strides), -span.begin, std::move(storage)};
}

std::optional<Array> host_memory(const char* function, PyObject* object) {
  if (PyObject_CheckBuffer(object)) {
    if (auto array = from_buffer(function, object)) return array;
  }
  return from_array_interface(function, object);
}

}  // namespace arrayforge
