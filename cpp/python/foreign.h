// Calls into backends: which backend an operation belongs to, what the engine gets, what comes
// back.
#pragma once

#include "array_type.h"

namespace arrayforge {

// The backend that runs an operation on these arrays: the one they share, or the one of highest
// level that wraps the others. Throws DeviceError when they mix.
class BackendChoice {
 public:
  explicit BackendChoice(const char* function) : function_(function) {}
  void add(ArrayObject* array);
  // Arrays in lists and tuples count too.
  void add_all(PyObject* object);
  BackendObject* backend() const { return array_ ? array_->backend : nullptr; }
  DeviceObject* device() const { return array_ ? array_->device : nullptr; }

 private:
  const char* function_;
  ArrayObject* array_ = nullptr;
};

// The engine's array behind an operand; lifted where the backend wraps the operand's own.
py::object raw_of(BackendObject* backend, ArrayObject* array);

// The engine's object for one of our dtypes; throws TypeError listing what the device has.
py::object engine_dtype(BackendObject* backend, DeviceObject* device, DType dtype);

bool has_dtype(DeviceObject* device, DType dtype);

// Whose a foreign array is and how its values come into host memory, for errors.
std::string way_to_host(ArrayObject* array);

// An argument as the engine takes it: arrays raw, dtypes the engine's, sequences item by item.
py::object to_engine(BackendObject* backend, DeviceObject* device, PyObject* argument);

// A result of the engine as a public array whose dtype and shape the plan knows; `function` is for
// the error where checks are on and the engine returned something else. The storage is that of the
// array it is a view of.
PyObject* wrap_planned(const char* function, BackendObject* backend, DeviceObject* device,
                       PyObject* raw, DType dtype, const Dims& shape, StorageRef storage = {});

// The check alone, of an engine's array and of a public one that a composite made.
void check_engine(const char* function, BackendObject* backend, PyObject* raw, DType dtype,
                  const Dims& shape);
void check_planned(const char* function, PyObject* array, DType dtype, const Dims& shape);

// The error for a function that the engine lacks and no composite makes up for.
[[noreturn]] void lacks_primitive(BackendObject* backend, const char* function);

// A result that no plan knows: the engine describes it. Tuples item by item, other objects as they
// are.
PyObject* from_engine(BackendObject* backend, PyObject* result);

void bind_foreign(py::module_& module);

}  // namespace arrayforge
