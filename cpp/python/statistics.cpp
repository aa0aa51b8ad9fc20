// Reductions, running sums and places of extremes from Python.
#include "../core/statistics.h"

#include <numeric>

#include "../core/access.h"
#include "../core/config.h"
#include "../core/nditer.h"
#include "../core/reduce.h"
#include "array_type.h"
#include "convert.h"
#include "dtype_type.h"
#include "functions.h"
#include "unlocked.h"

namespace arrayforge {
namespace {

const Array& array_argument(const Arguments& a) {
  if (!is_array(a[0])) {
    throw TypeError(std::string(a.function()) + "(): expected an arrayforge array, got " +
                    Py_TYPE(a[0])->tp_name + "; asarray() converts");
  }
  return as_array(a[0])->value;
}

Dims all_axes(const Array& x) {
  Dims axes(x.ndim());
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

Dims axes_argument(const Arguments& a, const Array& x) {
  auto axes = to_axes(a.function(), a[1], x.ndim());
  return axes ? std::move(*axes) : all_axes(x);
}

Array without_axes(Array x, const Dims& axes) {
  Dims shape, strides;
  for (int i = 0; i < x.ndim(); ++i) {
    if (axes.contains(i)) continue;
    shape.push_back(x.shape[i]);
    strides.push_back(x.strides[i]);
  }
  return x.view(std::move(shape), std::move(strides), x.offset);
}

// Runs the work, without the GIL where there is enough of it, and gives its result dtype and shape.
template <class Work>
PyObject* finish(const Array& x, DType dtype, const Dims& axes, bool keepdims, Work work) {
  Array result;
  const auto compute = [&] {
    result = work();
    if (result.dtype != dtype) result = copy(result, dtype);
  };
  if (x.size() <= kParallelGrain) {
    compute();
  } else {
    const Pin pin(x);
    const WithoutGil without;
    compute();
  }
  return wrap(keepdims ? std::move(result) : without_axes(std::move(result), axes));
}

DType sum_dtype(const char* function, DType dtype) {
  if (dtype == DType::bool_)
    require_lenient(function, "booleans do not add up; convert with astype()");
  if (kind(dtype) == Kind::unsigned_integer) return DType::uint64;
  return is_floating(dtype) ? dtype : DType::int64;
}

// A dtype of another kind is taken on before the reduction, by a copy; otherwise the accumulator
// serves both.
Array with_accumulator_of(const Array& x, DType dtype) {
  const bool same =
      accumulator_dtype(Reduction::sum, x.dtype) == accumulator_dtype(Reduction::sum, dtype);
  return same ? x : copy(x, dtype);
}

PyObject* reduce_to(const Arguments& a, Reduction reduction) {
  const Array& x = array_argument(a);
  const Dims axes = axes_argument(a, x);
  const auto wanted = to_optional_dtype(a.function(), a[2]);
  const DType dtype = wanted ? *wanted : sum_dtype(a.function(), x.dtype);
  const bool keepdims = to_bool(a.function(), "keepdims", a[3]);
  return finish(x, dtype, axes, keepdims, [&] {
    return reduce(a.function(), reduction, with_accumulator_of(x, dtype), axes);
  });
}

PyObject* reduce_as(const Arguments& a, Reduction reduction, DType dtype) {
  const Array& x = array_argument(a);
  const Dims axes = axes_argument(a, x);
  return finish(x, dtype, axes, to_bool(a.function(), "keepdims", a[2]),
                [&] { return reduce(a.function(), reduction, x, axes); });
}

PyObject* extreme(const Arguments& a, Reduction reduction) {
  const DType dtype = array_argument(a).dtype;
  if (dtype == DType::bool_)
    require_lenient(a.function(), "booleans have no order; take any() or all()");
  return reduce_as(a, reduction, dtype);
}

// Means of integers are in the default floating dtype.
DType floating_dtype(const Arguments& a, DType dtype) {
  if (is_floating(dtype)) return dtype;
  require_lenient(a.function(), "expected a floating dtype; convert with astype()");
  return as_array(a[0])->backend->default_float;
}

double to_correction(const Arguments& a) {
  const double correction = PyFloat_AsDouble(a[2]);
  if (correction == -1.0 && PyErr_Occurred()) throw error_already_set();
  return correction;
}

PyObject* spread(const Arguments& a, bool root) {
  const Array& x = array_argument(a);
  const Dims axes = axes_argument(a, x);
  const DType dtype = floating_dtype(a, x.dtype);
  const double correction = to_correction(a);
  const bool keepdims = to_bool(a.function(), "keepdims", a[3]);
  return finish(x, component_dtype(dtype), axes, keepdims, [&] {
    Array result = variance(a.function(), with_accumulator_of(x, dtype), axes, correction);
    if (root) take_roots(result);
    return result;
  });
}

PyObject* locate(const Arguments& a, bool maximum) {
  const Array& x = array_argument(a);
  const bool keepdims = to_bool(a.function(), "keepdims", a[2]);
  if (x.dtype == DType::bool_) require_lenient(a.function(), "booleans have no order");
  if (a[1] != Py_None) {
    const int axis = normalize_axis(a.function(), to_int(a.function(), "axis", a[1]), x.ndim());
    return finish(x, DType::int64, Dims({axis}), keepdims,
                  [&] { return locate_extreme(a.function(), maximum, x, axis); });
  }
  return finish(x, DType::int64, all_axes(x), keepdims, [&] {
    const Array flat = contiguous(x);
    const Array line = flat.view(Dims({x.size()}), Dims({itemsize(x.dtype)}), flat.offset);
    const Array place = locate_extreme(a.function(), maximum, line, 0);
    return place.view(Dims(x.ndim(), 1), Dims(x.ndim(), itemsize(DType::int64)), place.offset);
  });
}

PyObject* running(const Arguments& a, Reduction reduction) {
  const Array& x = array_argument(a);
  if (x.ndim() == 0 || (a[1] == Py_None && x.ndim() != 1)) {
    throw ValueError(std::string(a.function()) +
                     "(): axis is required unless x has one axis, got shape " + to_string(x.shape));
  }
  const std::int64_t wanted_axis = a[1] == Py_None ? 0 : to_int(a.function(), "axis", a[1]);
  const int axis = normalize_axis(a.function(), wanted_axis, x.ndim());
  const auto wanted = to_optional_dtype(a.function(), a[2]);
  const DType dtype = wanted ? *wanted : sum_dtype(a.function(), x.dtype);
  const bool initial = to_bool(a.function(), "include_initial", a[3]);
  return finish(x, dtype, Dims(), true, [&] {
    return accumulate(reduction, with_accumulator_of(x, dtype), axis, initial);
  });
}

}  // namespace

namespace entries {

PyObject* sum(const Arguments& a) { return reduce_to(a, Reduction::sum); }
PyObject* prod(const Arguments& a) { return reduce_to(a, Reduction::prod); }
PyObject* max(const Arguments& a) { return extreme(a, Reduction::max); }
PyObject* min(const Arguments& a) { return extreme(a, Reduction::min); }
PyObject* any(const Arguments& a) { return reduce_as(a, Reduction::any, DType::bool_); }
PyObject* all(const Arguments& a) { return reduce_as(a, Reduction::all, DType::bool_); }
PyObject* count_nonzero(const Arguments& a) { return reduce_as(a, Reduction::count, DType::int64); }

PyObject* mean(const Arguments& a) {
  const Array& x = array_argument(a);
  const Dims axes = axes_argument(a, x);
  const DType dtype = floating_dtype(a, x.dtype);
  return finish(x, dtype, axes, to_bool(a.function(), "keepdims", a[2]), [&] {
    return arrayforge::mean(a.function(), with_accumulator_of(x, dtype), axes);
  });
}

PyObject* var(const Arguments& a) { return spread(a, false); }
PyObject* std(const Arguments& a) { return spread(a, true); }
PyObject* argmax(const Arguments& a) { return locate(a, true); }
PyObject* argmin(const Arguments& a) { return locate(a, false); }
PyObject* cumulative_sum(const Arguments& a) { return running(a, Reduction::sum); }
PyObject* cumulative_prod(const Arguments& a) { return running(a, Reduction::prod); }

}  // namespace entries
}  // namespace arrayforge
