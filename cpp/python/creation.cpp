// Creation of arrays by shape and value.
#include "dtype_type.h"
#include "engine_call.h"

namespace arrayforge {
namespace {

Array fresh(const char* function, const Dims& shape, DType dtype) {
  checked_size(function, shape, itemsize(dtype));
  return make_array(dtype, shape);
}

// One element repeated: a copy from a storage that every axis stretches.
void fill(const Array& target, const void* element) {
  Array one = make_array(target.dtype, Dims());
  std::memcpy(write(one), element, static_cast<std::size_t>(itemsize(target.dtype)));
  copy_into(target, one);
}

enum class Content { unspecified, zeros, ones };

PyObject* filled(const char* function, const Dims& shape, DType dtype, Content content) {
  Array result = fresh(function, shape, dtype);
  if (content == Content::zeros) {
    std::memset(write(result), 0, static_cast<std::size_t>(result.nbytes()));
  } else if (content == Content::ones) {
    alignas(16) char element[16];
    const py::int_ one(1);
    store_scalar(function, dtype, one.ptr(), element);
    fill(result, element);
  }
  return wrap(std::move(result));
}

// zeros(shape, *, dtype, device)
PyObject* by_shape(const Arguments& a, Content content) {
  const DType dtype = to_optional_dtype(a.function(), a[1]).value_or(default_float(a));
  const Dims shape = to_dims(a.function(), a[0]);
  if (!a.engine()) return filled(a.function(), shape, dtype, content);
  checked_size(a.function(), shape, itemsize(dtype));
  return EngineCall(a).value(shape).dtype(dtype).device().result(dtype, shape);
}

// zeros_like(x, /, *, dtype, device); x may live elsewhere, then only its shape and dtype count.
PyObject* by_model(const Arguments& a, Content content, Function by_shape) {
  const Array& x = array_argument(a, 0);
  const DType dtype = to_optional_dtype(a.function(), a[1]).value_or(x.dtype);
  if (!a.engine()) return filled(a.function(), x.shape, dtype, content);
  checked_size(a.function(), x.shape, itemsize(dtype));
  if (as_array(a[0])->device == a.engine()->device) {
    EngineCall call(a);
    call.array(a[0]);
    if (dtype != x.dtype) call.dtype(dtype);
    return call.result(dtype, x.shape);
  }
  EngineCall call(a, by_shape);
  return call.value(x.shape).dtype(dtype).device().result(dtype, x.shape);
}

// A 0-dimensional array stretched, on the device of the result.
PyObject* full_of_array(const Arguments& a, const Dims& shape, PyObject* value, DType dtype) {
  const char* function = a.function();
  const ArrayObject* array = as_array(value);
  if (array->value.ndim() != 0) {
    throw TypeError(std::string(function) +
                    "(): fill_value must be a scalar or a 0-dimensional array, got shape " +
                    to_string(array->value.shape));
  }
  require_lenient(function, "a fill_value that is an array; convert with float() or int()");
  const DeviceObject* device = a.engine() ? a.engine()->device : cpu_device();
  const BackendObject* backend = a.engine() ? a.engine()->backend : native_backend();
  // A wrapper's arrays show the devices that they wrap.
  if (array->backend != backend || (array->device != device && backend->wraps == Py_None)) {
    throw DeviceError(std::string(function) + "(): fill_value is on " +
                      py::cast<std::string>(borrow(array->device->name)) + ", not on " +
                      py::cast<std::string>(borrow(device->name)) + "; move it with to_device()");
  }
  checked_size(function, shape, itemsize(dtype));
  if (!a.engine()) {
    Array result = make_array(dtype, shape);
    copy_into(result, array->value);
    return wrap(std::move(result));
  }
  EngineCall call(a, Function::broadcast_to_);
  const py::object stretched = steal(call.array(value, dtype).value(shape).result(dtype, shape));
  PyObject* args[2] = {stretched.ptr(), dtype_object(dtype)};
  return call_function(Function::astype_, args, 2);
}

PyObject* full_of(const Arguments& a, const Dims& shape, PyObject* value,
                  std::optional<DType> dtype) {
  const char* function = a.function();
  if (is_array(value)) {
    return full_of_array(a, shape, value, dtype.value_or(as_array(value)->value.dtype));
  }
  py::object scalar = borrow(value);
  auto kind = scalar_kind(value);
  if (!kind) {
    py::object number = numpy_scalar(function, value);
    if (!number && py::hasattr(scalar, "item")) {
      require_lenient(function, "a fill_value that is an array; convert with float() or int()");
      number = scalar.attr("item")();
    }
    if (number) {
      scalar = number;
      kind = scalar_kind(scalar.ptr());
    }
  }
  if (!kind) {
    throw TypeError(std::string(function) + "(): fill_value must be a Python scalar, got " +
                    Py_TYPE(value)->tp_name);
  }
  const DType chosen = dtype.value_or(default_dtype(*kind, default_float(a)));
  alignas(16) char element[16];
  store_scalar(function, chosen, scalar.ptr(), element);
  if (a.engine()) {
    checked_size(function, shape, itemsize(chosen));
    EngineCall call(a, Function::full_);
    call.value(shape).value(steal(load_scalar(chosen, element)));
    return call.dtype(chosen).device().result(chosen, shape);
  }
  Array result = fresh(function, shape, chosen);
  fill(result, element);
  return wrap(std::move(result));
}

}  // namespace

namespace entries {

PyObject* empty(const Arguments& a) { return by_shape(a, Content::unspecified); }
PyObject* zeros(const Arguments& a) { return by_shape(a, Content::zeros); }
PyObject* ones(const Arguments& a) { return by_shape(a, Content::ones); }
PyObject* full(const Arguments& a) {
  return full_of(a, to_dims(a.function(), a[0]), a[1], to_optional_dtype(a.function(), a[2]));
}

PyObject* empty_like(const Arguments& a) {
  return by_model(a, Content::unspecified, Function::empty_);
}
PyObject* zeros_like(const Arguments& a) { return by_model(a, Content::zeros, Function::zeros_); }
PyObject* ones_like(const Arguments& a) { return by_model(a, Content::ones, Function::ones_); }
PyObject* full_like(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  return full_of(a, x.shape, a[1], to_optional_dtype(a.function(), a[2]).value_or(x.dtype));
}

}  // namespace entries
}  // namespace arrayforge
