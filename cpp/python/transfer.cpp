#include "transfer.h"

#include "foreign.h"

namespace arrayforge {

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

bool in_host_memory(ArrayObject* array) {
  // A wrapper around host memory shows the cpu.
  if (array->is_native() || array->device == cpu_device()) return true;
  const py::object backend = borrow(array->backend->implementation);
  if (!py::hasattr(backend, "shares_host")) return false;
  return py::cast<bool>(backend.attr("shares_host")(borrow(array->device->name)));
}

PyObject* move_to(ArrayObject* array, DeviceObject* device) {
  PyObject* self = reinterpret_cast<PyObject*>(array);
  if (array->device == device) return new_ref(self);
  if (device != cpu_device()) engine_dtype(device->backend, device, array->value.dtype);
  // A wrapper takes an array where it lies.
  if (wraps(device->backend, array->backend)) {
    const py::object raw = raw_of(device->backend, array);
    return from_engine(device->backend, raw.ptr());
  }
  py::object host = steal(to_host(array));
  if (device == cpu_device()) return host.release().ptr();
  py::object raw = backend_member(device->backend, "from_host")(host, borrow(device->name));
  return from_engine(device->backend, raw.ptr());
}

}  // namespace arrayforge
