#include "foreign.h"

#include <atomic>

#include "convert.h"
#include "dtype_type.h"

namespace arrayforge {
namespace {

std::string text(PyObject* object) { return py::cast<std::string>(py::str(borrow(object))); }

bool is_sequence(PyObject* object) { return PyTuple_Check(object) || PyList_Check(object); }

// A shape or axes, which engines take as they are.
bool holds_plain_integers(PyObject* object) {
  if (!PyTuple_CheckExact(object)) return false;
  const Py_ssize_t n = PyTuple_GET_SIZE(object);
  for (Py_ssize_t i = 0; i < n; ++i) {
    if (!PyLong_CheckExact(PyTuple_GET_ITEM(object, i))) return false;
  }
  return true;
}

struct Facts {
  DType dtype;
  Dims shape;
  DeviceObject* device;
};

// What the backend says about one of its arrays.
Facts described(BackendObject* backend, PyObject* raw) {
  PyObject* describe = require_member(backend, Member::describe);
  const py::tuple facts = steal(PyObject_CallOneArg(describe, raw));
  const py::object dtype = facts[0], shape = facts[1], device = facts[2];
  auto known = as_dtype(dtype.ptr());
  if (!known) known = dtype_named(text(dtype.ptr()));
  if (!known) {
    throw NotImplementedError("backend " + text(backend->name) + ": describe() gives no dtype of " +
                              "ours or its name, but " + text(dtype.ptr()));
  }
  return {*known, to_dims("describe", shape.ptr()),
          is_device(device.ptr()) ? reinterpret_cast<DeviceObject*>(device.ptr())
                                  : intern_device(device.ptr(), backend)};
}

// How many blocks ask for checks; see arrayforge.checked().
std::atomic<int> checking{0};
bool checks() { return checking.load(std::memory_order_relaxed) > 0; }

std::string shown(DType dtype, const Dims& shape) {
  return std::string(name(dtype)) + " of shape " + to_string(shape);
}

void compare(const char* function, BackendObject* backend, DType dtype, const Dims& shape,
             DType planned_dtype, const Dims& planned_shape) {
  if (dtype == planned_dtype && shape == planned_shape) return;
  throw NotImplementedError(std::string(function) + "(): backend " + text(backend->name) +
                            " returned " + shown(dtype, shape) + ", the plan is " +
                            shown(planned_dtype, planned_shape));
}

}  // namespace

void BackendChoice::add(ArrayObject* array) {
  if (!array_) {
    array_ = array;
    return;
  }
  if (array->backend == array_->backend) {
    // A wrapper's arrays sit on the devices they wrap, and its own functions compare those.
    if (array->device == array_->device || array->backend->wraps != Py_None) return;
  } else if (wraps(array_->backend, array->backend)) {
    return;
  } else if (wraps(array->backend, array_->backend)) {
    array_ = array;
    return;
  }
  const std::string first = text(array_->device->name), second = text(array->device->name);
  throw DeviceError(std::string(function_) + "(): arrays on different devices, " + first + " and " +
                    second + "; move one, as in x2.to_device(\"" + first +
                    "\") or x1.to_device(\"" + second + "\")");
}

void BackendChoice::add_all(PyObject* object) {
  if (is_array(object)) {
    add(as_array(object));
  } else if (is_sequence(object)) {
    const Py_ssize_t n = PySequence_Fast_GET_SIZE(object);
    for (Py_ssize_t i = 0; i < n; ++i) add_all(PySequence_Fast_GET_ITEM(object, i));
  }
}

py::object raw_of(BackendObject* backend, ArrayObject* array) {
  if (array->backend == backend) return borrow(array->raw);
  return backend_member(backend, "lift")(borrow(reinterpret_cast<PyObject*>(array)));
}

py::object engine_dtype(BackendObject* backend, DeviceObject* device, DType dtype) {
  if (backend->dtype_device == device && backend->dtypes[index(dtype)]) {
    return borrow(backend->dtypes[index(dtype)]);
  }
  const py::object dtypes = backend_member(backend, "dtypes")(borrow(device->name));
  const py::str key{std::string(name(dtype))};
  if (!dtypes.contains(key)) {
    throw TypeError("device " + text(device->name) + " has no " + std::string(name(dtype)) +
                    ", only " + text(py::str(", ").attr("join")(dtypes).ptr()));
  }
  if (backend->dtype_device != device) {
    for (PyObject*& known : backend->dtypes) Py_CLEAR(known);
    backend->dtype_device = device;
  }
  py::object found = dtypes[key];
  backend->dtypes[index(dtype)] = new_ref(found.ptr());
  return found;
}

bool has_dtype(DeviceObject* device, DType dtype) {
  if (device->backend == native_backend()) return true;
  const py::object dtypes = backend_member(device->backend, "dtypes")(borrow(device->name));
  return dtypes.contains(py::str(std::string(name(dtype))));
}

std::string way_to_host(ArrayObject* array) {
  // A wrapper around host memory shows the cpu, where to_device("cpu") leaves it wrapped.
  if (array->device == cpu_device()) {
    return "an array of backend " + text(array->backend->name) +
           " is not plain memory; take its values with numpy.asarray(x)";
  }
  return "an array on " + text(array->device->name) +
         " is not in host memory; move it with to_device(\"cpu\")";
}

py::object to_engine(BackendObject* backend, DeviceObject* device, PyObject* argument) {
  if (is_array(argument)) return raw_of(backend, as_array(argument));
  if (auto dtype = as_dtype(argument)) return engine_dtype(backend, device, *dtype);
  if (is_device(argument)) return borrow(reinterpret_cast<DeviceObject*>(argument)->name);
  if (!is_sequence(argument) || holds_plain_integers(argument)) return borrow(argument);
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(argument);
  py::tuple items(n);
  for (Py_ssize_t i = 0; i < n; ++i) {
    items[i] = to_engine(backend, device, PySequence_Fast_GET_ITEM(argument, i));
  }
  if (PyList_Check(argument)) return py::list(items);
  return items;
}

void lacks_primitive(BackendObject* backend, const char* function) {
  throw NotImplementedError("backend " + text(backend->name) + ": it lacks the primitive " +
                            function + "()");
}

void check_planned(const char* function, PyObject* array, DType dtype, const Dims& shape) {
  if (!checks()) return;
  const Array& value = as_array(array)->value;
  compare(function, as_array(array)->backend, value.dtype, value.shape, dtype, shape);
}

void check_engine(const char* function, BackendObject* backend, PyObject* raw, DType dtype,
                  const Dims& shape) {
  if (!checks()) return;
  const Facts facts = described(backend, raw);
  compare(function, backend, facts.dtype, facts.shape, dtype, shape);
}

PyObject* wrap_planned(const char* function, BackendObject* backend, DeviceObject* device,
                       PyObject* raw, DType dtype, const Dims& shape, StorageRef storage) {
  // What a wrapper creates shows the device that it wraps, not the wrapper's own name.
  if (device->backend == backend && backend->wraps != Py_None) {
    device = described(backend, raw).device;
  }
  check_engine(function, backend, raw, dtype, shape);
  return wrap_foreign(backend, device, raw, dtype, shape, std::move(storage));
}

PyObject* from_engine(BackendObject* backend, PyObject* result) {
  if (result == Py_None || is_array(result)) return new_ref(result);
  if (PyTuple_Check(result)) {
    const Py_ssize_t n = PyTuple_GET_SIZE(result);
    py::tuple items(n);
    for (Py_ssize_t i = 0; i < n; ++i) {
      items[i] = steal(from_engine(backend, PyTuple_GET_ITEM(result, i)));
    }
    PyTypeObject* type = Py_TYPE(result);
    if (type == &PyTuple_Type) return items.release().ptr();
    return py::object(borrow(reinterpret_cast<PyObject*>(type)).attr("_make")(items))
        .release()
        .ptr();
  }
  const Facts facts = described(backend, result);
  return wrap_foreign(backend, facts.device, result, facts.dtype, facts.shape);
}

// An engine's own function of some name such as "linalg.inv"; None where it has none.
py::object own_function(BackendObject* backend, const std::string& name) {
  py::object found = borrow(backend->implementation).attr("namespace");
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    found = py::getattr(found, name.substr(begin, end - begin).c_str(), py::none());
    begin = end + 1;
  }
  return found;
}

// Calls it for a composite that has made the arguments right; NotImplemented where the arrays'
// engine has none.
py::object call_own(const std::string& name, const py::tuple& arrays, const py::dict& options) {
  BackendChoice choice(name.c_str());
  choice.add_all(arrays.ptr());
  BackendObject* backend = choice.backend();
  if (!backend || backend == native_backend()) return borrow(Py_NotImplemented);
  const py::object found = own_function(backend, name);
  if (found.is_none()) return borrow(Py_NotImplemented);
  const py::object raw = to_engine(backend, choice.device(), arrays.ptr());
  const py::object result = steal(PyObject_Call(found.ptr(), raw.ptr(), options.ptr()));
  return steal(from_engine(backend, result.ptr()));
}

// The same for what creates arrays on a device, or on the default one.
py::object create_own(const std::string& name, const py::tuple& arguments, const py::object& dtype,
                      const py::object& device) {
  DeviceObject* where = to_device(name.c_str(), device.ptr());
  BackendObject* backend = where->backend;
  if (backend == native_backend()) return borrow(Py_NotImplemented);
  const py::object found = own_function(backend, name);
  if (found.is_none()) return borrow(Py_NotImplemented);
  py::dict options;
  options["dtype"] = to_engine(backend, where, dtype.ptr());
  const py::object implementation = borrow(backend->implementation);
  if (py::hasattr(implementation, "engine_device")) {
    options["device"] = implementation.attr("engine_device")(borrow(where->name));
  }
  const py::object result = steal(PyObject_Call(found.ptr(), arguments.ptr(), options.ptr()));
  return steal(from_engine(backend, result.ptr()));
}

void bind_foreign(py::module_& module) {
  module.def("_call_own", call_own);
  module.def("_create_own", create_own);
  // For the whole process: what is checked is a backend, whoever calls it.
  module.def("_check_engines", [](bool on) { checking.fetch_add(on ? 1 : -1); });
}

}  // namespace arrayforge
