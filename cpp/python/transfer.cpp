#include "transfer.h"

#include "foreign.h"

namespace arrayforge {
namespace {

bool has_member(BackendObject* backend, const char* name) {
  return py::hasattr(borrow(backend->implementation), name);
}

// Memory of the same backend moves as the engine knows best.
PyObject* within_backend(const char* function, ArrayObject* array, DeviceObject* device) {
  count_transfer(function, array->device, device, array->value.nbytes());
  const py::object raw =
      backend_member(device->backend, "transfer")(borrow(array->raw), borrow(device->name));
  return from_engine(device->backend, raw.ptr());
}

// Both engines on one accelerator: its memory is shared. Null where the target cannot reach it.
PyObject* shared_by_dlpack(ArrayObject* array, DeviceObject* device) {
  if (array->is_native() || device == cpu_device() || !has_member(device->backend, "from_dlpack") ||
      !py::hasattr(borrow(array->raw), "__dlpack__") || shares_host(device)) {
    return nullptr;
  }
  try {
    const py::object raw =
        backend_member(device->backend, "from_dlpack")(borrow(array->raw), borrow(device->name));
    return from_engine(device->backend, raw.ptr());
  } catch (error_already_set& error) {
    if (!error.matches(PyExc_BufferError)) throw;
    return nullptr;
  }
}

}  // namespace

bool shares_host(DeviceObject* device) {
  if (device == cpu_device()) return true;
  if (!has_member(device->backend, "shares_host")) return false;
  return py::cast<bool>(backend_member(device->backend, "shares_host")(borrow(device->name)));
}

void count_transfer(const char* function, DeviceObject* source, DeviceObject* target,
                    std::int64_t nbytes) {
  py::module_::import("arrayforge.transfer")
      .attr("count")(function, borrow(source->name), borrow(target->name), nbytes);
}

// A native array is handed over as it is; what comes back from an engine is one, or anything with a
// buffer.
PyObject* to_host(ArrayObject* array) {
  if (array->is_native()) return new_ref(reinterpret_cast<PyObject*>(array));
  py::object host = backend_member(array->backend, "to_host")(borrow(array->raw));
  // A wrapper hands out the array that it wraps, which may be foreign itself.
  if (is_array(host.ptr())) return to_host(as_array(host.ptr()));
  return py::module_::import("arrayforge._core")
      .attr("asarray")(host, py::arg("device") = "cpu")
      .release()
      .ptr();
}

PyObject* from_host(PyObject* host, DeviceObject* device) {
  if (device == cpu_device()) return new_ref(host);
  engine_dtype(device->backend, device, as_array(host)->value.dtype);
  const py::object raw =
      backend_member(device->backend, "from_host")(borrow(host), borrow(device->name));
  return from_engine(device->backend, raw.ptr());
}

PyObject* move_to(const char* function, ArrayObject* array, DeviceObject* device) {
  if (array->device == device) return new_ref(reinterpret_cast<PyObject*>(array));
  if (device != cpu_device()) engine_dtype(device->backend, device, array->value.dtype);
  // A wrapper takes an array where it lies.
  if (wraps(device->backend, array->backend)) {
    const py::object raw = raw_of(device->backend, array);
    return from_engine(device->backend, raw.ptr());
  }
  if (device->backend == array->backend && has_member(device->backend, "transfer")) {
    return within_backend(function, array, device);
  }
  if (!shares_host(array->device) || !shares_host(device)) {
    if (PyObject* shared = shared_by_dlpack(array, device)) return shared;
    count_transfer(function, array->device, device, array->value.nbytes());
  }
  const py::object host = steal(to_host(array));
  return from_host(host.ptr(), device);
}

void bind_transfer(py::module_& module) {
  module.def("_move", [](const std::string& function, const py::object& x, const py::object& to) {
    DeviceObject* device = to_device(function.c_str(), to.ptr());
    return steal(move_to(function.c_str(), as_array(x.ptr()), device));
  });
  // For functions that the host computes, which count by themselves.
  module.def("_to_host", [](const py::object& x) { return steal(to_host(as_array(x.ptr()))); });
  module.def("_from_host", [](const py::object& host, const py::object& device) {
    return steal(from_host(host.ptr(), to_device("_from_host", device.ptr())));
  });
}

}  // namespace arrayforge
