#include "engine_call.h"

#include <string_view>
#include <utility>
#include <vector>

#include "dtype_type.h"

namespace arrayforge {
namespace {

py::object converted(PyObject* x, DType dtype) {
  if (as_array(x)->value.dtype == dtype) return borrow(x);
  PyObject* args[2] = {x, dtype_object(dtype)};
  return steal(call_function(Function::astype_, args, 2));
}

// The str of a keyword, made once; there are some twenty.
PyObject* interned(std::string_view name) {
  static std::vector<std::pair<std::string_view, PyObject*>> names;
  for (const auto& [known, text] : names) {
    if (known == name) return text;
  }
  return names.emplace_back(name, checked(PyUnicode_InternFromString(name.data()))).second;
}

py::object keyword_names(const char* const* names, int count) {
  py::object tuple = steal(PyTuple_New(count));
  for (int i = 0; i < count; ++i) {
    PyTuple_SET_ITEM(tuple.ptr(), i, new_ref(interned(names[i])));
  }
  return tuple;
}

}  // namespace

py::object axes_object(const Dims& axes) {
  if (axes.size() == 1) return py::int_(axes[0]);
  return steal(to_tuple(axes));
}

EngineCall& EngineCall::push(const char* name, py::object object) {
  values_[count_] = std::move(object);
  names_[count_++] = name;
  return *this;
}

EngineCall& EngineCall::array(PyObject* x) { return push(nullptr, borrow(x)); }
EngineCall& EngineCall::array(PyObject* x, DType dtype) {
  return push(nullptr, converted(x, dtype));
}
EngineCall& EngineCall::array(const ArrayOrScalar& x, DType dtype) {
  if (!x.is_scalar()) return array(x.object(), dtype);
  const py::tuple shape(0);
  PyObject* args[4] = {shape.ptr(), x.object(), dtype_object(dtype),
                       reinterpret_cast<PyObject*>(device_)};
  const py::tuple names = py::make_tuple("dtype", "device");
  return push(nullptr, steal(call_function(Function::full_, args, 2, names.ptr())));
}
EngineCall& EngineCall::arrays(const py::tuple& items, DType dtype) {
  py::tuple operands(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    operands[i] = converted(py::object(items[i]).ptr(), dtype);
  }
  return push(nullptr, std::move(operands));
}
EngineCall& EngineCall::value(const Dims& shape) { return push(nullptr, steal(to_tuple(shape))); }
EngineCall& EngineCall::value(py::object object) { return push(nullptr, std::move(object)); }

EngineCall& EngineCall::keyword(const char* name, py::object object) {
  return push(name, std::move(object));
}
EngineCall& EngineCall::flag(const char* name, bool given) {
  return given ? keyword(name, py::bool_(true)) : *this;
}
EngineCall& EngineCall::dtype(DType dtype) { return keyword("dtype", borrow(dtype_object(dtype))); }
EngineCall& EngineCall::device() {
  return keyword("device", borrow(reinterpret_cast<PyObject*>(device_)));
}

py::object EngineCall::invoke(PyObject* callable, bool raw) const {
  py::object held[kMax];
  PyObject* args[1 + kMax] = {};
  const char* names[kMax];
  int used = 0, named = 0;
  for (int i = 0; i < count_; ++i) {
    PyObject* value = values_[i].ptr();
    if (raw && is_device(value)) {
      // Engines of one device need no name for it; the others say what they call it.
      PyObject* named_by = find_member(backend_, Member::engine_device);
      if (!named_by) continue;
      held[used] = steal(PyObject_CallOneArg(named_by, device_->name));
    } else {
      held[used] = raw ? to_engine(backend_, device_, value) : values_[i];
    }
    args[1 + used] = held[used].ptr();
    if (names_[i]) names[named++] = names_[i];
    ++used;
  }
  const py::object keywords = named ? keyword_names(names, named) : py::object();
  const auto positional = static_cast<std::size_t>(used - named);
  return steal(PyObject_Vectorcall(callable, args + 1, positional | PY_VECTORCALL_ARGUMENTS_OFFSET,
                                   keywords.ptr()));
}

py::object EngineCall::from_composite() const {
  const py::object composite = composite_of(function_);
  if (!composite) lacks_primitive(backend_, function_name(function_));
  return invoke(composite.ptr(), false);
}

PyObject* EngineCall::result(DType dtype, const Dims& shape) const {
  PyObject* callable = backend_function(backend_, function_);
  if (!callable) return composed(dtype, shape);
  const py::object raw = invoke(callable, true);
  return wrap_planned(called_, backend_, device_, raw.ptr(), dtype, shape);
}

PyObject* EngineCall::view(const Array& planned) const {
  PyObject* callable = backend_function(backend_, function_);
  if (!callable) return composed(planned.dtype, planned.shape);
  const py::object raw = invoke(callable, true);
  return wrap_planned(called_, backend_, device_, raw.ptr(), planned.dtype, planned.shape,
                      storage_of(as_array(values_[0].ptr())));
}

PyObject* EngineCall::described() const {
  PyObject* callable = backend_function(backend_, function_);
  if (!callable) return from_composite().release().ptr();
  return from_engine(backend_, invoke(callable, true).ptr());
}

PyObject* EngineCall::composed(DType dtype, const Dims& shape) const {
  py::object array = from_composite();
  check_planned(called_, array.ptr(), dtype, shape);
  return array.release().ptr();
}

PyObject* composed_op(Op op, ArrayObject* x, DType dtype, const Dims& shape,
                      BackendObject* backend) {
  const char* function = function_name(index_of(op));
  const py::object composite = composite_of(index_of(op));
  if (!composite) lacks_primitive(backend, function);
  py::object array = composite(borrow(reinterpret_cast<PyObject*>(x)));
  check_planned(function, array.ptr(), dtype, shape);
  return array.release().ptr();
}

}  // namespace arrayforge
