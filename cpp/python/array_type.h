// arrayforge.Array: one final type with two payloads, native storage and layout, or an engine's raw
// array with its backend. The collector tracks those whose raw array it knows: no cycle runs
// through the others.
#pragma once

#include "../core/array.h"
#include "backend_type.h"

namespace arrayforge {

struct ArrayObject {
  // Of a foreign array: dtype, shape, the strides it would have in C order (so that views are
  // planned alike) and a storage without bytes; see storage_of().
  PyObject_HEAD Array value;
  BackendObject* backend;  // borrowed: the device keeps it
  DeviceObject* device;    // borrowed: devices are interned for good
  PyObject* dtype;         // that of value, borrowed: the interpreter reads members fastest
  PyObject* raw;           // null: native
  PyObject* weakrefs;

  bool is_native() const { return raw == nullptr; }
};

extern PyTypeObject* array_type;

inline bool is_array(PyObject* object) { return Py_TYPE(object) == array_type; }
inline ArrayObject* as_array(PyObject* object) { return reinterpret_cast<ArrayObject*>(object); }

// New references.
PyObject* wrap(Array&& value);
// Unspecified values in C order; the shape is one that is known to fit, of so many elements.
ArrayObject* wrap_fresh(DType dtype, const Dims& shape, std::int64_t size);
// A view of a native array.
PyObject* wrap_view(const ArrayObject* x, int ndim, const std::int64_t* shape,
                    const std::int64_t* strides, std::int64_t offset);
PyObject* wrap_foreign(BackendObject* backend, DeviceObject* device, PyObject* raw, DType dtype,
                       const Dims& shape, StorageRef storage = {});

// The storage of a foreign array, the identity and version of its memory: none until a view or a
// write asks for it.
const StorageRef& storage_of(ArrayObject* array);

// A write that leaves a foreign array another payload, or the same one with other values.
void replace_raw(ArrayObject* array, py::object raw);

// Arrays alive in the process: the leak check of the tests.
std::int64_t live_arrays();

// The shape as a tuple; a new reference.
PyObject* to_tuple(const Dims& dims);

// Slots, each in the file of its subject.
extern PyType_Slot number_slots[];
extern PyGetSetDef array_getters[];
extern PyMethodDef array_methods[];
PyObject* array_subscript(PyObject* self, PyObject* key);
int array_assign_subscript(PyObject* self, PyObject* key, PyObject* value);
int array_get_buffer(PyObject* self, Py_buffer* view, int flags);
void array_release_buffer(PyObject* self, Py_buffer* view);
PyObject* array_compare(PyObject* self, PyObject* other, int operation);

void bind_array(py::module_& module);

}  // namespace arrayforge
