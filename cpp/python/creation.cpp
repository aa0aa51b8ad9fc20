// Creation of native arrays by shape and value.
#include "../core/access.h"
#include "../core/config.h"
#include "../core/nditer.h"
#include "array_type.h"
#include "convert.h"
#include "dtype_type.h"
#include "functions.h"

namespace arrayforge {
namespace {

DType default_float() { return cpu_device()->backend->default_float; }

PyObject* require_array(const Arguments& a, int i) {
  if (!is_array(a[i])) {
    throw TypeError(std::string(a.function()) + "(): expected an arrayforge array, got " +
                    Py_TYPE(a[i])->tp_name + "; asarray() converts");
  }
  return a[i];
}

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

PyObject* filled(const char* function, const Dims& shape, DType dtype, int value) {
  Array result = fresh(function, shape, dtype);
  if (value == 0) {
    std::memset(write(result), 0, static_cast<std::size_t>(result.nbytes()));
    return wrap(std::move(result));
  }
  alignas(16) char element[16];
  const py::int_ one(value);
  store_scalar(function, dtype, one.ptr(), element);
  fill(result, element);
  return wrap(std::move(result));
}

// zeros(shape, *, dtype, device)
PyObject* by_shape(const Arguments& a, int value) {
  const DType dtype = to_optional_dtype(a.function(), a[1]).value_or(default_float());
  return filled(a.function(), to_dims(a.function(), a[0]), dtype, value);
}

// zeros_like(x, /, *, dtype, device); x may live elsewhere, only its shape and dtype count.
PyObject* by_model(const Arguments& a, int value) {
  const Array& x = as_array(require_array(a, 0))->value;
  const DType dtype = to_optional_dtype(a.function(), a[1]).value_or(x.dtype);
  return filled(a.function(), x.shape, dtype, value);
}

PyObject* full_of(const char* function, const Dims& shape, PyObject* value,
                  std::optional<DType> dtype) {
  alignas(16) char element[16];
  if (is_array(value)) {
    const ArrayObject* array = as_array(value);
    if (array->value.ndim() != 0 || !array->is_native()) {
      throw TypeError(std::string(function) +
                      "(): fill_value must be a scalar or a 0-dimensional cpu array, got shape " +
                      to_string(array->value.shape));
    }
    require_lenient(function, "a fill_value that is an array; convert with float() or int()");
    Array result = fresh(function, shape, dtype.value_or(array->value.dtype));
    copy_into(result, array->value);
    return wrap(std::move(result));
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
  const DType chosen = dtype.value_or(default_dtype(*kind, default_float()));
  store_scalar(function, chosen, scalar.ptr(), element);
  Array result = fresh(function, shape, chosen);
  fill(result, element);
  return wrap(std::move(result));
}

}  // namespace

namespace entries {

PyObject* empty(const Arguments& a) {
  const DType dtype = to_optional_dtype(a.function(), a[1]).value_or(default_float());
  return wrap(fresh(a.function(), to_dims(a.function(), a[0]), dtype));
}
PyObject* zeros(const Arguments& a) { return by_shape(a, 0); }
PyObject* ones(const Arguments& a) { return by_shape(a, 1); }
PyObject* full(const Arguments& a) {
  return full_of(a.function(), to_dims(a.function(), a[0]), a[1],
                 to_optional_dtype(a.function(), a[2]));
}

PyObject* empty_like(const Arguments& a) {
  const Array& x = as_array(require_array(a, 0))->value;
  return wrap(
      fresh(a.function(), x.shape, to_optional_dtype(a.function(), a[1]).value_or(x.dtype)));
}
PyObject* zeros_like(const Arguments& a) { return by_model(a, 0); }
PyObject* ones_like(const Arguments& a) { return by_model(a, 1); }
PyObject* full_like(const Arguments& a) {
  const Array& x = as_array(require_array(a, 0))->value;
  return full_of(a.function(), x.shape, a[1],
                 to_optional_dtype(a.function(), a[2]).value_or(x.dtype));
}

}  // namespace entries
}  // namespace arrayforge
