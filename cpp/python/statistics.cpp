// Reductions, running sums and places of extremes from Python.
#include "../core/statistics.h"

#include <numeric>

#include "../core/reduce.h"
#include "dtype_type.h"
#include "engine_call.h"

namespace arrayforge {
namespace {

const Array& array_argument(const Arguments& a) { return array_argument(a, 0); }

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

// The same by the engine: x as `operand`, over axes that are left out where they are all.
EngineCall engine_reduction(EngineCall call, const Arguments& a, DType operand, const Dims& axes,
                            bool keepdims) {
  call.array(a[0], operand);
  if (axes.size() != array_argument(a).ndim()) call.keyword("axis", axes_object(axes));
  call.flag("keepdims", keepdims);
  return call;
}

// The dtype of a sum or product as it is wanted, or as the standard's rule gives it.
void check_wanted(const char* function, DType from, DType to) {
  if (!is_complex(from) || is_complex(to) || to == DType::bool_) return;
  throw TypeError(std::string(function) + "(): complex numbers do not add up to " +
                  std::string(name(to)));
}

DType sum_dtype(const char* function, DType dtype) {
  if (dtype == DType::bool_)
    require_lenient(function, "booleans do not add up; convert with astype()");
  if (kind(dtype) == Kind::unsigned_integer) return DType::uint64;
  return is_floating(dtype) ? dtype : DType::int64;
}

// A dtype of another kind is taken on before the reduction, by a copy; otherwise the accumulator
// serves both.
bool share_accumulator(DType one, DType other) {
  return accumulator_dtype(Reduction::sum, one) == accumulator_dtype(Reduction::sum, other);
}
Array with_accumulator_of(const Array& x, DType dtype) {
  return share_accumulator(x.dtype, dtype) ? x : copy(x, dtype);
}

// What an engine sums up: numbers. It is told the dtype of the result, unless it keeps one by the
// standard's own rule.
DType summand_dtype(DType dtype, DType result) {
  return dtype != DType::bool_ && share_accumulator(dtype, result) ? dtype : result;
}
void tell_dtype(EngineCall& call, DType operand, DType result) {
  if (operand != result || !is_floating(result)) call.dtype(result);
}

PyObject* reduce_to(const Arguments& a, Reduction reduction) {
  const Array& x = array_argument(a);
  const Dims axes = axes_argument(a, x);
  const auto wanted = to_optional_dtype(a.function(), a[2]);
  const DType dtype = wanted ? *wanted : sum_dtype(a.function(), x.dtype);
  check_wanted(a.function(), x.dtype, dtype);
  const bool keepdims = to_bool(a.function(), "keepdims", a[3]);
  if (a.engine()) {
    const DType operand = summand_dtype(x.dtype, dtype);
    EngineCall call = engine_reduction(EngineCall(a), a, operand, axes, keepdims);
    tell_dtype(call, operand, dtype);
    return call.result(dtype, reduced_shape(x.shape, axes, keepdims));
  }
  return finish(x, dtype, axes, keepdims, [&] {
    return reduce(a.function(), reduction, with_accumulator_of(x, dtype), axes);
  });
}

// Booleans have no order in the standard, so engines are asked for the logic that it amounts to.
EngineCall engine_call(const Arguments& a, Reduction reduction, DType dtype) {
  const bool logic = dtype == DType::bool_;
  if (logic && reduction == Reduction::max) return EngineCall(a, Function::any_);
  if (logic && reduction == Reduction::min) return EngineCall(a, Function::all_);
  return EngineCall(a);
}

PyObject* reduce_as(const Arguments& a, Reduction reduction, DType dtype) {
  const Array& x = array_argument(a);
  const Dims axes = axes_argument(a, x);
  const bool keepdims = to_bool(a.function(), "keepdims", a[2]);
  if (a.engine()) {
    check_reduction(a.function(), reduction, x, axes);
    return engine_reduction(engine_call(a, reduction, x.dtype), a, x.dtype, axes, keepdims)
        .result(dtype, reduced_shape(x.shape, axes, keepdims));
  }
  return finish(x, dtype, axes, keepdims, [&] { return reduce(a.function(), reduction, x, axes); });
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
  return default_float(a);
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
  if (a.engine()) {
    EngineCall call = engine_reduction(EngineCall(a), a, dtype, axes, keepdims);
    if (correction != 0.0) call.keyword("correction", py::float_(correction));
    return call.result(component_dtype(dtype), reduced_shape(x.shape, axes, keepdims));
  }
  return finish(x, component_dtype(dtype), axes, keepdims, [&] {
    Array result = variance(a.function(), x, axes, correction);
    if (root) take_roots(result);
    return result;
  });
}

// The place in one axis, or (none is named) in the flattened array.
PyObject* locate_foreign(const Arguments& a, const Dims& axes, bool keepdims) {
  const Array& x = array_argument(a);
  if (a[1] == Py_None) {
    const Dims line{x.size()};
    check_location(a.function(), x.view(line, c_strides(line, itemsize(x.dtype)), 0), 0);
  } else {
    check_location(a.function(), x, static_cast<int>(axes[0]));
  }
  const DType operand = x.dtype == DType::bool_ ? DType::int64 : x.dtype;
  EngineCall call(a);
  call.array(a[0], operand);
  if (a[1] != Py_None) call.keyword("axis", axes_object(axes));
  return call.flag("keepdims", keepdims)
      .result(DType::int64, reduced_shape(x.shape, axes, keepdims));
}

PyObject* locate(const Arguments& a, bool maximum) {
  const Array& x = array_argument(a);
  const bool keepdims = to_bool(a.function(), "keepdims", a[2]);
  if (x.dtype == DType::bool_) require_lenient(a.function(), "booleans have no order");
  if (a[1] != Py_None) {
    const int axis = normalize_axis(a.function(), to_int(a.function(), "axis", a[1]), x.ndim());
    if (a.engine()) return locate_foreign(a, Dims{axis}, keepdims);
    return finish(x, DType::int64, Dims({axis}), keepdims,
                  [&] { return locate_extreme(a.function(), maximum, x, axis); });
  }
  if (a.engine()) return locate_foreign(a, all_axes(x), keepdims);
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
  check_wanted(a.function(), x.dtype, dtype);
  const bool initial = to_bool(a.function(), "include_initial", a[3]);
  if (a.engine()) {
    Dims shape(x.shape);
    if (initial) ++shape[axis];
    checked_size(a.function(), shape, itemsize(dtype));
    const DType operand = summand_dtype(x.dtype, dtype);
    EngineCall call(a);
    call.array(a[0], operand).keyword("axis", py::int_(axis));
    tell_dtype(call, operand, dtype);
    return call.flag("include_initial", initial).result(dtype, shape);
  }
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
  const bool keepdims = to_bool(a.function(), "keepdims", a[2]);
  if (a.engine()) {
    return engine_reduction(EngineCall(a), a, dtype, axes, keepdims)
        .result(dtype, reduced_shape(x.shape, axes, keepdims));
  }
  return finish(x, dtype, axes, keepdims, [&] { return arrayforge::mean(a.function(), x, axes); });
}

PyObject* var(const Arguments& a) { return spread(a, false); }
PyObject* std(const Arguments& a) { return spread(a, true); }
PyObject* argmax(const Arguments& a) { return locate(a, true); }
PyObject* argmin(const Arguments& a) { return locate(a, false); }
PyObject* cumulative_sum(const Arguments& a) { return running(a, Reduction::sum); }
PyObject* cumulative_prod(const Arguments& a) { return running(a, Reduction::prod); }

}  // namespace entries
}  // namespace arrayforge
