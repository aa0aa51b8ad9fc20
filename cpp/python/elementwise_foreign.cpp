#include "elementwise_foreign.h"

#include "convert.h"
#include "foreign.h"
#include "functions.h"

namespace arrayforge {
namespace {

// Whether a scalar of that kind is an element of the dtype as it is, neither rounded nor converted.
bool is_element(DType dtype, ScalarKind kind) {
  switch (kind) {
    case ScalarKind::boolean:
      return dtype == DType::bool_;
    case ScalarKind::integer:
      return is_integer(dtype);
    case ScalarKind::real:
      return dtype == DType::float64;
    default:
      return false;
  }
}

// A new reference; null where the scalar changes the dtype or runs Python code to be read.
PyObject* engine_scalar(Op op, BackendObject* backend, DType dtype, PyObject* scalar) {
  const auto kind = exact_scalar_kind(scalar);
  if (!kind) return nullptr;
  const Promoted promoted = promote(dtype, *kind, backend->default_float);
  if (promoted.dtype != dtype || !promoted.standard) return nullptr;
  alignas(16) char element[16];
  store_scalar(info(op).name.data(), dtype, scalar, element);
  return is_element(dtype, *kind) ? new_ref(scalar) : checked(load_scalar(dtype, element));
}

struct DirectCall {
  const ArrayObject* model = nullptr;
  // The operands after a free place, as a vectorcall wants them; own references, since a write may
  // replace a payload while the engine runs.
  PyObject* args[3] = {};

  DirectCall() = default;
  DirectCall(const DirectCall&) = delete;
  ~DirectCall() {
    Py_XDECREF(args[1]);
    Py_XDECREF(args[2]);
  }

  bool take(Op op, PyObject* const* operands, int arity) {
    model = as_array(is_array(operands[0]) ? operands[0] : operands[arity - 1]);
    const DType dtype = model->value.dtype;
    if (model->backend->wraps != Py_None || !accepts(info(op).accepts, dtype)) return false;
    if (is_real_part(op, dtype)) return false;
    for (int i = 0; i < arity; ++i) {
      args[1 + i] = is_array(operands[i]) ? like_model(as_array(operands[i]))
                                          : engine_scalar(op, model->backend, dtype, operands[i]);
      if (!args[1 + i]) return false;
    }
    return true;
  }

  PyObject* like_model(const ArrayObject* array) const {
    const Array& x = model->value;
    const bool alike = array->backend == model->backend && array->device == model->device &&
                       array->value.dtype == x.dtype && array->value.shape == x.shape;
    return alike ? new_ref(array->raw) : nullptr;
  }

  // Null where the engine has no function of its own.
  py::object compute(Op op, int arity) {
    PyObject* function = model->backend->functions[index_of(op)];
    if (!function || function == Py_None) function = backend_function(model->backend, index_of(op));
    if (!function) return {};
    const auto count = static_cast<std::size_t>(arity) | PY_VECTORCALL_ARGUMENTS_OFFSET;
    return steal(PyObject_Vectorcall(function, args + 1, count, nullptr));
  }
};

// Views of one memory that overlap in part are beyond the operators of some engines. Arrays without
// axes are scalars in some, with operators of their own.
InplaceOperator inplace_operator(Op op, const ArrayObject* target, PyObject* other) {
  const StorageRef& storage = target->value.storage;
  const bool overlaps = storage && is_array(other) && as_array(other) != target &&
                        as_array(other)->value.storage == storage;
  if (overlaps || target->value.ndim() == 0) return nullptr;
  return target->backend->inplace_operators[index(op)];
}

}  // namespace

PyObject* run_on_engine(Op op, PyObject* const* args, int arity) {
  DirectCall call;
  if (!call.take(op, args, arity)) return nullptr;
  const py::object raw = call.compute(op, arity);
  if (!raw) return nullptr;
  const Array& x = call.model->value;
  const DType dtype = result_dtype(info(op).result, x.dtype);
  BackendObject* backend = call.model->backend;
  check_engine(info(op).name.data(), backend, raw.ptr(), dtype, x.shape);
  return wrap_foreign(backend, call.model->device, raw.ptr(), dtype, x.shape);
}

PyObject* run_inplace_on_engine(Op op, ArrayObject* target, PyObject* other) {
  PyObject* args[2] = {reinterpret_cast<PyObject*>(target), other};
  DirectCall call;
  if (!call.take(op, args, 2)) return nullptr;
  BackendObject* backend = target->backend;
  py::object raw;
  if (const InplaceOperator own = inplace_operator(op, target, other)) {
    raw = steal(own(call.args[1], call.args[2]));
  } else if (!backend->views_alias) {
    raw = call.compute(op, 2);
  }
  if (!raw) return nullptr;
  check_engine(info(op).name.data(), backend, raw.ptr(), target->value.dtype, target->value.shape);
  replace_raw(target, std::move(raw));
  return new_ref(args[0]);
}

}  // namespace arrayforge
