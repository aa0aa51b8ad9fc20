#include "backend_type.h"

#include <optional>

#include "functions.h"

namespace arrayforge {
namespace {

PyTypeObject* backend_type = nullptr;
PyTypeObject* device_type = nullptr;
BackendObject* native = nullptr;
DeviceObject* cpu = nullptr;
PyObject* devices = nullptr;         // name -> Device
PyObject* context_device = nullptr;  // ContextVar: Device or None
PyObject* global_device = nullptr;   // Device or None, the process's choice

std::string text(PyObject* object) { return py::cast<std::string>(py::str(borrow(object))); }

// -- Backend

constexpr const char* kMemberNames[kMemberCount] = {"describe", "getitem", "setitem", "item",
                                                    "engine_device"};

[[noreturn]] void lacks_member(BackendObject* backend, const char* name) {
  throw NotImplementedError("backend " + text(backend->name) + ": it has no " + name + "()");
}

BackendObject* make_backend(PyObject* name, PyObject* implementation) {
  auto* self = PyObject_New(BackendObject, backend_type);
  if (!self) throw error_already_set();
  self->name = new_ref(name);
  self->implementation = implementation ? new_ref(implementation) : nullptr;
  self->wraps = new_ref(Py_None);
  self->level = 0;
  self->default_float = DType::float64;
  self->dtype_device = nullptr;
  std::fill_n(self->dtypes, kDTypeCount, nullptr);
  self->functions = new PyObject*[kFunctionTotal]();
  std::fill_n(self->members, kMemberCount, nullptr);
  self->inplace_operators = new InplaceOperator[kOpCount]();
  self->views_alias = true;
  return self;
}

std::optional<Op> op_named(const std::string& name) {
  for (FunctionIndex i = 0; i < static_cast<int>(kOpCount); ++i) {
    if (name == function_name(i)) return static_cast<Op>(i);
  }
  return std::nullopt;
}

// Names of functions, such as "add": those whose in-place operator does the same.
void take_inplace_operators(BackendObject* backend) {
  const py::object implementation = borrow(backend->implementation);
  for (const py::handle& item : py::getattr(implementation, "inplace_operators", py::tuple())) {
    const auto op_name = py::cast<std::string>(py::str(item));
    const auto op = op_named(op_name);
    InplaceOperator found = op ? inplace_operator_of(*op) : nullptr;
    if (!found) {
      throw ValueError("backend " + text(backend->name) + ": inplace_operators names " + op_name +
                       ", for which Python has no operator in place");
    }
    backend->inplace_operators[static_cast<int>(*op)] = found;
  }
}

void backend_dealloc(PyObject* object) {
  auto* self = reinterpret_cast<BackendObject*>(object);
  PyTypeObject* type = Py_TYPE(object);
  Py_XDECREF(self->name);
  Py_XDECREF(self->implementation);
  Py_XDECREF(self->wraps);
  for (int i = 0; i < kFunctionTotal; ++i) Py_XDECREF(self->functions[i]);
  for (PyObject* dtype : self->dtypes) Py_XDECREF(dtype);
  for (PyObject* member : self->members) Py_XDECREF(member);
  delete[] self->functions;
  delete[] self->inplace_operators;
  PyObject_Free(object);
  Py_DECREF(type);
}

PyObject* backend_repr(PyObject* object) {
  return PyUnicode_FromFormat("Backend(%R)", reinterpret_cast<BackendObject*>(object)->name);
}

PyObject* backend_new(PyTypeObject*, PyObject* args, PyObject*) {
  return guarded([&]() -> PyObject* {
    PyObject* implementation;
    if (!PyArg_ParseTuple(args, "O", &implementation)) throw error_already_set();
    py::object object = borrow(implementation);
    py::object name = object.attr("name");
    BackendObject* self = make_backend(name.ptr(), implementation);
    py::object owner = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(self));
    if (py::hasattr(object, "wraps")) {
      Py_SETREF(self->wraps, py::object(object.attr("wraps")).release().ptr());
    }
    if (py::hasattr(object, "level")) self->level = py::cast<long>(object.attr("level"));
    take_inplace_operators(self);
    self->views_alias = py::cast<bool>(py::getattr(object, "views_alias", py::bool_(true)));
    const py::object first = object.attr("devices")()[py::int_(0)];
    py::object dtypes = object.attr("dtypes")(first);
    if (!dtypes.contains("float64")) self->default_float = DType::float32;
    return owner.release().ptr();
  });
}

PyObject* backend_name(PyObject* object, void*) {
  return new_ref(reinterpret_cast<BackendObject*>(object)->name);
}
PyObject* backend_implementation(PyObject* object, void*) {
  PyObject* implementation = reinterpret_cast<BackendObject*>(object)->implementation;
  return new_ref(implementation ? implementation : Py_None);
}

PyGetSetDef backend_getters[] = {
    {"name", backend_name, nullptr, "Name of the backend.", nullptr},
    {"implementation", backend_implementation, nullptr, "The backend's own object.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};
PyType_Slot backend_slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(backend_new)},
    {Py_tp_dealloc, reinterpret_cast<void*>(backend_dealloc)},
    {Py_tp_repr, reinterpret_cast<void*>(backend_repr)},
    {Py_tp_getset, backend_getters},
    {Py_tp_doc, const_cast<char*>("A loaded backend, as the frontend holds it.")},
    {0, nullptr},
};
PyType_Spec backend_spec = {"arrayforge._core.Backend", sizeof(BackendObject), 0,
                            Py_TPFLAGS_DEFAULT, backend_slots};

// -- Device

PyObject* device_str(PyObject* object) {
  return new_ref(reinterpret_cast<DeviceObject*>(object)->name);
}
PyObject* device_repr(PyObject* object) {
  return PyUnicode_FromFormat("Device(%R)", reinterpret_cast<DeviceObject*>(object)->name);
}
Py_hash_t device_hash(PyObject* object) {
  return PyObject_Hash(reinterpret_cast<DeviceObject*>(object)->name);
}
PyObject* device_compare(PyObject* self, PyObject* other, int operation) {
  if (operation != Py_EQ && operation != Py_NE) Py_RETURN_NOTIMPLEMENTED;
  bool equal = self == other;
  if (!equal && PyUnicode_Check(other)) {
    equal = PyUnicode_Compare(reinterpret_cast<DeviceObject*>(self)->name, other) == 0;
  }
  return PyBool_FromLong(equal == (operation == Py_EQ));
}
PyObject* device_reduce(PyObject* self, PyObject*) {
  return guarded([&] {
    py::object getter = py::module_::import("arrayforge.registry").attr("device");
    return py::make_tuple(getter, py::make_tuple(py::str(borrow(self)))).release().ptr();
  });
}
PyObject* device_backend(PyObject* self, void*) {
  return new_ref(reinterpret_cast<PyObject*>(reinterpret_cast<DeviceObject*>(self)->backend));
}

PyGetSetDef device_getters[] = {
    {"backend", device_backend, nullptr, "The backend that owns the device.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};
PyMethodDef device_methods[] = {
    {"__reduce__", device_reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};
PyType_Slot device_slots[] = {
    {Py_tp_str, reinterpret_cast<void*>(device_str)},
    {Py_tp_repr, reinterpret_cast<void*>(device_repr)},
    {Py_tp_hash, reinterpret_cast<void*>(device_hash)},
    {Py_tp_richcompare, reinterpret_cast<void*>(device_compare)},
    {Py_tp_getset, device_getters},
    {Py_tp_methods, device_methods},
    {Py_tp_doc, const_cast<char*>("A device: interned, equal to its name.")},
    {0, nullptr},
};
PyType_Spec device_spec = {"arrayforge.Device", sizeof(DeviceObject), 0,
                           Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, device_slots};

}  // namespace

BackendObject* native_backend() { return native; }
DeviceObject* cpu_device() { return cpu; }

bool is_device(PyObject* object) { return Py_TYPE(object) == device_type; }
bool is_backend(PyObject* object) { return Py_TYPE(object) == backend_type; }

DeviceObject* find_device(PyObject* name) {
  return reinterpret_cast<DeviceObject*>(PyDict_GetItemWithError(devices, name));
}

DeviceObject* intern_device(PyObject* name, BackendObject* backend) {
  if (DeviceObject* known = find_device(name)) return known;
  if (PyErr_Occurred()) throw error_already_set();
  auto* device = PyObject_New(DeviceObject, device_type);
  if (!device) throw error_already_set();
  device->name = new_ref(name);
  device->backend = backend;
  Py_INCREF(backend);
  py::object owner = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(device));
  if (PyDict_SetItem(devices, name, owner.ptr()) < 0) throw error_already_set();
  return device;  // the dictionary keeps it
}

DeviceObject* default_device() {
  PyObject* value = nullptr;
  if (PyContextVar_Get(context_device, Py_None, &value) < 0) throw error_already_set();
  py::object owner = py::reinterpret_steal<py::object>(value);
  if (value != Py_None) return reinterpret_cast<DeviceObject*>(value);  // the dictionary keeps it
  return global_device == Py_None ? cpu : reinterpret_cast<DeviceObject*>(global_device);
}

DeviceObject* to_device(const char* function, PyObject* object) {
  if (object == Py_None) return default_device();
  if (is_device(object)) return reinterpret_cast<DeviceObject*>(object);
  if (!PyUnicode_Check(object)) {
    throw TypeError(std::string(function) + "(): expected a device or its name, got " +
                    py::cast<std::string>(py::repr(object)));
  }
  if (DeviceObject* device = find_device(object)) return device;
  // The registry loads the backend that the name asks for, or says what is wrong with it.
  py::object device = py::module_::import("arrayforge.registry").attr("device")(borrow(object));
  return reinterpret_cast<DeviceObject*>(device.ptr());
}

PyObject* backend_function(BackendObject* backend, FunctionIndex function) {
  PyObject*& slot = backend->functions[function];
  if (!slot) {
    py::object space = borrow(backend->implementation).attr("namespace");
    const char* module = function_namespace(function);
    if (*module) space = py::getattr(space, module, py::none());
    slot = py::object(py::getattr(space, function_name(function), py::none())).release().ptr();
  }
  return slot == Py_None ? nullptr : slot;
}

PyObject* find_member(BackendObject* backend, Member member) {
  PyObject*& slot = backend->members[static_cast<int>(member)];
  if (!slot) {
    const py::object implementation = borrow(backend->implementation);
    const char* name = kMemberNames[static_cast<int>(member)];
    slot = py::object(py::getattr(implementation, name, py::none())).release().ptr();
  }
  return slot == Py_None ? nullptr : slot;
}

PyObject* require_member(BackendObject* backend, Member member) {
  PyObject* found = find_member(backend, member);
  if (!found) lacks_member(backend, kMemberNames[static_cast<int>(member)]);
  return found;
}

py::object backend_member(BackendObject* backend, const char* name) {
  PyObject* member = PyObject_GetAttrString(backend->implementation, name);
  if (member) return py::reinterpret_steal<py::object>(member);
  if (!PyErr_ExceptionMatches(PyExc_AttributeError)) throw error_already_set();
  PyErr_Clear();
  lacks_member(backend, name);
}

bool wraps(BackendObject* outer, BackendObject* inner) {
  if (outer == inner || outer->wraps == Py_None) return false;
  if (outer->wraps == Py_True) return outer->level > inner->level;
  const int found = PySequence_Contains(outer->wraps, inner->name);
  if (found < 0) throw error_already_set();
  return found == 1;
}

void bind_backends(py::module_& module) {
  backend_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&backend_spec)));
  device_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&device_spec)));
  module.attr("Backend") = py::handle(reinterpret_cast<PyObject*>(backend_type));
  module.attr("Device") = py::handle(reinterpret_cast<PyObject*>(device_type));
  devices = checked(PyDict_New());
  context_device = checked(PyContextVar_New("arrayforge_device", nullptr));
  global_device = new_ref(Py_None);
  const py::str name("cpu");
  native = make_backend(name.ptr(), nullptr);
  cpu = intern_device(name.ptr(), native);
  module.attr("_cpu") = py::handle(reinterpret_cast<PyObject*>(cpu));
  module.attr("_context_device") = py::handle(context_device);
  module.def("_intern_device", [](const py::str& device, const py::object& backend) {
    if (!is_backend(backend.ptr())) throw TypeError("_intern_device(): expected a Backend");
    auto* owner = reinterpret_cast<BackendObject*>(backend.ptr());
    return borrow(reinterpret_cast<PyObject*>(intern_device(device.ptr(), owner)));
  });
  module.def("_set_global_device", [](const py::object& device) {
    if (!device.is_none() && !is_device(device.ptr())) {
      throw TypeError("_set_global_device(): expected a Device");
    }
    Py_SETREF(global_device, new_ref(device.ptr()));
  });
  module.def("_default_device",
             [] { return borrow(reinterpret_cast<PyObject*>(default_device())); });
}

}  // namespace arrayforge
