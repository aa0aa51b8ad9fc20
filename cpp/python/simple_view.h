// Keys of integers and slices: one pass over the key, no items, no plan.
#pragma once

#include "array_type.h"

namespace arrayforge {

// A view in the making; Dims are made once, at the end.
struct ViewPlan {
  std::int64_t shape[kMaxRank], strides[kMaxRank], offset;
  int ndim = 0;

  Array of(const Array& x) const { return x.view(Dims(shape, ndim), Dims(strides, ndim), offset); }
};

// False where the items have to be looked at one by one, errors included.
bool simple_view(const char* function, const Array& x, PyObject* key, ViewPlan* view);

// x[key] of a native array for such a key, a new reference; null likewise.
PyObject* simple_item(const char* function, const ArrayObject* x, PyObject* key);

}  // namespace arrayforge
