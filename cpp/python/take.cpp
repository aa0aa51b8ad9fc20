// take, take_along_axis: index plans made from arguments instead of keys.
#include "../core/access.h"
#include "../core/index_plan.h"
#include "../core/nditer.h"
#include "engine_call.h"

namespace arrayforge {
namespace {

const Array& index_argument(const Arguments& a, int i) {
  const Array& indices = array_argument(a, i);
  if (!is_integer(indices.dtype)) {
    throw TypeError(std::string(a.function()) + "(): indices must be integers, got " +
                    std::string(name(indices.dtype)));
  }
  return indices;
}

// int64 and C-contiguous.
Array compact(const Array& indices) {
  return indices.dtype == DType::int64 ? contiguous(indices) : copy(indices, DType::int64);
}

PyObject* gathered(const IndexPlan& plan) {
  if (size_of(plan.shape()) <= kParallelGrain) return wrap(gather(plan));
  const Pin pin(plan.rest);
  Array result;
  {
    const WithoutGil without;
    result = gather(plan);
  }
  return wrap(std::move(result));
}

}  // namespace

namespace entries {

PyObject* take(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  const Array& indices = index_argument(a, 1);
  if (a[2] == Py_None && x.ndim() != 1) {
    throw ValueError("take(): axis is required unless x has one axis, got shape " +
                     to_string(x.shape));
  }
  const std::int64_t given = a[2] == Py_None ? 0 : to_int("take", "axis", a[2]);
  const int axis = normalize_axis("take", given, x.ndim());
  Dims shape(x.shape), strides(x.strides);
  shape.erase(axis);
  strides.erase(axis);
  if (a.engine()) {
    for (int i = 0; i < indices.ndim(); ++i) shape.insert(axis + i, indices.shape[i]);
    EngineCall call(a);
    call.array(a[0]).array(a[1], DType::int64).keyword("axis", py::int_(axis));
    return call.result(x.dtype, shape);
  }
  IndexPlan plan;
  plan.advanced = true;
  plan.position = axis;
  plan.offsets = index_offsets("take", compact(indices), axis, x.shape[axis], x.strides[axis]);
  plan.rest = x.view(std::move(shape), std::move(strides), x.offset);
  return gathered(plan);
}

PyObject* take_along_axis(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  const Array& indices = index_argument(a, 1);
  if (indices.ndim() != x.ndim()) {
    throw ValueError("take_along_axis(): expected indices with " + std::to_string(x.ndim()) +
                     " axes, got shape " + to_string(indices.shape));
  }
  const int axis =
      normalize_axis("take_along_axis", to_int("take_along_axis", "axis", a[2]), x.ndim());
  if (a.engine()) {
    Dims others(x.shape);
    others[axis] = 1;
    const Dims* const shapes[] = {&others, &indices.shape};
    EngineCall call(a);
    call.array(a[0]).array(a[1], DType::int64).keyword("axis", py::int_(axis));
    return call.result(x.dtype, broadcast_shapes("take_along_axis", shapes));
  }
  return gathered(plan_along_axis("take_along_axis", x, compact(indices), axis));
}

}  // namespace entries
}  // namespace arrayforge
