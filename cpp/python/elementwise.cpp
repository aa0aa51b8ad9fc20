#include "elementwise.h"

#include "../core/access.h"
#include "../core/config.h"
#include "../core/nditer.h"
#include "../core/parallel.h"
#include "convert.h"
#include "elementwise_foreign.h"
#include "engine_call.h"
#include "foreign.h"
#include "functions.h"
#include "indexing_foreign.h"
#include "mutants.h"
#include "native_loop.h"
#include "operands_beyond.h"
#include "unlocked.h"

namespace arrayforge {
namespace {

// An operand as given: an array, or a Python scalar that waits for the plan's dtype.
struct Operand {
  ArrayObject* array = nullptr;
  PyObject* scalar = nullptr;
  py::object owner;  // keeps what a NumPy scalar was turned into
};

// Arrays of other libraries are not operands.
bool parse(Op op, PyObject* object, Operand* operand, OperandType* type) {
  if (is_array(object)) {
    operand->array = as_array(object);
    *type = {false, operand->array->value.dtype, ScalarKind::real};
    return true;
  }
  auto kind = scalar_kind(object);
  if (!kind) {
    operand->owner = numpy_scalar(info(op).name.data(), object);
    if (!operand->owner) return false;
    object = operand->owner.ptr();
    kind = scalar_kind(object);
    if (!kind) return false;
  }
  operand->scalar = object;
  *type = {true, DType::bool_, *kind};
  return true;
}

[[noreturn]] void refuse(Op op, PyObject* object) {
  throw TypeError(std::string(info(op).name) +
                  "(): expected an arrayforge array or a Python scalar, got " +
                  Py_TYPE(object)->tp_name + "; asarray() converts");
}

// The short way: native arrays of one dtype and shape in C order, or such an array and a scalar
// that keeps its dtype, few enough elements to run at once; and that of engines. Null where the
// operands need a plan.
PyObject* run_directly(Op op, PyObject* const* args, int arity) {
  PyObject* model = is_array(args[0]) ? args[0] : args[arity - 1];
  if (!is_array(model)) return nullptr;
  if (!as_array(model)->is_native()) return run_on_engine(op, args, arity);
  const Array& x = as_array(model)->value;
  const std::int64_t size = x.size();
  if (!computes_in(op, x.dtype) || size > kParallelGrain) return nullptr;
  char* pointers[kMaxOperands];
  std::int64_t steps[kMaxOperands];
  alignas(16) char element[16];
  for (int i = 0; i < arity; ++i) {
    if (is_array(args[i])) {
      const ArrayObject* array = as_array(args[i]);
      const Array& value = array->value;
      if (!array->is_native() || value.dtype != x.dtype || !(value.shape == x.shape) ||
          !value.c_contiguous()) {
        return nullptr;
      }
      pointers[i] = const_cast<char*>(read(value));
      steps[i] = itemsize(x.dtype);
    } else {
      const auto kind = exact_scalar_kind(args[i]);
      if (!kind) return nullptr;
      const Promoted promoted = promote(x.dtype, *kind, native_backend()->default_float);
      if (promoted.dtype != x.dtype || !promoted.standard) return nullptr;
      store_scalar(info(op).name.data(), x.dtype, args[i], element);
      pointers[i] = element;
      steps[i] = 0;
    }
  }
  const Loop loop = loop_for(op, x.dtype);
  ArrayObject* out = wrap_fresh(result_dtype(info(op).result, x.dtype), x.shape, size);
  pointers[arity] = fresh(out->value);
  steps[arity] = itemsize(out->value.dtype);
  loop(pointers, steps, size);
  return reinterpret_cast<PyObject*>(out);
}

struct Call {
  Op op;
  int arity;
  Operand operands[2];
  OperandType types[2];
  ElementwisePlan plan;
  BackendObject* backend;
  DeviceObject* device;

  // False where an operand is no operand of ours; then *stranger is it.
  bool parse_all(PyObject* const* args, PyObject** stranger) {
    for (int i = 0; i < arity; ++i) {
      if (!parse(op, args[i], &operands[i], &types[i])) {
        *stranger = args[i];
        return false;
      }
    }
    return true;
  }

  void make_plan() {
    BackendChoice choice(info(op).name.data());
    for (int i = 0; i < arity; ++i) {
      if (operands[i].array) choice.add(operands[i].array);
    }
    backend = choice.backend();
    device = choice.device();
    if (!backend) {
      throw TypeError(std::string(info(op).name) + "(): at least one operand must be an array");
    }
    plan = plan_elementwise(op, types, backend->default_float);
    if (!plan.standard) require_lenient(info(op).name, "mixed kinds; convert with astype()");
  }

  Dims shape() const {
    const Dims* shapes[2];
    std::size_t n = 0;
    for (int i = 0; i < arity; ++i) {
      if (operands[i].array) shapes[n++] = &operands[i].array->value.shape;
    }
    if (n == 1 || *shapes[0] == *shapes[1]) return *shapes[0];
    return broadcast_shapes(info(op).name, std::span(shapes, n));
  }

  // Fills inputs and scalars for run_native().
  struct Native {
    const Array* inputs[2] = {};
    const void* scalars[2] = {};
    alignas(16) char values[2][16];
  };
  void native(Native* native) const {
    for (int i = 0; i < arity; ++i) {
      if (operands[i].array) {
        native->inputs[i] = &operands[i].array->value;
      } else {
        store_operand(operands[i].scalar, native->values[i]);
        native->scalars[i] = native->values[i];
      }
    }
  }

  // In two steps, so that a scalar rounds to a 16-bit dtype as an array would.
  void store_operand(PyObject* scalar, void* element) const {
    const std::string_view function = info(op).name;
    if (plan.input == plan.kernel) {
      store_scalar(function.data(), plan.input, scalar, element);
      return;
    }
    char narrow[16];
    store_scalar(function.data(), plan.input, scalar, narrow);
    char* pointers[2] = {narrow, static_cast<char*>(element)};
    const std::int64_t steps[2] = {itemsize(plan.input), itemsize(plan.kernel)};
    kernels().cast[index(plan.input)][index(plan.kernel)](pointers, steps, 1);
  }

  PyObject* run() {
    if (backend != native_backend()) return run_foreign();
    const Loop loop = loop_for(op, plan.kernel);
    Native operands_;
    native(&operands_);
    const Dims result_shape = shape();
    const Array* like = layout_model(result_shape, operands_);
    Array out =
        like ? make_array(plan.result, result_shape,
                          dense_strides_like(result_shape, like->strides, itemsize(plan.result)))
             : make_array(plan.result, result_shape);
    run_native(loop, out, kernel_result(op, plan), operands_.inputs, operands_.scalars, arity,
               plan.kernel);
    return wrap(std::move(out));
  }

  // The result keeps the axis order of an operand that is not in C order, when all of them agree on
  // it.
  const Array* layout_model(const Dims& result_shape, const Native& operands_) const {
    if (result_shape.size() < 2) return nullptr;
    const Array* model = nullptr;
    for (int i = 0; i < arity; ++i) {
      const Array* x = operands_.inputs[i];
      if (!x || x->ndim() != result_shape.size() || !(x->shape == result_shape)) continue;
      if (x->c_contiguous()) return nullptr;
      if (!model) model = x;
    }
    return model;
  }

  py::object engine_operand(int i) const {
    if (!operands[i].array) {
      alignas(16) char element[16];
      store_scalar(info(op).name.data(), plan.input, operands[i].scalar, element);
      return steal(load_scalar(plan.input, element));
    }
    py::object raw = raw_of(backend, operands[i].array);
    if (operands[i].array->value.dtype == plan.input) return raw;
    PyObject* astype = backend_function(backend, index_of(Function::astype_));
    if (!astype) lacks_primitive(backend, "astype");
    return borrow(astype)(raw, engine_dtype(backend, device, plan.input));
  }

  PyObject* run_foreign() {
    PyObject* callable =
        is_real_part(op, plan.input) ? nullptr : backend_function(backend, index_of(op));
    const Dims result_shape = shape();
    if (!callable) return composed_op(op, operands[0].array, plan.result, result_shape, backend);
    py::object first = engine_operand(0);
    py::object second = arity == 2 ? engine_operand(1) : py::object();
    PyObject* args[2] = {first.ptr(), second.ptr()};
    py::object raw =
        steal(PyObject_Vectorcall(callable, args, static_cast<std::size_t>(arity), nullptr));
    return wrap_planned(info(op).name.data(), backend, device, raw.ptr(), plan.result,
                        result_shape);
  }
};

// NumPy's casting="same_kind": in place a result may lose range or digits, but not its kind.
bool keeps_kind(DType result, DType target) {
  constexpr int kOrder[] = {0, 2, 1, 3, 4};  // by Kind; a signed integer may take an unsigned one
  return kOrder[static_cast<int>(kind(result))] <= kOrder[static_cast<int>(kind(target))];
}

PyObject* run_inplace(Call& call, ArrayObject* target) {
  const std::string name(info(call.op).name);
  if (call.plan.result != target->value.dtype) {
    if (!keeps_kind(call.plan.result, target->value.dtype)) {
      throw TypeError(name + "(): in place the result must keep the dtype, got " +
                      std::string(arrayforge::name(call.plan.result)) + " for " +
                      std::string(arrayforge::name(target->value.dtype)));
    }
    require_lenient(name, "in-place results of another dtype; convert with astype()");
  }
  const Dims shape = call.shape();
  if (!(shape == target->value.shape)) {
    throw ShapeError(name + "(): in place the shape must stay " + to_string(target->value.shape) +
                     ", got " + to_string(shape));
  }
  if (call.backend != native_backend()) {
    if (target->backend != call.backend) {
      throw DeviceError(name + "(): in place the device must stay");
    }
    py::object result = steal(call.run_foreign());
    assign_all(target, result);
    return new_ref(reinterpret_cast<PyObject*>(target));
  }
  require_unstretched(target->value);
  if (overlaps_itself(target->value)) {
    const py::object result = steal(call.run());
    copy_into(target->value, as_array(result.ptr())->value);
    return new_ref(reinterpret_cast<PyObject*>(target));
  }
  const Loop loop = loop_for(call.op, call.plan.kernel);
  Call::Native operands;
  call.native(&operands);
  Array copies[2];
  for (int i = 0; i < call.arity; ++i) {
    const Array* x = operands.inputs[i];
    if (!x || !may_overlap(*x, target->value)) continue;
    const bool same = read(*x) == read(target->value) && x->strides == target->value.strides &&
                      x->shape == target->value.shape && x->dtype == call.plan.kernel;
    if (same) continue;
    copies[i] = copy(*x);
    operands.inputs[i] = &copies[i];
  }
  run_native(loop, target->value, kernel_result(call.op, call.plan), operands.inputs,
             operands.scalars, call.arity, call.plan.kernel);
  return new_ref(reinterpret_cast<PyObject*>(target));
}

// Null where an operand is no operand of ours; then *stranger is it.
PyObject* evaluate(Op op, PyObject* const* args, int arity, PyObject** stranger) try {
  if (PyObject* result = run_directly(op, args, arity)) return result;
  Call call;
  call.op = op;
  call.arity = arity;
  if (!call.parse_all(args, stranger)) return nullptr;
  if (arity == 1 && !call.operands[0].array) refuse(op, args[0]);
  call.make_plan();
  return call.run();
} catch (const OverflowError&) {
  PyObject* result = compare_beyond(op, args);
  if (!result) throw;
  return result;
}

}  // namespace

PyObject* elementwise_entry(Op op, PyObject* const* args, Py_ssize_t count) noexcept {
  return guarded(info(op).name.data(), [&] {
    const int arity = info(op).arity;
    if (count != arity) {
      throw TypeError(std::string(info(op).name) + "(): takes " + std::to_string(arity) +
                      " positional arguments, got " + std::to_string(count));
    }
    return mutable_result(index_of(op), Form::function, args, arity, [&] {
      PyObject* stranger = nullptr;
      if (PyObject* result = evaluate(op, args, arity, &stranger)) return result;
      refuse(op, stranger);
    });
  });
}

PyObject* component_entry(Op op, PyObject* const* args, Py_ssize_t count) noexcept {
  const ArrayObject* x = count == 1 && is_array(args[0]) ? as_array(args[0]) : nullptr;
  if (!x || !x->is_native() || !is_complex(x->value.dtype)) {
    return elementwise_entry(op, args, count);
  }
  return guarded([&] {
    return mutable_result(index_of(op), Form::function, args, 1,
                          [&] { return wrap(component(x->value, op == Op::imag_)); });
  });
}

PyObject* elementwise_operator(Op op, PyObject* a, PyObject* b) noexcept {
  return guarded(info(op).name.data(), [&] {
    PyObject* args[2] = {a, b};
    const int arity = b ? 2 : 1;
    const Form form = is_array(a) ? Form::op : Form::reflected;
    return mutable_result(index_of(op), form, args, arity, [&] {
      PyObject* stranger = nullptr;
      PyObject* result = evaluate(op, args, arity, &stranger);
      return result ? result : new_ref(Py_NotImplemented);
    });
  });
}

PyObject* inplace_operator(Op op, PyObject* a, PyObject* b) noexcept {
  return guarded(info(op).name.data(), [&] {
    PyObject* args[2] = {a, b};
    if (!as_array(a)->is_native()) {
      const auto directly = [&] { return run_inplace_on_engine(op, as_array(a), b); };
      if (PyObject* result = mutable_target(index_of(op), args, 2, directly)) return result;
    }
    Call call;
    call.op = op;
    call.arity = 2;
    PyObject* stranger = nullptr;
    py::object converted;
    if (!call.parse_all(args, &stranger)) {
      converted = operand_of_others(info(op).name.data(), stranger, as_array(a)->device);
      if (!converted) return new_ref(Py_NotImplemented);
      args[1] = converted.ptr();
      call.parse_all(args, &stranger);
    }
    call.make_plan();
    return mutable_target(index_of(op), args, 2, [&] { return run_inplace(call, as_array(a)); });
  });
}

}  // namespace arrayforge
