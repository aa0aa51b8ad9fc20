#include "dlpack.h"

#include <string>

#include "../core/access.h"
#include "../core/nditer.h"
#include "array_type.h"
#include "convert.h"
#include "dlpack_structs.h"
#include "foreign.h"
#include "transfer.h"

namespace arrayforge {
namespace {

DLDataType dlpack_dtype(DType dtype) {
  const auto bits = static_cast<std::uint8_t>(itemsize(dtype) * 8);
  if (dtype == DType::bfloat16) return {4, bits, 1};
  constexpr std::uint8_t kCodes[] = {6, 0, 1, 2, 5};  // bool, int, uint, float, complex
  return {kCodes[static_cast<int>(kind(dtype))], bits, 1};
}

// What an export keeps until its deleter runs, which needs no interpreter.
template <class Managed>
struct Export {
  Managed managed{};
  Array array;
  Dims shape, strides;

  explicit Export(Array&& x) : array(std::move(x)), shape(array.shape), strides(array.strides) {
    for (std::int64_t& stride : strides) stride /= itemsize(array.dtype);
    array.storage->pin();
    managed.context = this;
    managed.deleter = [](Managed* self) { delete static_cast<Export*>(self->context); };
    managed.tensor = {const_cast<char*>(read(array)),
                      {kHost, 0},
                      array.ndim(),
                      dlpack_dtype(array.dtype),
                      shape.data(),
                      strides.data(),
                      0};
  }
  ~Export() { array.storage->unpin(); }
};

// A capsule that nobody consumed releases its array; consumers rename theirs.
template <class Managed>
void destroy(PyObject* capsule, const char* name) {
  if (!PyCapsule_IsValid(capsule, name)) return;
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  if (managed->deleter) managed->deleter(managed);
}

PyObject* export_versioned(Array&& x, bool was_copied) {
  const bool read_only = !x.storage->writable();
  auto* owner = new Export<DLManagedTensorVersioned>(std::move(x));
  owner->managed.major = 1;
  owner->managed.minor = 0;
  owner->managed.flags = (read_only ? kReadOnly : 0) | (was_copied ? kCopied : 0);
  return PyCapsule_New(&owner->managed, kVersioned, [](PyObject* capsule) {
    destroy<DLManagedTensorVersioned>(capsule, kVersioned);
  });
}

PyObject* export_plain(Array&& x) {
  if (!x.storage->writable()) {
    throw BufferError("__dlpack__(): the memory is read-only, which needs max_version=(1, 0)");
  }
  auto* owner = new Export<DLManagedTensor>(std::move(x));
  return PyCapsule_New(&owner->managed, kPlain,
                       [](PyObject* capsule) { destroy<DLManagedTensor>(capsule, kPlain); });
}

bool is_multiple(const Array& x) {
  for (std::int64_t stride : x.strides) {
    if (stride % itemsize(x.dtype) != 0) return false;
  }
  return true;
}

// The method of that name of an engine's array, or of what stands for it.
py::object engine_method(ArrayObject* array, const char* name) {
  const py::object implementation = borrow(array->backend->implementation);
  py::object exporter = borrow(array->raw);
  if (py::hasattr(implementation, "dlpack")) exporter = implementation.attr("dlpack")(exporter);
  py::object method = py::getattr(exporter, name, py::none());
  if (method.is_none()) {
    throw BufferError(std::string(name) + "(): the engine has no DLPack, and " +
                      way_to_host(array));
  }
  return method;
}

// The first of a pair of integers: (major, minor), (device type, number).
std::int64_t first_of_pair(const char* parameter, PyObject* object) {
  const Dims pair = to_dims("__dlpack__", object);
  if (pair.size() != 2) {
    throw ValueError(std::string("__dlpack__(): ") + parameter + " must be a pair, got " +
                     shown(object));
  }
  return pair[0];
}

}  // namespace

PyObject* array_dlpack(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded("__dlpack__", [&] {
    PyObject *stream = Py_None, *version = Py_None, *device = Py_None, *wants_copy = Py_None;
    static const char* names[] = {"stream", "max_version", "dl_device", "copy", nullptr};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$OOOO:__dlpack__", const_cast<char**>(names),
                                     &stream, &version, &device, &wants_copy)) {
      throw error_already_set();
    }
    ArrayObject* array = as_array(self);
    if (!array->is_native()) {
      return checked(PyObject_Call(engine_method(array, "__dlpack__").ptr(), args, keywords));
    }
    if (stream != Py_None) throw ValueError("__dlpack__(): host memory has no streams, pass None");
    if (device != Py_None && first_of_pair("dl_device", device) != kHost) {
      throw BufferError("__dlpack__(): the array is in host memory, device (1, 0)");
    }
    const bool must_copy = wants_copy != Py_None && to_bool("__dlpack__", "copy", wants_copy);
    if (!must_copy && !is_multiple(array->value)) {
      throw BufferError("__dlpack__(): strides are no multiples of the item size; copy() first");
    }
    Array x = must_copy ? copy(array->value) : Array(array->value);
    const bool versioned = version != Py_None && first_of_pair("max_version", version) >= 1;
    return checked(versioned ? export_versioned(std::move(x), must_copy)
                             : export_plain(std::move(x)));
  });
}

PyObject* array_dlpack_device(PyObject* self, PyObject*) {
  return guarded([&] {
    ArrayObject* array = as_array(self);
    if (array->is_native()) return py::make_tuple(kHost, 0).release().ptr();
    return py::object(engine_method(array, "__dlpack_device__")()).release().ptr();
  });
}

}  // namespace arrayforge
