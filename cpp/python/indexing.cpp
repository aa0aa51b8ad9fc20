#include "array_type.h"
namespace arrayforge {
PyObject* array_subscript(PyObject*, PyObject*) { PyErr_SetString(PyExc_NotImplementedError, "x"); return nullptr; }
int array_assign_subscript(PyObject*, PyObject*, PyObject*) { PyErr_SetString(PyExc_NotImplementedError, "x"); return -1; }
}
