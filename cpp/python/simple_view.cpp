#include "simple_view.h"

#include <algorithm>

#include "../core/config.h"
#include "strict_slices.h"

namespace arrayforge {
namespace {

constexpr const char* kFewerIndices = "fewer indices than axes; add ...";

// The value of an int of one digit, which needs no call.
bool small_integer(PyObject* object, std::int64_t* value) {
  if (!PyLong_CheckExact(object)) return false;
#if PY_VERSION_HEX >= 0x030C0000
  const auto* integer = reinterpret_cast<PyLongObject*>(object);
  if (!PyUnstable_Long_IsCompact(integer)) return false;
  *value = PyUnstable_Long_CompactValue(integer);
#else
  const Py_ssize_t sign = Py_SIZE(object);
  if (sign < -1 || sign > 1) return false;
  const auto digit = reinterpret_cast<PyLongObject*>(object)->ob_digit[0];
  *value = sign == 0 ? 0 : sign * static_cast<std::int64_t>(digit);
#endif
  return true;
}

// PySlice_Unpack(), quicker for start:stop of small integers.
void unpack(PyObject* object, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) {
  const auto* slice = reinterpret_cast<PySliceObject*>(object);
  *step = 1;
  if (slice->step == Py_None && small_integer(slice->start, start) &&
      small_integer(slice->stop, stop)) {
    return;
  }
  if (PySlice_Unpack(object, start, stop, step) < 0) throw error_already_set();
}

// PySlice_AdjustIndices(), without a call where the step is 1.
Py_ssize_t adjust(Py_ssize_t size, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t step) {
  if (step != 1) return PySlice_AdjustIndices(size, start, stop, step);
  *start = std::clamp(*start < 0 ? *start + size : *start, Py_ssize_t{0}, size);
  *stop = std::clamp(*stop < 0 ? *stop + size : *stop, Py_ssize_t{0}, size);
  return std::max(*stop - *start, Py_ssize_t{0});
}

bool simple_view(const char* function, const Array& x, PyObject* const* items, Py_ssize_t n,
                 ViewPlan* view) {
  const int ndim = x.ndim();
  if (n > ndim) return false;
  view->offset = x.offset;
  int kept = 0;
  for (int i = 0; i < n; ++i) {
    const std::int64_t size = x.shape[i], stride = x.strides[i];
    if (std::int64_t value; small_integer(items[i], &value)) {
      if (value < -size || value >= size) return false;
      view->offset += (value < 0 ? value + size : value) * stride;
    } else if (PySlice_Check(items[i])) {
      Py_ssize_t start, stop, step;
      unpack(items[i], &start, &stop, &step);
      if (strict_mode()) check_slice(function, items[i], size);
      const Py_ssize_t count = adjust(size, &start, &stop, step);
      if (count > 0) view->offset += start * stride;
      view->shape[kept] = count;
      view->strides[kept++] = count > 1 ? step * stride : stride;
    } else {
      return false;
    }
  }
  if (n < ndim) require_lenient(function, kFewerIndices);
  for (int i = static_cast<int>(n); i < ndim; ++i, ++kept) {
    view->shape[kept] = x.shape[i];
    view->strides[kept] = x.strides[i];
  }
  view->ndim = kept;
  return true;
}

}  // namespace

bool simple_view(const char* function, const Array& x, PyObject* key, ViewPlan* view) {
  if (!PyTuple_CheckExact(key)) return simple_view(function, x, &key, 1, view);
  return simple_view(function, x, &PyTuple_GET_ITEM(key, 0), PyTuple_GET_SIZE(key), view);
}

PyObject* simple_item(const char* function, const ArrayObject* array, PyObject* key) {
  const Array& x = array->value;
  const int ndim = x.ndim();
  std::int64_t i;
  if (ndim > 0 && small_integer(key, &i)) {
    const std::int64_t *shape = x.shape.data(), *strides = x.strides.data();
    if (i < 0) i += shape[0];
    if (i < 0 || i >= shape[0]) return nullptr;
    if (ndim > 1) require_lenient(function, kFewerIndices);
    return wrap_view(array, ndim - 1, shape + 1, strides + 1, x.offset + i * strides[0]);
  }
  ViewPlan view;
  if (!simple_view(function, x, key, &view)) return nullptr;
  return wrap_view(array, view.ndim, view.shape, view.strides, view.offset);
}

}  // namespace arrayforge
