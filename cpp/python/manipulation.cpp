// Views and copies of arrays under another shape.
#include <vector>

#include "dtype_type.h"
#include "engine_call.h"
#include "functions.h"
#include "operands.h"
#include "transfer.h"

namespace arrayforge {
namespace {

// copy=: None (as needed), True, False (never).
std::optional<bool> to_copy(const Arguments& a, int i) {
  if (a[i] == Py_None) return std::nullopt;
  return to_bool(a.function(), "copy", a[i]);
}

// The part of a fresh array that one of the joined arrays fills, and how far the next one begins.
Array part(const Array& whole, const Array& x, int axis, bool flat, std::int64_t* offset) {
  const std::int64_t begin = *offset;
  *offset += flat ? x.size() * itemsize(whole.dtype) : x.shape[axis] * whole.strides[axis];
  return whole.view(x.shape, flat ? c_strides(x.shape, itemsize(whole.dtype)) : whole.strides,
                    begin);
}

void join(std::int64_t* size, std::int64_t more) {
  if (__builtin_add_overflow(*size, more, size)) {
    throw ValueError("concat(): the joined axis must fit 63 bits");
  }
}

Dims joined_shape(const std::vector<Array>& arrays, int axis) {
  Dims shape(arrays[0].shape);
  for (std::size_t i = 1; i < arrays.size(); ++i) {
    Dims other(arrays[i].shape);
    if (other.size() == shape.size()) other[axis] = shape[axis];
    if (!(other == shape)) {
      throw ShapeError("concat(): shapes must agree beside axis " + std::to_string(axis) +
                       ", got " + to_string(arrays[0].shape) + " and " +
                       to_string(arrays[i].shape));
    }
    join(&shape[axis], arrays[i].shape[axis]);
  }
  return shape;
}

// expand_dims and squeeze.
EngineCall with_axes(const Arguments& a, const Dims& axes) {
  EngineCall call(a);
  call.array(a[0]).value(axes_object(axes));
  return call;
}

// A copy is made by astype(), the one primitive that promises it; copy=False is the engine's to
// keep, since the layout is its own.
PyObject* reshape_foreign(const Arguments& a, const Dims& target, std::optional<bool> wants_copy) {
  const Array& x = array_argument(a, 0);
  py::object source = borrow(a[0]);
  if (wants_copy == true) {
    PyObject* args[2] = {a[0], dtype_object(x.dtype)};
    source = steal(call_function(Function::astype_, args, 2));
  }
  EngineCall call(a);
  call.array(source.ptr()).value(target);
  if (wants_copy == false) call.keyword("copy", py::bool_(false));
  const Array& from = as_array(source.ptr())->value;
  return call.view(from.view(target, c_strides(target, itemsize(x.dtype)), 0));
}

py::object converted(const py::object& x, DType dtype) {
  PyObject* args[3] = {x.ptr(), dtype_object(dtype), Py_False};
  const py::tuple names = py::make_tuple("copy");
  return steal(call_function(Function::astype_, args, 2, names.ptr()));
}

// Converted before or after the move, whichever end holds both dtypes; else by the host, which has
// every one.
PyObject* astype_elsewhere(ArrayObject* x, DType dtype, DeviceObject* device) {
  py::object array = borrow(reinterpret_cast<PyObject*>(x));
  if (has_dtype(x->device, dtype)) {
    return move_to("astype", as_array(converted(array, dtype).ptr()), device);
  }
  const bool after = has_dtype(device, x->value.dtype) && has_dtype(device, dtype);
  array = steal(move_to("astype", x, after ? device : cpu_device()));
  array = converted(array, dtype);
  return move_to("astype", as_array(array.ptr()), device);
}

}  // namespace

namespace entries {

PyObject* expand_dims(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  const Dims given = to_dims("expand_dims", a[1]);
  const int ndim = x.ndim() + given.size();
  const Dims axes = normalize_axes("expand_dims", given, ndim);
  Dims shape(ndim, 1), strides(ndim, itemsize(x.dtype));
  for (int i = 0, from = 0; i < ndim; ++i) {
    if (axes.contains(i)) continue;
    shape[i] = x.shape[from];
    strides[i] = x.strides[from++];
  }
  checked_size("expand_dims", shape, itemsize(x.dtype));
  if (a.engine()) return with_axes(a, axes).view(x.view(shape, strides, x.offset));
  return wrap(x.view(std::move(shape), std::move(strides), x.offset));
}

PyObject* squeeze(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  const Dims axes = normalize_axes("squeeze", to_dims("squeeze", a[1]), x.ndim());
  Dims shape, strides;
  for (int i = 0; i < x.ndim(); ++i) {
    if (!axes.contains(i)) {
      shape.push_back(x.shape[i]);
      strides.push_back(x.strides[i]);
    } else if (x.shape[i] != 1) {
      throw ShapeError("squeeze(): axis " + std::to_string(i) + " must have size 1, got shape " +
                       to_string(x.shape));
    }
  }
  if (a.engine()) return with_axes(a, axes).view(x.view(shape, strides, x.offset));
  return wrap(x.view(std::move(shape), std::move(strides), x.offset));
}

PyObject* flip(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  const auto axes = to_axes("flip", a[1], x.ndim());
  Dims strides(x.strides);
  std::int64_t offset = x.offset;
  for (int i = 0; i < x.ndim(); ++i) {
    if (x.shape[i] < 2 || (axes && !axes->contains(i))) continue;
    offset += (x.shape[i] - 1) * strides[i];
    strides[i] = -strides[i];
  }
  if (a.engine()) {
    EngineCall call(a);
    call.array(a[0]);
    if (axes) call.keyword("axis", axes_object(*axes));
    return call.view(x.view(x.shape, strides, offset));
  }
  return wrap(x.view(x.shape, std::move(strides), offset));
}

PyObject* broadcast_to(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  Dims target = to_dims("broadcast_to", a[1]);
  checked_size("broadcast_to", target, itemsize(x.dtype));
  const Dims* shapes[2] = {&x.shape, &target};
  if (!(arrayforge::broadcast_shapes("broadcast_to", shapes) == target)) {
    throw ShapeError("broadcast_to(): shape " + to_string(x.shape) + " does not stretch to " +
                     to_string(target));
  }
  Dims strides(target.size());
  broadcast_strides(x.shape, x.strides, target, strides.data());
  if (a.engine()) {
    return EngineCall(a).array(a[0]).value(target).view(x.view(target, strides, x.offset));
  }
  return wrap(x.view(std::move(target), std::move(strides), x.offset));
}

PyObject* concat(const Arguments& a) {
  const py::object items = steal(PySequence_Tuple(a[0]));
  std::vector<Array> arrays;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items.ptr()); ++i) {
    arrays.push_back(array_argument("concat", PyTuple_GET_ITEM(items.ptr(), i)));
  }
  if (arrays.empty()) throw ValueError("concat(): needs at least one array, got 0");
  const bool flat = a[1] == Py_None;
  int axis = 0;
  Dims shape{0};
  Promoted common{arrays[0].dtype, true};
  for (const Array& x : arrays) {
    const Promoted next = promote(common.dtype, x.dtype);
    common = {next.dtype, common.standard && next.standard};
    join(&shape[0], x.size());
    if (!flat && x.ndim() == 0) throw ValueError("concat(): 0-d arrays have no axis to join along");
  }
  if (!flat) {
    axis = normalize_axis("concat", to_int("concat", "axis", a[1]), arrays[0].ndim());
    shape = joined_shape(arrays, axis);
  }
  const DType dtype = require_promoted("concat", common);
  const std::int64_t size = checked_size("concat", shape, itemsize(dtype));
  if (a.engine()) {
    EngineCall call(a);
    call.arrays(items, dtype);
    if (flat) call.keyword("axis", py::none());
    if (axis != 0) call.keyword("axis", py::int_(axis));
    return call.result(dtype, shape);
  }
  Array result = make_array(dtype, shape);
  unlocked(size > kParallelGrain, [&] {
    const Pin target(result);
    std::int64_t offset = result.offset;
    for (const Array& x : arrays) {
      const Pin source(x);
      copy_into(part(result, x, axis, flat, &offset), x);
    }
  });
  return wrap(std::move(result));
}

PyObject* reshape(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  const auto wants_copy = to_copy(a, 2);
  const Dims target = resolve_reshape(x.shape, to_dims("reshape", a[1]));
  checked_size("reshape", target, itemsize(x.dtype));
  if (a.engine()) return reshape_foreign(a, target, wants_copy);
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
  Array result = permute(x, axes);
  if (a.engine()) return EngineCall(a).array(a[0]).value(axes).view(result);
  return wrap(std::move(result));
}

PyObject* matrix_transpose(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  if (x.ndim() < 2) {
    throw ValueError("matrix_transpose(): needs at least 2 axes, got shape " + to_string(x.shape));
  }
  Array result = transpose(x);
  if (a.engine()) return EngineCall(a).array(a[0]).view(result);
  return wrap(std::move(result));
}

PyObject* astype(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  const DType dtype = to_dtype("astype", a[1]);
  if (is_complex(x.dtype) && !is_complex(dtype) && dtype != DType::bool_) {
    throw TypeError(
        "astype(): a complex array has no real counterpart; take real() or abs(), got " +
        std::string(name(x.dtype)) + " to " + std::string(name(dtype)));
  }
  DeviceObject* device = as_array(a[0])->device;
  if (a[3] != Py_None) device = to_device("astype", a[3]);
  if (device != as_array(a[0])->device) return astype_elsewhere(as_array(a[0]), dtype, device);
  if (dtype == x.dtype && !to_bool("astype", "copy", a[2])) return new_ref(a[0]);
  if (a.engine()) {
    const py::object wanted = borrow(dtype_object(dtype));
    return EngineCall(a).array(a[0]).value(wanted).result(dtype, x.shape);
  }
  const Pin pin(x);
  Array result;
  unlocked(x.size() > kParallelGrain, [&] { result = copy(x, dtype); });
  return wrap(std::move(result));
}

}  // namespace entries
}  // namespace arrayforge
