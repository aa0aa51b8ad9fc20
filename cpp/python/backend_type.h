// Backends and devices as the frontend sees them. A Backend caches the callables of a Python
// backend object; a Device is an interned name with its backend.
#pragma once

#include <string>

#include "../core/dtype.h"
#include "inplace_operators.h"
#include "python.h"

namespace arrayforge {

// Index of a function in a backend's cache: operations first, then the other functions of ops.def.
using FunctionIndex = int;

struct DeviceObject;

// Members of the contract that small operations call; the others are looked up when they are used.
enum class Member { describe, getitem, setitem, item, engine_device };
inline constexpr int kMemberCount = 5;

struct BackendObject {
  PyObject_HEAD PyObject* name;
  PyObject* implementation;  // null for the native one
  PyObject* wraps;           // None, True (any other), or a tuple of names
  long level;
  PyObject** functions;                // null: not looked up yet; None: the engine has none
  PyObject* members[kMemberCount];     // likewise
  InplaceOperator* inplace_operators;  // by Op; null: the result is written by setitem
  bool views_alias;                    // a write to an array is seen through its views
  // The engine's dtypes of the device that asked last, so that none is looked up by name twice.
  DeviceObject* dtype_device;
  PyObject* dtypes[kDTypeCount];
  DType default_float;
};

struct DeviceObject {
  PyObject_HEAD PyObject* name;
  BackendObject* backend;
};

BackendObject* native_backend();
DeviceObject* cpu_device();

// The device of that name, or null; borrowed.
DeviceObject* find_device(PyObject* name);
// The interned device, made on first use; borrowed.
DeviceObject* intern_device(PyObject* name, BackendObject* backend);

bool is_device(PyObject* object);
bool is_backend(PyObject* object);

// The device meant by a device= argument (None: the default of the context), borrowed.
DeviceObject* to_device(const char* function, PyObject* object);
// Where creation puts arrays, borrowed.
DeviceObject* default_device();

// The engine's own function, or null where it has none; borrowed.
PyObject* backend_function(BackendObject* backend, FunctionIndex function);
// Borrowed; null where the backend has none, or NotImplementedError naming the backend.
PyObject* find_member(BackendObject* backend, Member member);
PyObject* require_member(BackendObject* backend, Member member);
// Any member of the contract by name; throws likewise.
py::object backend_member(BackendObject* backend, const char* name);

// True iff `outer` wraps arrays of `inner`.
bool wraps(BackendObject* outer, BackendObject* inner);

void bind_backends(py::module_& module);

}  // namespace arrayforge
