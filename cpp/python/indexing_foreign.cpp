#include "indexing_foreign.h"

#include "convert.h"
#include "dtype_type.h"
#include "functions.h"
#include "simple_item.h"

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

PyObject* engine_item(const SimpleItem& item) {
  if (item.is_integer()) return checked(PyLong_FromSsize_t(item.start));
  if (item.count == 0) return py::slice(0, 0, 1).release().ptr();
  const py::object start = py::int_(item.start), step = py::int_(item.step);
  const py::object stop = item.stop < 0 ? py::object(py::none()) : py::int_(item.stop);
  return checked(PySlice_New(start.ptr(), stop.ptr(), step.ptr()));
}

// An element as a view without axes, where engines of NumPy's kind have a scalar for (0, 0).
py::tuple ending_in_ellipsis(const py::tuple& key) {
  const Py_ssize_t n = PyTuple_GET_SIZE(key.ptr());
  for (Py_ssize_t i = 0; i < n; ++i) {
    if (PyTuple_GET_ITEM(key.ptr(), i) == Py_Ellipsis) return key;
  }
  py::tuple longer(n + 1);
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyTuple_SET_ITEM(longer.ptr(), i, new_ref(PyTuple_GET_ITEM(key.ptr(), i)));
  }
  PyTuple_SET_ITEM(longer.ptr(), n, new_ref(Py_Ellipsis));
  return longer;
}

py::object get_raw(BackendObject* backend, const py::object& raw, const py::tuple& key) {
  PyObject* args[3] = {nullptr, raw.ptr(), key.ptr()};
  return steal(PyObject_Vectorcall(require_member(backend, Member::getitem), args + 1,
                                   2 | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr));
}

}  // namespace

py::object engine_index(BackendObject* backend, const py::object& index) {
  if (!is_array(index.ptr())) return index;
  const bool integers = is_integer(as_array(index.ptr())->value.dtype);
  const py::object array = integers ? with_dtype(index.ptr(), DType::int64) : index;
  return raw_of(backend, as_array(array.ptr()));
}

std::optional<SimpleKey> simple_key(const char* function, const Array& x, PyObject* key) {
  const bool single = !PyTuple_CheckExact(key);
  PyObject* const* items = single ? &key : &PyTuple_GET_ITEM(key, 0);
  const Py_ssize_t n = single ? 1 : PyTuple_GET_SIZE(key);
  int used = 0, ellipses = 0;
  for (Py_ssize_t i = 0; i < n; ++i) {
    ellipses += items[i] == Py_Ellipsis;
    used += items[i] != Py_Ellipsis && items[i] != Py_None;
  }
  const int rest = x.ndim() - used;
  if (rest < 0 || ellipses > 1) return std::nullopt;
  const bool incomplete = ellipses == 0 && rest > 0;
  SimpleKey result{py::tuple(n + incomplete), Dims()};
  const auto keep_rest = [&](Py_ssize_t at, int axis) {
    PyTuple_SET_ITEM(result.key.ptr(), at, new_ref(Py_Ellipsis));
    for (int i = 0; i < rest; ++i) result.shape.push_back(x.shape[axis + i]);
  };
  int axis = 0;
  for (Py_ssize_t i = 0; i < n; ++i) {
    if (items[i] == Py_Ellipsis) {
      keep_rest(i, axis);
      axis += rest;
    } else if (items[i] == Py_None) {
      PyTuple_SET_ITEM(result.key.ptr(), i, new_ref(Py_None));
      result.shape.push_back(1);
    } else {
      SimpleItem item;
      if (!item.parse(function, items[i], x.shape[axis++])) return std::nullopt;
      PyTuple_SET_ITEM(result.key.ptr(), i, engine_item(item));
      if (!item.is_integer()) result.shape.push_back(item.count);
    }
  }
  if (incomplete) {
    require_lenient(function, kFewerIndices);
    keep_rest(n, axis);
  }
  check_rank(function, result.shape.size());
  return result;
}

PyObject* get_foreign(ArrayObject* x, const SimpleKey& simple) {
  const py::tuple key = simple.shape.empty() ? ending_in_ellipsis(simple.key) : simple.key;
  const py::object raw = borrow(x->raw);
  const py::object found = get_raw(x->backend, raw, key);
  return wrap_planned(kGet, x->backend, x->device, found.ptr(), x->value.dtype, simple.shape,
                      storage_of(x));
}

PyObject* get_foreign(ArrayObject* x, const IndexItems& items, const py::tuple& key,
                      const BackendChoice& choice) {
  BackendObject* backend = choice.backend();
  const std::optional<Dims> shape = plan_shape(kGet, x->value, items);
  bool basic = x->backend == backend;
  for (const IndexItem& item : items) basic = basic && !item.is_array();
  const bool element = basic && shape && shape->empty();
  const py::object raw =
      get_raw(backend, raw_of(backend, x), element ? ending_in_ellipsis(key) : key);
  if (!shape) return from_engine(backend, raw.ptr());
  return wrap_planned(kGet, backend, choice.device(), raw.ptr(), x->value.dtype, *shape,
                      basic ? storage_of(x) : StorageRef());
}

void assign_foreign(ArrayObject* x, const py::tuple& key, const std::optional<Dims>& shape,
                    BackendObject* backend, PyObject* value, const py::object& scalar) {
  if (x->backend != backend) throw DeviceError(std::string(kSet) + "(): the device must stay");
  const py::object given = engine_value(x->value, backend, shape, value, scalar);
  const py::object old = borrow(x->raw);
  PyObject* args[4] = {nullptr, old.ptr(), key.ptr(), given.ptr()};
  py::object raw = steal(PyObject_Vectorcall(require_member(backend, Member::setitem), args + 1,
                                             3 | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr));
  if (raw.is_none()) raw = old;
  check_engine(kSet, backend, raw.ptr(), x->value.dtype, x->value.shape);
  replace_raw(x, std::move(raw));
}

void assign_all(ArrayObject* x, const py::object& value) {
  PyObject* self = reinterpret_cast<PyObject*>(x);
  ArrayObject* source = as_array(value.ptr());
  if (!x->is_native() && !x->backend->views_alias && source->backend == x->backend) {
    check_assigned(kSet, x->value.dtype, source->value.dtype);
    const py::object converted = with_dtype(value.ptr(), x->value.dtype);
    return replace_raw(x, borrow(as_array(converted.ptr())->raw));
  }
  if (array_assign_subscript(self, Py_Ellipsis, value.ptr()) < 0) throw error_already_set();
}

}  // namespace arrayforge
