// asarray: arrays from everything that holds numbers.
#include "../core/access.h"
#include "../core/config.h"
#include "../core/layout.h"
#include "../core/nditer.h"
#include "array_type.h"
#include "convert.h"
#include "dtype_type.h"
#include "foreign.h"
#include "functions.h"
#include "host_memory.h"
#include "lenient_methods.h"
#include "nested.h"
#include "transfer.h"
#include "unlocked.h"

namespace arrayforge {
namespace {

using Copy = std::optional<bool>;  // copy=: True, False (never), nothing (where needed)

[[noreturn]] void refuse_copy(const char* function, const std::string& reason) {
  throw ValueError(std::string(function) + "(): " + reason + " takes a copy, and copy=False");
}

Array copied(const Array& x, DType dtype) {
  if (x.size() <= kParallelGrain) return copy(x, dtype);
  const Pin pin(x);
  const WithoutGil without;
  return copy(x, dtype);
}

// An immutable value such as numpy.float32(1), whose memory nobody wants to share.
bool is_value(const Array& x) { return x.ndim() == 0 && !x.storage->writable(); }

Array adopt(const char* function, Array&& memory, std::optional<DType> dtype, Copy wants_copy) {
  const DType chosen = dtype.value_or(memory.dtype);
  require_standard(function, chosen);
  if (chosen != memory.dtype) {
    if (wants_copy == false) refuse_copy(function, "another dtype");
    if (is_complex(memory.dtype) && !is_complex(chosen) && chosen != DType::bool_) {
      throw TypeError(std::string(function) + "(): complex numbers do not fit " +
                      std::string(name(chosen)));
    }
    return copied(memory, chosen);
  }
  if (wants_copy.value_or(is_value(memory))) return copied(memory, chosen);
  return std::move(memory);
}

[[noreturn]] void refuse(const char* function, PyObject* object) {
  const std::string type = Py_TYPE(object)->tp_name;
  std::string hint = "expected an array, a number, nested sequences, or an object with a buffer";
  if (PyIter_Check(object)) hint = "an iterator has no length; pass list(obj)";
  if (PyAnySet_Check(object)) hint = "a set has no order; pass sorted(obj)";
  if (PyDict_Check(object)) hint = "pass list(obj.values())";
  if (PyUnicode_Check(object)) hint = "arrays hold numbers, not text";
  throw TypeError(std::string(function) + "(): cannot make an array of a " + type + ", " + hint);
}

// What has no buffer but a protocol that leads to one: DLPack, then __array__.
std::optional<Array> exported_memory(const char* function, PyObject* object) {
  if (PyType_Check(object)) return std::nullopt;
  py::object source = borrow(object);
  if (py::hasattr(source, "__dlpack__")) {
    require_lenient(function, "an array of another library; use from_dlpack()");
    PyObject* args[2] = {object, reinterpret_cast<PyObject*>(cpu_device())};
    const py::tuple names = py::make_tuple("device");
    const py::object array = steal(call_function(Function::from_dlpack_, args, 1, names.ptr()));
    return as_array(array.ptr())->value;
  }
  if (!py::hasattr(source, "__array__")) return std::nullopt;
  require_lenient(function, "an object with __array__(); convert with numpy.asarray()");
  return host_memory(function, py::object(source.attr("__array__")()).ptr());
}

// What is not an Array yet, as a native one.
Array host_array(const char* function, PyObject* object, std::optional<DType> dtype,
                 Copy wants_copy, DeviceObject* device) {
  if (scalar_kind(object) || is_nested(object)) {
    if (wants_copy == false) refuse_copy(function, "a Python object");
    return nested_array(function, object, dtype, device);
  }
  if (PyUnicode_Check(object)) refuse(function, object);
  auto memory = host_memory(function, object, wants_copy != false);
  if (!memory) memory = exported_memory(function, object);
  if (!memory) refuse(function, object);
  return adopt(function, std::move(*memory), dtype, wants_copy);
}

// An array on any device with another dtype or a copy of it, there.
PyObject* converted(const char* function, ArrayObject* array, std::optional<DType> dtype,
                    Copy wants_copy) {
  const bool same = !dtype || *dtype == array->value.dtype;
  PyObject* self = reinterpret_cast<PyObject*>(array);
  if (same && !wants_copy.value_or(false)) return new_ref(self);
  if (!same && wants_copy == false) refuse_copy(function, "another dtype");
  PyObject* args[2] = {self, dtype_object(dtype.value_or(array->value.dtype))};
  return call_function(Function::astype_, args, 2);
}

// Engines whose arrays never change cannot have memory that others write.
bool takes_memory(DeviceObject* device) {
  return shares_host(device) && (device == cpu_device() || device->backend->views_alias);
}

// An engine takes arrays of its own library as they are.
bool is_its_own(DeviceObject* device, PyObject* object) {
  return device != cpu_device() &&
         (PyObject_HasAttrString(object, "__dlpack__") ||
          PyObject_HasAttrString(object, "__array__")) &&
         owner_of(object).is(borrow(reinterpret_cast<PyObject*>(device->backend)));
}

PyObject* adopted(const char* function, DeviceObject* device, PyObject* object) {
  require_lenient(function, "an array of another library; use from_dlpack()");
  const py::object raw =
      backend_member(device->backend, "from_dlpack")(borrow(object), borrow(device->name));
  return from_engine(device->backend, raw.ptr());
}

}  // namespace

namespace entries {

PyObject* asarray(const Arguments& a) {
  const char* function = a.function();
  const auto dtype = to_optional_dtype(function, a[1]);
  const Copy wants_copy = a[3] == Py_None ? std::nullopt : Copy(to_bool(function, "copy", a[3]));
  if (is_array(a[0])) {
    ArrayObject* array = as_array(a[0]);
    DeviceObject* device = a[2] == Py_None ? array->device : to_device(function, a[2]);
    if (device == array->device) return converted(function, array, dtype, wants_copy);
    if (wants_copy == false && !(shares_host(array->device) && takes_memory(device))) {
      refuse_copy(function, "another device");
    }
    if (dtype && !has_dtype(device, array->value.dtype)) {
      py::object fitting = steal(converted(function, array, dtype, wants_copy));
      return move_to(function, as_array(fitting.ptr()), device);
    }
    py::object moved = steal(move_to(function, array, device));
    return converted(function, as_array(moved.ptr()), dtype, wants_copy);
  }
  DeviceObject* device = to_device(function, a[2]);
  if (is_its_own(device, a[0])) {
    const py::object array = steal(adopted(function, device, a[0]));
    return converted(function, as_array(array.ptr()), dtype, wants_copy);
  }
  const bool shares = shares_host(device);
  if (wants_copy == false && !takes_memory(device)) refuse_copy(function, "another device");
  // A move may share memory, so that a copy asked for is made before.
  py::object host = steal(wrap(host_array(function, a[0], dtype, wants_copy, device)));
  // Values of Python come from no device.
  if (!shares && !scalar_kind(a[0]) && !is_nested(a[0])) {
    count_transfer(function, cpu_device(), device, as_array(host.ptr())->value.nbytes());
  }
  return from_host(host.ptr(), device);
}

}  // namespace entries

// Pickled arrays come back through this.
PyObject* from_bytes(const std::string& dtype_name, const Dims& shape, std::string_view bytes,
                     PyObject* device) {
  const DType dtype =
      *as_dtype(py::module_::import("arrayforge._core").attr("_dtype_by_name")(dtype_name).ptr());
  const std::int64_t size = checked_size("_from_bytes", shape, itemsize(dtype));
  if (static_cast<std::int64_t>(bytes.size()) != size * itemsize(dtype)) {
    throw ValueError("_from_bytes(): " + std::to_string(bytes.size()) +
                     " bytes do not fill shape " + to_string(shape));
  }
  Array result = make_array(dtype, shape);
  if (!bytes.empty()) std::memcpy(write(result), bytes.data(), bytes.size());
  py::object host = steal(wrap(std::move(result)));
  if (device == Py_None) return host.release().ptr();
  return from_host(host.ptr(), to_device("_from_bytes", device));
}

PyObject* own(const py::object& x) {
  if (!is_array(x.ptr())) throw TypeError("expected an arrayforge array");
  return x.ptr();
}

void bind_asarray(py::module_& module) {
  module.def("_from_bytes", [](const std::string& dtype, const py::tuple& shape,
                               const py::bytes& bytes, const py::object& device) {
    return steal(from_bytes(dtype, to_dims("_from_bytes", shape.ptr()),
                            static_cast<std::string_view>(bytes), device.ptr()));
  });
  // For printing, which strict mode does not touch.
  module.def("_element", [](const py::object& x) { return steal(element_of(own(x))); });
  module.def("_lists", [](const py::object& x) { return steal(nested_lists(own(x))); });
  module.def("_touch", [](const py::object& x) { storage_of(as_array(own(x)))->bump_version(); });
}

}  // namespace arrayforge
