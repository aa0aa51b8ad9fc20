#include "host_memory.h"

#include <memory>
#include <string>
#include <string_view>

#include "../core/error.h"
#include "../core/layout.h"
#include "../core/nditer.h"
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
                  " have no dtype here, their format is " + format +
                  " (big-endian, object, text and date elements must be converted first)");
}

DType dtype_of_format(const char* function, PyObject* object, const Py_buffer& view) {
  const std::string format = view.format ? view.format : "B";
  std::string_view code = format;
  const bool big = !code.empty() && (code[0] == '>' || code[0] == '!');
  if (!code.empty() && std::string_view("@=<").find(code[0]) != code.npos) code.remove_prefix(1);
  const char kind = kind_of_code(code);
  const auto dtype = big || !kind ? std::nullopt : dtype_of_kind(kind, view.itemsize);
  if (!dtype) unknown_elements(function, object, "'" + format + "'");
  return *dtype;
}

// May run on any thread, and when the interpreter is gone: then the memory goes with the process.
void release_buffer(void* owner) {
  const std::unique_ptr<Py_buffer> view(static_cast<Py_buffer*>(owner));
  if (!Py_IsInitialized()) return;
  py::gil_scoped_acquire hold;
  PyBuffer_Release(view.get());
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
  checked_size(function, shape, itemsize(dtype));
  void* data = view.buf;
  check_span(function, shape, strides, itemsize(dtype), data);
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

DType dtype_of_typestr(const char* function, const py::object& object, PyObject* text) {
  const char* utf8 = PyUnicode_AsUTF8(text);
  if (!utf8) PyErr_Clear();  // no dtype has such a name
  const std::string typestr(utf8 ? utf8 : "");
  if (is_bfloat16(object)) return DType::bfloat16;
  std::optional<DType> dtype;
  const bool native =
      !typestr.empty() && (typestr[0] == '<' || typestr[0] == '|' || typestr[0] == '=');
  if (native && typestr.size() >= 3 && typestr.size() <= 5) {
    dtype = dtype_of_kind(typestr[1], std::atoi(typestr.c_str() + 2));
  }
  if (!dtype) unknown_elements(function, object.ptr(), shown(text));
  return *dtype;
}

// None where the dictionary lacks it.
py::object interface_member(const py::object& interface, const char* key) {
  PyObject* value = PyDict_GetItemString(interface.ptr(), key);
  return value ? borrow(value) : py::object(py::none());
}

std::optional<Array> from_array_interface(const char* function, PyObject* handle) {
  py::object object = borrow(handle);
  if (PyType_Check(handle) || !py::hasattr(object, "__array_interface__")) return std::nullopt;
  py::object interface = object.attr("__array_interface__");
  if (!PyDict_Check(interface.ptr())) return std::nullopt;
  const py::object typestr = interface_member(interface, "typestr");
  const py::object sizes = interface_member(interface, "shape");
  if (!PyUnicode_Check(typestr.ptr()) || !PyTuple_Check(sizes.ptr())) {
    throw TypeError(std::string(function) +
                    "(): __array_interface__ needs a typestr, which is text, and a shape, which is "
                    "a tuple, got " +
                    shown(typestr.ptr()) + " and " + shown(sizes.ptr()));
  }
  const DType dtype = dtype_of_typestr(function, object, typestr.ptr());
  Dims shape = to_dims(function, sizes.ptr());
  const std::int64_t size = checked_size(function, shape, itemsize(dtype));
  const py::object given = interface_member(interface, "strides");
  Dims strides =
      given.is_none() ? c_strides(shape, itemsize(dtype)) : to_dims(function, given.ptr());
  if (strides.size() != shape.size()) {
    throw ValueError(std::string(function) + "(): __array_interface__ has " + to_string(shape) +
                     " as shape and " + to_string(strides) + " as strides");
  }
  const py::object place = interface_member(interface, "data");
  if (!PyTuple_Check(place.ptr()) || PyTuple_GET_SIZE(place.ptr()) != 2) return std::nullopt;
  const std::int64_t address =
      to_int(function, "the address in __array_interface__", PyTuple_GET_ITEM(place.ptr(), 0));
  if (size > 0 && address == 0) {
    throw BufferError(std::string(function) +
                      "(): __array_interface__ has no data, its address "
                      "is 0");
  }
  void* data = size > 0 ? reinterpret_cast<void*>(address) : nullptr;
  if (size == 0) strides = c_strides(shape, itemsize(dtype));
  check_span(function, shape, strides, itemsize(dtype), data);
  const bool writable = !to_bool(function, "the read-only flag", PyTuple_GET_ITEM(place.ptr(), 1));
  // The dictionary owns what the address needs, be it the object or a temporary.
  py::tuple owner = py::make_tuple(object, interface);
  return borrowed_array(dtype, std::move(shape), std::move(strides), data, writable,
                        owner.release().ptr(), release_object);
}

}  // namespace

Array borrowed_array(DType dtype, Dims shape, Dims strides, void* data, bool writable, void* owner,
                     Storage::Release release) {
  // Views of an empty array step off its address, which must not be null for that.
  alignas(64) static char nowhere[64];
  if (!data) data = nowhere;
  const Extent span = extent(shape, strides, itemsize(dtype));
  StorageRef storage =
      Storage::borrow(static_cast<char*>(data) + span.begin,
                      static_cast<std::size_t>(span.end - span.begin), writable, owner, release);
  return Array{dtype, std::move(shape), std::move(strides), -span.begin, std::move(storage)};
}

void check_span(const char* function, const Dims& shape, const Dims& strides, std::int64_t itemsize,
                const void* data) {
  auto first = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(data));
  std::int64_t end = first + itemsize;
  bool fits = first >= 0;
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) return;
    std::int64_t reach = 0;
    fits = fits && !__builtin_mul_overflow(shape[i] - 1, strides[i], &reach);
    std::int64_t& side = reach < 0 ? first : end;
    fits = fits && !__builtin_add_overflow(side, reach, &side);
  }
  if (fits && first >= 0 && static_cast<std::uint64_t>(end) <= kLastAddress) return;
  throw BufferError(std::string(function) + "(): elements of shape " + to_string(shape) +
                    " with strides " + to_string(strides) + " lie outside the address space");
}

std::optional<Array> host_memory(const char* function, PyObject* object, bool may_copy) {
  std::optional<Array> array;
  if (PyObject_CheckBuffer(object)) array = from_buffer(function, object);
  if (!array) array = from_array_interface(function, object);
  if (!array || is_aligned(*array)) return array;
  if (!may_copy) {
    throw ValueError(std::string(function) + "(): " + std::string(name(array->dtype)) +
                     " elements at odd addresses take a copy, and copy=False");
  }
  return aligned_copy(*array);
}

}  // namespace arrayforge
