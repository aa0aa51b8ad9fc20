#include "transfer.h"

#include "foreign.h"

namespace arrayforge {
namespace {

// A native array is handed over as it is; what comes back from an engine is one, or anything with a buffer.
PyObject* to_host(ArrayObject* array) {
  py::object host = backend_member(array->backend, "to_host")(borrow(array->raw));
  if (is_array(host.ptr())) return host.release().ptr();
  return py::module_::import("arrayforge._core").attr("asarray")(host, py::arg("device") = "cpu")
      .release()
      .ptr();
}

}  // namespace

PyObject* move_to(ArrayObject* array, DeviceObject* device) {
  PyObject* self = reinterpret_cast<PyObject*>(array);
  if (array->device == device) return new_ref(self);
  py::object host = array->is_native() ? borrow(self) : steal(to_host(array));
  if (device == cpu_device()) return host.release().ptr();
  py::object raw = backend_member(device->backend, "from_host")(host, borrow(device->name));
  return from_engine(device->backend, raw.ptr());
}

}  // namespace arrayforge
