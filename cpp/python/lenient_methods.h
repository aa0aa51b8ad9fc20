// Methods of Array that the standard lacks and people try first; off in strict mode.
#pragma once

#include "array_type.h"

namespace arrayforge {

// The only element as a Python scalar; what float(), format() and item() are made of.
PyObject* element_of(PyObject* self);
// The values as nested lists; what printing and tolist() are made of.
PyObject* nested_lists(PyObject* self);
// A copy on the same device.
PyObject* copy_of(PyObject* self);

namespace lenient {

PyObject* tolist(PyObject* self, PyObject*);
PyObject* item(PyObject* self, PyObject*);
PyObject* copy(PyObject* self, PyObject*);
PyObject* reshape(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords);
PyObject* transpose(PyObject* self, PyObject* const* args, Py_ssize_t count);
PyObject* squeeze(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords);
PyObject* view(PyObject* self, PyObject* const* args, Py_ssize_t count);

}  // namespace lenient
}  // namespace arrayforge
