// from_dlpack: memory of other libraries, checked before it is believed.
#include <string>

#include "../core/access.h"
#include "../core/nditer.h"
#include "array_type.h"
#include "convert.h"
#include "dlpack_structs.h"
#include "foreign.h"
#include "functions.h"
#include "host_memory.h"
#include "lenient_methods.h"
#include "transfer.h"

namespace arrayforge {
namespace {

DType checked_dtype(DLDataType given) {
  constexpr int kKinds[] = {1, 2, 3, -1, -1, 4, 0};  // by code, from int to bool
  if (given.lanes == 1) {
    if (given.code == 4 && given.bits == 16) return DType::bfloat16;
    for (std::size_t i = 0; given.code < 7 && i < kDTypeCount; ++i) {
      const auto dtype = static_cast<DType>(i);
      if (static_cast<int>(kind(dtype)) == kKinds[given.code] && dtype != DType::bfloat16 &&
          itemsize(dtype) * 8 == given.bits) {
        return dtype;
      }
    }
  }
  throw BufferError("from_dlpack(): no dtype for code " + std::to_string(given.code) + " with " +
                    std::to_string(given.bits) + " bits and " + std::to_string(given.lanes) +
                    " lanes");
}

// Kernels want elements where their type does; memory that lies differently is copied at once.
Array placed(Array&& x, bool refuses_copy) {
  if (is_aligned(x)) return std::move(x);
  if (refuses_copy) {
    throw BufferError("from_dlpack(): " + std::string(name(x.dtype)) +
                      " elements at odd addresses take a copy, and copy=False");
  }
  return aligned_copy(x);
}

template <class Managed>
Array adopt(PyObject* capsule, const char* name, const char* used_name, bool writable) {
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  if (!managed) throw error_already_set();
  const DLTensor x = managed->tensor;
  if (x.device.device_type != kHost) {
    throw BufferError("from_dlpack(): the capsule is on device type " +
                      std::to_string(x.device.device_type) + ", not in host memory (1)");
  }
  const DType dtype = checked_dtype(x.dtype);
  if (x.ndim < 0 || x.ndim > kMaxRank || (x.ndim > 0 && !x.shape)) {
    throw BufferError("from_dlpack(): the capsule has " + std::to_string(x.ndim) + " dimensions");
  }
  Dims shape(x.shape, x.ndim);
  const std::int64_t size = checked_size("from_dlpack", shape, itemsize(dtype));
  Dims strides = c_strides(shape, itemsize(dtype));
  for (int i = 0; x.strides && size > 0 && i < x.ndim; ++i) {
    if (__builtin_mul_overflow(x.strides[i], itemsize(dtype), &strides[i])) {
      throw BufferError("from_dlpack(): a stride of " + std::to_string(x.strides[i]) +
                        " elements does not fit 64 bits");
    }
  }
  if (size > 0 && !x.data) throw BufferError("from_dlpack(): the capsule has no data");
  if (size > 0 && x.byte_offset > kLastAddress) {
    throw BufferError("from_dlpack(): a byte offset of " + std::to_string(x.byte_offset) +
                      " does not fit the address space");
  }
  char* data = size > 0 ? static_cast<char*>(x.data) + x.byte_offset : nullptr;
  check_span("from_dlpack", shape, strides, itemsize(dtype), data);
  // From here on the array is ours: a consumed capsule has another name.
  if (PyCapsule_SetName(capsule, used_name) < 0) throw error_already_set();
  return borrowed_array(dtype, std::move(shape), std::move(strides), data, writable, managed,
                        [](void* owner) {
                          auto* self = static_cast<Managed*>(owner);
                          if (!self->deleter || !Py_IsInitialized()) return;
                          py::gil_scoped_acquire hold;  // producers may need the interpreter
                          self->deleter(self);
                        });
}

Array from_capsule(PyObject* capsule) {
  if (PyCapsule_IsValid(capsule, kVersioned)) {
    auto* managed =
        static_cast<DLManagedTensorVersioned*>(PyCapsule_GetPointer(capsule, kVersioned));
    if (managed->major != 1) {
      throw BufferError("from_dlpack(): version 1 is understood, got " +
                        std::to_string(managed->major));
    }
    return adopt<DLManagedTensorVersioned>(capsule, kVersioned, "used_dltensor_versioned",
                                           !(managed->flags & kReadOnly));
  }
  if (!PyCapsule_IsValid(capsule, kPlain)) {
    throw BufferError("from_dlpack(): __dlpack__() returned no unused DLPack capsule");
  }
  return adopt<DLManagedTensor>(capsule, kPlain, "used_dltensor", true);
}

// Producers from before version 1 know no keywords. A copy that the user wants is ours to make.
py::object capsule_of(const py::object& producer, bool refuses_copy) {
  py::object method = producer.attr("__dlpack__");
  const py::object copy = refuses_copy ? py::object(py::bool_(false)) : py::none();
  try {
    return method(py::arg("max_version") = py::make_tuple(1, 0), py::arg("copy") = copy);
  } catch (error_already_set& error) {
    if (!error.matches(PyExc_TypeError)) throw;
  }
  return method();
}

std::int64_t device_type(const py::object& producer) {
  const py::object place = producer.attr("__dlpack_device__")();
  if (!PyTuple_Check(place.ptr()) || PyTuple_GET_SIZE(place.ptr()) != 2) {
    throw TypeError("from_dlpack(): __dlpack_device__() must return a pair, got " +
                    shown(place.ptr()));
  }
  return to_int("from_dlpack", "the device type", PyTuple_GET_ITEM(place.ptr(), 0));
}

PyObject* by_engine(BackendObject* backend, const py::object& producer, const py::object& device) {
  const py::object raw = backend_member(backend, "from_dlpack")(producer, device);
  try {
    return from_engine(backend, raw.ptr());
  } catch (const NotImplementedError& error) {  // of a dtype that is not ours
    throw BufferError(std::string("from_dlpack(): ") + error.what());
  }
}

// The memory itself, where the engine reaches it; null where the host has to carry the values.
py::object within_reach(DeviceObject* device, const py::object& producer, bool in_host) {
  if (!py::hasattr(borrow(device->backend->implementation), "from_dlpack")) {
    if (in_host) return {};
    throw BufferError("from_dlpack(): " + py::cast<std::string>(borrow(device->name)) +
                      " takes arrays in host memory only");
  }
  try {
    return steal(by_engine(device->backend, producer, borrow(device->name)));
  } catch (error_already_set& error) {
    if (!in_host || !error.matches(PyExc_BufferError)) throw;
    return {};
  }
}

PyObject* finished(py::object array, bool wants_copy) {
  return wants_copy ? copy_of(array.ptr()) : array.release().ptr();
}

}  // namespace

py::object owner_of(PyObject* object) {
  return py::module_::import("arrayforge.registry").attr("owner_of")(borrow(object));
}

namespace entries {

PyObject* from_dlpack(const Arguments& a) {
  py::object producer = borrow(a[0]);
  if (!py::hasattr(producer, "__dlpack__") || !py::hasattr(producer, "__dlpack_device__")) {
    throw TypeError(std::string("from_dlpack(): expected an object with __dlpack__(), got ") +
                    Py_TYPE(a[0])->tp_name);
  }
  if (is_array(a[0])) {
    PyObject* args[3] = {a[0], a[1], a[2]};
    py::tuple names = py::make_tuple("device", "copy");
    return call_function(Function::asarray_, args, 1, names.ptr());
  }
  const bool refuses_copy = a[2] != Py_None && !to_bool("from_dlpack", "copy", a[2]);
  const bool wants_copy = a[2] != Py_None && !refuses_copy;
  DeviceObject* device = nullptr;
  if (a[1] == Py_None) {
    // Where the standard wants it: on the device of the object, which its library's backend has.
    const py::object owner = owner_of(a[0]);
    if (!owner.is_none()) {
      auto* backend = reinterpret_cast<BackendObject*>(owner.ptr());
      return finished(steal(by_engine(backend, producer, py::none())), wants_copy);
    }
  }
  device = to_device("from_dlpack", a[1]);
  const bool in_host = device_type(producer) == kHost;
  if (device == cpu_device() && !in_host) {
    throw BufferError("from_dlpack(): the array is not in host memory; name its device");
  }
  if (device != cpu_device() && !(in_host && shares_host(device))) {
    py::object array = within_reach(device, producer, in_host);
    if (array) return finished(std::move(array), wants_copy);
    if (refuses_copy) {
      throw ValueError("from_dlpack(): another device takes a copy, and copy=False");
    }
  }
  Array x = placed(from_capsule(capsule_of(producer, refuses_copy).ptr()), refuses_copy);
  if (wants_copy) x = copy(x);
  const py::object host = steal(wrap(std::move(x)));
  if (!shares_host(device)) {
    count_transfer("from_dlpack", cpu_device(), device, as_array(host.ptr())->value.nbytes());
  }
  return from_host(host.ptr(), device);
}

}  // namespace entries
}  // namespace arrayforge
