#include "simple_view.h"

#include "simple_item.h"

namespace arrayforge {
namespace {

bool simple_view(const char* function, const Array& x, PyObject* const* items, Py_ssize_t n,
                 ViewPlan* view) {
  const int ndim = x.ndim();
  if (n > ndim) return false;
  view->offset = x.offset;
  int kept = 0;
  for (int i = 0; i < n; ++i) {
    const std::int64_t stride = x.strides[i];
    SimpleItem item;
    if (!item.parse(function, items[i], x.shape[i])) return false;
    if (item.count != 0) view->offset += item.start * stride;
    if (item.is_integer()) continue;
    view->shape[kept] = item.count;
    view->strides[kept++] = item.count > 1 ? item.step * stride : stride;
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
