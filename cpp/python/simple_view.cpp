#include "simple_view.h"

#include "../core/config.h"
#include "strict_slices.h"

namespace arrayforge {
namespace {

// PySlice_Unpack(), quicker for start:stop of plain integers.
void unpack(PyObject* object, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) {
  const auto* slice = reinterpret_cast<PySliceObject*>(object);
  if (slice->step == Py_None && PyLong_CheckExact(slice->start) && PyLong_CheckExact(slice->stop)) {
    int overflow[2];
    *start = PyLong_AsLongLongAndOverflow(slice->start, &overflow[0]);
    *stop = PyLong_AsLongLongAndOverflow(slice->stop, &overflow[1]);
    *step = 1;
    if (!overflow[0] && !overflow[1]) return;
  }
  if (PySlice_Unpack(object, start, stop, step) < 0) throw error_already_set();
}

bool simple_view(const char* function, const Array& x, PyObject* const* items, Py_ssize_t n,
                 ViewPlan* view) {
  const int ndim = x.ndim();
  if (n > ndim) return false;
  view->offset = x.offset;
  int kept = 0;
  for (int i = 0; i < n; ++i) {
    const std::int64_t size = x.shape[i], stride = x.strides[i];
    if (PyLong_CheckExact(items[i])) {
      int overflow;
      std::int64_t value = PyLong_AsLongLongAndOverflow(items[i], &overflow);
      if (overflow || value < -size || value >= size) return false;
      view->offset += (value < 0 ? value + size : value) * stride;
    } else if (PySlice_Check(items[i])) {
      Py_ssize_t start, stop, step;
      unpack(items[i], &start, &stop, &step);
      if (strict_mode()) check_slice(function, items[i], size);
      const Py_ssize_t count = PySlice_AdjustIndices(size, &start, &stop, step);
      if (count > 0) view->offset += start * stride;
      view->shape[kept] = count;
      view->strides[kept++] = count > 1 ? step * stride : stride;
    } else {
      return false;
    }
  }
  if (n < ndim) require_lenient(function, "fewer indices than axes; add ...");
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

}  // namespace arrayforge
