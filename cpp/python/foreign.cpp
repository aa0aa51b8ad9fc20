#include "foreign.h"

#include "convert.h"
#include "dtype_type.h"
#include "functions.h"

namespace arrayforge {
namespace {

std::string text(PyObject* object) { return py::cast<std::string>(py::str(borrow(object))); }

bool is_sequence(PyObject* object) { return PyTuple_Check(object) || PyList_Check(object); }

DType described_dtype(const py::handle& object) {
  if (auto dtype = as_dtype(object.ptr())) return *dtype;
  return to_dtype("describe", object.ptr());
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
  throw DeviceError(std::string(function_) + "(): arrays on different devices, " +
                    text(array_->device->name) + " and " + text(array->device->name) +
                    "; move one with to_device()");
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
  py::object dtypes = backend_member(backend, "dtypes")(borrow(device->name));
  py::str key{std::string(name(dtype))};
  if (!dtypes.contains(key)) {
    throw TypeError("device " + text(device->name) + " has no " + std::string(name(dtype)) +
                    ", only " + text(py::str(", ").attr("join")(dtypes).ptr()));
  }
  return dtypes[key];
}

py::object to_engine(BackendObject* backend, DeviceObject* device, PyObject* argument) {
  if (is_array(argument)) return raw_of(backend, as_array(argument));
  if (auto dtype = as_dtype(argument)) return engine_dtype(backend, device, *dtype);
  if (is_device(argument)) return borrow(reinterpret_cast<DeviceObject*>(argument)->name);
  if (!is_sequence(argument)) return borrow(argument);
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(argument);
  py::tuple items(n);
  for (Py_ssize_t i = 0; i < n; ++i) {
    items[i] = to_engine(backend, device, PySequence_Fast_GET_ITEM(argument, i));
  }
  if (PyList_Check(argument)) return py::list(items);
  return items;
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
  py::tuple facts = backend_member(backend, "describe")(borrow(result));
  const Dims shape = to_dims("describe", py::object(facts[1]).ptr());
  py::object device_name = facts[2];
  DeviceObject* device = is_device(device_name.ptr())
                             ? reinterpret_cast<DeviceObject*>(device_name.ptr())
                             : intern_device(device_name.ptr(), backend);
  return wrap_foreign(backend, device, result, described_dtype(py::object(facts[0])), shape);
}

PyObject* call_engine(BackendObject* backend, DeviceObject* device, FunctionIndex function,
                      const Arguments& arguments) {
  PyObject* callable = backend_function(backend, function);
  if (!callable) return nullptr;
  py::list positional;
  py::dict named;
  const auto& parameters = arguments.signature().parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    if (parameter.binding == Parameter::Binding::variadic) {
      for (Py_ssize_t k = 0; k < arguments.variadic_count(); ++k) {
        positional.append(to_engine(backend, device, arguments.variadic()[k]));
      }
      continue;
    }
    PyObject* given = arguments[static_cast<int>(i)];
    py::object value;
    const char* parameter_name = PyUnicode_AsUTF8(parameter.name);
    if (std::string_view(parameter_name) == "device") {
      // Engines of one device need no name for it; the others say what they call it.
      py::object implementation = borrow(backend->implementation);
      if (py::hasattr(implementation, "engine_device")) {
        named[parameter.name] = implementation.attr("engine_device")(borrow(device->name));
      }
      continue;
    }
    if (given != Py_None && std::string_view(parameter_name) == "dtype") {
      value = engine_dtype(backend, device, to_dtype(arguments.function(), given));
    } else {
      value = to_engine(backend, device, given);
    }
    if (parameter.binding != Parameter::Binding::keyword_only) {
      positional.append(value);
    } else if (given != parameter.default_value) {
      // Engines lag behind the standard: what the user did not ask for is not passed.
      named[parameter.name] = value;
    }
  }
  py::object result = steal(PyObject_Call(callable, py::tuple(positional).ptr(), named.ptr()));
  return from_engine(backend, result.ptr());
}

}  // namespace arrayforge
