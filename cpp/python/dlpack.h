// DLPack: arrays handed over between libraries without a copy. The structures of the protocol are
// declared in dlpack_structs.h.
#pragma once

#include "python.h"

namespace arrayforge {

PyObject* array_dlpack(PyObject* self, PyObject* args, PyObject* keywords);
PyObject* array_dlpack_device(PyObject* self, PyObject*);

}  // namespace arrayforge
