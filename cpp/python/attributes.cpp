// Attributes of Array.
#include "../core/config.h"
#include "array_type.h"
#include "dtype_type.h"
#include "elementwise.h"
#include "functions.h"

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
PyObject* get_dtype(PyObject* self, void*) {
  return new_ref(dtype_object(as_array(self)->value.dtype));
}
PyObject* get_device(PyObject* self, void*) {
  return new_ref(reinterpret_cast<PyObject*>(as_array(self)->device));
}

// x with its axes in another order: permute_dims, so foreign arrays take the same way.
PyObject* permuted(PyObject* self, const Dims& axes) {
  py::object order = steal(to_tuple(axes));
  PyObject* args[2] = {self, order.ptr()};
  return call_function(Function::permute_dims_, args, 2);
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
    PyObject* args[1] = {self};
    return call_function(Function::matrix_transpose_, args, 1);
  });
}

// Parts of complex arrays: views on the native backend.
PyObject* part(PyObject* self, bool imaginary) {
  return guarded([&]() -> PyObject* {
    if (imaginary) {
      require_lenient_attribute("imag", "use the function xp.imag(x)");
    } else {
      require_lenient_attribute("real", "use the function xp.real(x)");
    }
    ArrayObject* array = as_array(self);
    const Array& x = array->value;
    if (!array->is_native() || !is_complex(x.dtype)) {
      return elementwise_entry(imaginary ? Op::imag_ : Op::real_, &self, 1);
    }
    const DType component = component_dtype(x.dtype);
    Array view = x.view(x.shape, x.strides, x.offset + (imaginary ? itemsize(component) : 0));
    view.dtype = component;
    return wrap(std::move(view));
  });
}
PyObject* get_real(PyObject* self, void*) { return part(self, false); }
PyObject* get_imag(PyObject* self, void*) { return part(self, true); }

PyObject* get_raw(PyObject* self, void*) {
  PyObject* raw = as_array(self)->raw;
  return new_ref(raw ? raw : Py_None);
}
PyObject* get_version(PyObject* self, void*) {
  return PyLong_FromUnsignedLongLong(as_array(self)->value.storage->version());
}

}  // namespace

PyGetSetDef array_getters[] = {
    {"shape", get_shape, nullptr, "Sizes of the axes, a tuple.", nullptr},
    {"dtype", get_dtype, nullptr, "Data type of the elements.", nullptr},
    {"device", get_device, nullptr, "Device that holds the array.", nullptr},
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
