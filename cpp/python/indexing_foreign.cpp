#include "indexing_foreign.h"

#include "convert.h"
#include "dtype_type.h"
#include "functions.h"

namespace arrayforge {
namespace {

py::object with_dtype(PyObject* x, DType dtype) {
  if (as_array(x)->value.dtype == dtype) return borrow(x);
  PyObject* args[2] = {x, dtype_object(dtype)};
  return steal(call_function(Function::astype_, args, 2));
}

// A value without the leading axes of size 1 that the target lacks.
py::object trimmed(py::object value, int ndim) {
  const Array& array = as_array(value.ptr())->value;
  const int extra = array.ndim() - ndim;
  if (extra <= 0) return value;
  const py::object shape = steal(to_tuple(Dims(array.shape.data() + extra, ndim)));
  PyObject* args[2] = {value.ptr(), shape.ptr()};
  return steal(call_function(Function::reshape_, args, 2));
}

py::object engine_value(const Array& x, BackendObject* backend, const std::optional<Dims>& shape,
                        PyObject* value, const py::object& scalar) {
  if (scalar) {
    alignas(16) char element[16];
    store_scalar(kSet, x.dtype, scalar.ptr(), element);
    return steal(load_scalar(x.dtype, element));
  }
  const Array& array = as_array(value)->value;
  check_assigned(kSet, x.dtype, array.dtype);
  py::object given = borrow(value);
  if (shape) {
    check_assigned(kSet, *shape, array.shape);
    given = trimmed(std::move(given), shape->size());
  }
  return raw_of(backend, as_array(with_dtype(given.ptr(), x.dtype).ptr()));
}

}  // namespace

py::object engine_index(BackendObject* backend, const py::object& index) {
  if (!is_array(index.ptr())) return index;
  const bool integers = is_integer(as_array(index.ptr())->value.dtype);
  const py::object array = integers ? with_dtype(index.ptr(), DType::int64) : index;
  return raw_of(backend, as_array(array.ptr()));
}

PyObject* get_foreign(ArrayObject* x, const IndexItems& items, const py::tuple& key,
                      const BackendChoice& choice) {
  BackendObject* backend = choice.backend();
  const std::optional<Dims> shape = plan_shape(kGet, x->value, items);
  const py::object raw = backend_member(backend, "getitem")(raw_of(backend, x), key);
  if (!shape) return from_engine(backend, raw.ptr());
  bool basic = x->backend == backend;
  for (const IndexItem& item : items) basic = basic && !item.is_array();
  return wrap_planned(kGet, backend, choice.device(), raw.ptr(), x->value.dtype, *shape,
                      basic ? x->value.storage : Storage::foreign());
}

void assign_foreign(ArrayObject* x, const IndexItems& items, const py::tuple& key,
                    BackendObject* backend, PyObject* value, const py::object& scalar) {
  if (x->backend != backend) throw DeviceError(std::string(kSet) + "(): the device must stay");
  const std::optional<Dims> shape = plan_shape(kSet, x->value, items);
  const py::object given = engine_value(x->value, backend, shape, value, scalar);
  py::object raw = backend_member(backend, "setitem")(borrow(x->raw), key, given);
  check_engine(kSet, backend, raw.ptr(), x->value.dtype, x->value.shape);
  PyObject* old = x->raw;
  x->raw = raw.release().ptr();
  x->value.storage->bump_version();
  Py_DECREF(old);
}

}  // namespace arrayforge
