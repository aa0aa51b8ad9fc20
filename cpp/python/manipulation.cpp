// Views and copies of native arrays under another shape.
#include "../core/access.h"
#include "../core/nditer.h"
#include "array_type.h"
#include "convert.h"
#include "dtype_type.h"
#include "functions.h"

namespace arrayforge {
namespace {

const Array& array_argument(const Arguments& a, int i) {
  if (!is_array(a[i])) {
    throw TypeError(std::string(a.function()) + "(): expected an arrayforge array, got " +
                    Py_TYPE(a[i])->tp_name + "; asarray() converts");
  }
  return as_array(a[i])->value;
}

// copy=: None (as needed), True, False (never).
std::optional<bool> to_copy(const Arguments& a, int i) {
  if (a[i] == Py_None) return std::nullopt;
  return to_bool(a.function(), "copy", a[i]);
}

}  // namespace

namespace entries {

PyObject* reshape(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  const auto wants_copy = to_copy(a, 2);
  const Dims target = resolve_reshape(x.shape, to_dims("reshape", a[1]));
  checked_size("reshape", target, itemsize(x.dtype));
  if (!wants_copy.value_or(false)) {
    auto strides = reshape_strides(x.shape, x.strides, target, itemsize(x.dtype));
    if (strides) return wrap(x.view(target, std::move(*strides), x.offset));
    if (wants_copy) {
      throw ValueError("reshape(): strides " + to_string(x.strides) + " of shape " +
                       to_string(x.shape) + " cannot be seen as " + to_string(target) +
                       " without a copy, and copy=False");
    }
  }
  Array compact = copy(x);
  return wrap(compact.view(target, c_strides(target, itemsize(x.dtype)), 0));
}

PyObject* permute_dims(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  const Dims axes = normalize_axes("permute_dims", to_dims("permute_dims", a[1]), x.ndim());
  if (axes.size() != x.ndim()) {
    throw ValueError("permute_dims(): axes must name each of the " + std::to_string(x.ndim()) +
                     " axes once, got " + to_string(axes));
  }
  Dims shape(axes), strides(axes);
  for (int i = 0; i < axes.size(); ++i) {
    shape[i] = x.shape[static_cast<int>(axes[i])];
    strides[i] = x.strides[static_cast<int>(axes[i])];
  }
  return wrap(x.view(std::move(shape), std::move(strides), x.offset));
}

PyObject* matrix_transpose(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  if (x.ndim() < 2) {
    throw ValueError("matrix_transpose(): needs at least 2 axes, got shape " + to_string(x.shape));
  }
  Dims shape(x.shape), strides(x.strides);
  const int n = x.ndim();
  std::swap(shape[n - 2], shape[n - 1]);
  std::swap(strides[n - 2], strides[n - 1]);
  return wrap(x.view(std::move(shape), std::move(strides), x.offset));
}

PyObject* astype(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  const DType dtype = to_dtype("astype", a[1]);
  const bool same = dtype == x.dtype;
  if (is_complex(x.dtype) && !is_complex(dtype) && dtype != DType::bool_) {
    throw TypeError("astype(): a complex array has no real counterpart; take real() or abs(), got " +
                    std::string(name(x.dtype)) + " to " + std::string(name(dtype)));
  }
  if (same && !to_bool("astype", "copy", a[2])) return new_ref(a[0]);
  if (x.size() <= kParallelGrain) return wrap(copy(x, dtype));
  const Pin pin(x);
  Array result;
  {
    py::gil_scoped_release release;
    result = copy(x, dtype);
  }
  return wrap(std::move(result));
}

}  // namespace entries
}  // namespace arrayforge
