// Calls into backends: which backend an operation belongs to, what the engine gets, what comes
// back.
#pragma once

#include "arguments.h"
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

// An argument as the engine takes it: arrays raw, dtypes the engine's, sequences item by item.
py::object to_engine(BackendObject* backend, DeviceObject* device, PyObject* argument);

// A result of the engine as public arrays; tuples item by item, other objects as they are.
PyObject* from_engine(BackendObject* backend, PyObject* result);

// Calls the engine's own function, or returns null where it has none.
PyObject* call_engine(BackendObject* backend, DeviceObject* device, FunctionIndex function,
                      const Arguments& arguments);

}  // namespace arrayforge
