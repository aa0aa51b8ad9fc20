#include "lenient_methods.h"

#include "../core/access.h"
#include "../core/config.h"
#include "../core/nditer.h"
#include "convert.h"
#include "dtype_type.h"
#include "functions.h"
#include "transfer.h"

namespace arrayforge {
namespace {

void require_method(const char* name, const char* portable) {
  require_lenient(name, std::string("arrays have no such method; use ") + portable);
}

PyObject* rows(const Array& x, int axis, const char* data) {
  if (axis == x.ndim()) return load_scalar(x.dtype, data);
  py::object list = steal(PyList_New(static_cast<Py_ssize_t>(x.shape[axis])));
  for (std::int64_t i = 0; i < x.shape[axis]; ++i) {
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i),
                    checked(rows(x, axis + 1, data + i * x.strides[axis])));
  }
  return list.release().ptr();
}

// x.reshape(2, 3) and x.reshape((2, 3)) alike.
py::object sizes(PyObject* const* args, Py_ssize_t count) {
  if (count == 1 && !PyIndex_Check(args[0])) return borrow(args[0]);
  py::tuple result(count);
  for (Py_ssize_t i = 0; i < count; ++i) result[i] = borrow(args[i]);
  return result;
}

Dims reversed_axes(int ndim) {
  Dims axes(ndim);
  for (int i = 0; i < ndim; ++i) axes[i] = ndim - 1 - i;
  return axes;
}

// The same bytes read as another dtype. The last axis takes up the change of size, so it must have
// no gaps.
Array reinterpreted(const Array& x, DType dtype) {
  const std::int64_t from = itemsize(x.dtype), to = itemsize(dtype);
  Dims shape(x.shape), strides(x.strides);
  if (from != to) {
    const int last = x.ndim() - 1;
    if (last < 0 || (shape[last] > 1 && strides[last] != from) || shape[last] * from % to != 0) {
      throw ShapeError("view(): " + std::string(name(dtype)) +
                       " does not divide the last axis, or that axis has gaps, shape " +
                       to_string(x.shape) + " of " + std::string(name(x.dtype)));
    }
    shape[last] = shape[last] * from / to;
    strides[last] = to;
  }
  Array result = x.view(std::move(shape), std::move(strides), x.offset);
  result.dtype = dtype;
  return result;
}

}  // namespace

PyObject* element_of(PyObject* self) {
  const Array& x = as_array(self)->value;
  if (x.size() != 1) {
    throw ValueError("item(): only an array of one element converts, got shape " +
                     to_string(x.shape));
  }
  py::object host = steal(to_host(as_array(self)));
  const Array& value = as_array(host.ptr())->value;
  return checked(load_scalar(value.dtype, read(value)));
}

PyObject* nested_lists(PyObject* self) {
  py::object host = steal(to_host(as_array(self)));
  const Array& x = as_array(host.ptr())->value;
  const Pin pin(x);
  return checked(rows(x, 0, read(x)));
}

PyObject* copy_of(PyObject* self) {
  ArrayObject* array = as_array(self);
  if (array->is_native()) return wrap(copy(array->value));
  PyObject* args[2] = {self, dtype_object(array->value.dtype)};
  return call_function(Function::astype_, args, 2);
}

namespace lenient {

PyObject* tolist(PyObject* self, PyObject*) {
  return guarded("tolist", [&] {
    require_method("tolist", "float(x[i, j]) for single elements");
    const ArrayObject* x = as_array(self);
    if (!shares_host(x->device)) {
      count_transfer("tolist", x->device, cpu_device(), x->value.nbytes());
    }
    return nested_lists(self);
  });
}

PyObject* item(PyObject* self, PyObject*) {
  return guarded("item", [&] {
    require_method("item", "bool(x), int(x), float(x) or complex(x)");
    return element_of(self);
  });
}

PyObject* copy(PyObject* self, PyObject*) {
  return guarded("copy", [&] {
    require_method("copy", "asarray(x, copy=True)");
    return copy_of(self);
  });
}

PyObject* reshape(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return guarded("reshape", [&] {
    require_method("reshape", "reshape(x, shape)");
    const py::object shape = sizes(args, count);
    std::vector<PyObject*> all{self};
    if (count > 0) all.push_back(shape.ptr());
    const Py_ssize_t positional = static_cast<Py_ssize_t>(all.size());
    if (keywords) all.insert(all.end(), args + count, args + count + PyTuple_GET_SIZE(keywords));
    return call_function(Function::reshape_, all.data(), positional, keywords);
  });
}

PyObject* transpose(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded("transpose", [&] {
    require_method("transpose", "permute_dims(x, axes), or x.T and x.mT");
    const bool given = count > 0 && !(count == 1 && args[0] == Py_None);
    const py::object axes =
        given ? sizes(args, count) : steal(to_tuple(reversed_axes(as_array(self)->value.ndim())));
    PyObject* all[2] = {self, axes.ptr()};
    return call_function(Function::permute_dims_, all, 2);
  });
}

// Without an axis, every axis of size 1.
PyObject* squeeze(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return guarded("squeeze", [&] {
    require_method("squeeze", "squeeze(x, axis)");
    const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
    std::vector<PyObject*> all{self};
    all.insert(all.end(), args, args + count + named);
    if (count + named > 0 && all[1] != Py_None) {
      return call_function(Function::squeeze_, all.data(), count + 1, keywords);
    }
    const Dims& shape = as_array(self)->value.shape;
    Dims axes;
    for (int i = 0; i < shape.size(); ++i) {
      if (shape[i] == 1) axes.push_back(i);
    }
    const py::object single = steal(to_tuple(axes));
    PyObject* both[2] = {self, single.ptr()};
    return call_function(Function::squeeze_, both, 2);
  });
}

PyObject* view(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded("view", [&] {
    require_method("view", "x[...] for a view and astype() for another dtype");
    if (count > 1) throw TypeError("view(): takes at most a dtype, got " + std::to_string(count));
    const ArrayObject* array = as_array(self);
    const DType own = array->value.dtype;
    const DType dtype = count == 1 ? to_dtype("view", args[0]) : own;
    if (dtype == own) return checked(array_subscript(self, Py_Ellipsis));
    if (!array->is_native()) {
      throw NotImplementedError("view(): another dtype needs the bytes, and those of an array on " +
                                py::cast<std::string>(borrow(array->device->name)) +
                                " belong to its engine");
    }
    return wrap(reinterpreted(array->value, dtype));
  });
}

}  // namespace lenient
}  // namespace arrayforge
