// Attributes of Array.
#include "../core/config.h"
#include "array_type.h"
#include "dtype_type.h"
#include "elementwise.h"
#include "functions.h"
#include "mutants.h"

namespace arrayforge {
namespace {

PyObject* get_shape(PyObject* self, void*) {
  return guarded([&] { return to_tuple(as_array(self)->value.shape); });
}
PyObject* get_strides(PyObject* self, void*) {
  return guarded([&]() -> PyObject* {
    require_lenient_attribute("strides", "the memory layout is the library's; no portable form");
    ArrayObject* array = as_array(self);
    if (!array->is_native()) {
      throw NotImplementedError("strides: the layout of an array on " +
                                py::cast<std::string>(borrow(array->device->name)) +
                                " belongs to its engine");
    }
    return to_tuple(array->value.strides);
  });
}
PyObject* get_ndim(PyObject* self, void*) { return PyLong_FromLong(as_array(self)->value.ndim()); }
PyObject* get_size(PyObject* self, void*) {
  return PyLong_FromLongLong(as_array(self)->value.size());
}
PyObject* get_nbytes(PyObject* self, void*) {
  return guarded([&] {
    require_lenient_attribute("nbytes", "use x.size and finfo(x.dtype).bits or iinfo()");
    return PyLong_FromLongLong(as_array(self)->value.nbytes());
  });
}
PyObject* get_itemsize(PyObject* self, void*) {
  return guarded([&] {
    require_lenient_attribute("itemsize", "use finfo(x.dtype).bits // 8 or iinfo()");
    return PyLong_FromLongLong(itemsize(as_array(self)->value.dtype));
  });
}

// x with its axes in another order; foreign arrays take the way of permute_dims().
PyObject* permuted(PyObject* self, const Dims& axes) {
  ArrayObject* array = as_array(self);
  return mutable_result(index_of(Function::permute_dims_), Form::method, &self, 1, [&] {
    if (array->is_native()) return wrap(permute(array->value, axes));
    py::object order = steal(to_tuple(axes));
    PyObject* args[2] = {self, order.ptr()};
    return call_function(Function::permute_dims_, args, 2);
  });
}
PyObject* get_T(PyObject* self, void*) {
  return guarded([&] {
    const int ndim = as_array(self)->value.ndim();
    if (ndim != 2) require_lenient("T", "x.T is for two axes; use permute_dims() or x.mT");
    Dims axes(ndim);
    for (int i = 0; i < ndim; ++i) axes[i] = ndim - 1 - i;
    return permuted(self, axes);
  });
}
PyObject* get_mT(PyObject* self, void*) {
  return guarded([&] {
    ArrayObject* array = as_array(self);
    return mutable_result(index_of(Function::matrix_transpose_), Form::method, &self, 1, [&] {
      if (array->is_native() && array->value.ndim() >= 2) return wrap(transpose(array->value));
      return call_function(Function::matrix_transpose_, &self, 1);
    });
  });
}

// Parts of complex arrays: views on the native backend.
PyObject* part(PyObject* self, Op op, const char* portable) {
  return guarded([&] {
    require_lenient_attribute(info(op).name, portable);
    return mutable_result(index_of(op), Form::method, &self, 1,
                          [&] { return component_entry(op, &self, 1); });
  });
}
PyObject* get_real(PyObject* self, void*) {
  return part(self, Op::real_, "use the function xp.real(x)");
}
PyObject* get_imag(PyObject* self, void*) {
  return part(self, Op::imag_, "use the function xp.imag(x)");
}

PyObject* get_raw(PyObject* self, void*) {
  PyObject* raw = as_array(self)->raw;
  return new_ref(raw ? raw : Py_None);
}
PyObject* get_version(PyObject* self, void*) {
  const StorageRef& storage = as_array(self)->value.storage;
  return PyLong_FromUnsignedLongLong(storage ? storage->version() : 0);
}

}  // namespace

PyGetSetDef array_getters[] = {
    {"shape", get_shape, nullptr, "Sizes of the axes, a tuple.", nullptr},
    {"ndim", get_ndim, nullptr, "Number of axes.", nullptr},
    {"size", get_size, nullptr, "Number of elements.", nullptr},
    {"itemsize", get_itemsize, nullptr, "Bytes per element.", nullptr},
    {"nbytes", get_nbytes, nullptr, "Bytes of all elements.", nullptr},
    {"strides", get_strides, nullptr, "Bytes from one element to the next, per axis.", nullptr},
    {"T", get_T, nullptr, "The transpose, a view.", nullptr},
    {"mT", get_mT, nullptr, "The transpose of the last two axes, a view.", nullptr},
    {"real", get_real, nullptr, "Real part, a view where the array is complex.", nullptr},
    {"imag", get_imag, nullptr, "Imaginary part, a view where the array is complex.", nullptr},
    {"_raw", get_raw, nullptr, "The engine's own array; None on the native backend.", nullptr},
    {"_version", get_version, nullptr, "Number of writes made to the storage.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

}  // namespace arrayforge
