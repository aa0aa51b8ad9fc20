// Operators of Array: each is the elementwise operation of its name.
#include "../core/access.h"
#include "../core/config.h"
#include "array_type.h"
#include "convert.h"
#include "elementwise.h"
#include "functions.h"
#include "indexing_foreign.h"
#include "mutants.h"
#include "operands_beyond.h"

namespace arrayforge {
namespace {

template <Op op>
PyObject* binary(PyObject* a, PyObject* b) {
  return elementwise_operator(op, a, b);
}
template <Op op>
PyObject* unary(PyObject* a) {
  return elementwise_operator(op, a, nullptr);
}
template <Op op>
PyObject* inplace(PyObject* a, PyObject* b) {
  return inplace_operator(op, a, b);
}

PyObject* power(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
  return elementwise_operator(Op::pow_, a, b);
}
PyObject* inplace_power(PyObject* a, PyObject* b, PyObject*) {
  return inplace_operator(Op::pow_, a, b);
}

PyObject* matmul(PyObject* a, PyObject* b) {
  if (!is_array(a) || !is_array(b)) Py_RETURN_NOTIMPLEMENTED;
  return guarded("matmul", [&] {
    PyObject* args[2] = {a, b};
    return mutable_result(index_of(Function::matmul_), Form::op, args, 2,
                          [&] { return call_function(Function::matmul_, args, 2); });
  });
}
PyObject* run_inplace_matmul(PyObject* const* args) {
  py::object product = steal(call_function(Function::matmul_, args, 2));
  if (!(as_array(product.ptr())->value.shape == as_array(args[0])->value.shape)) {
    throw ShapeError("matmul(): in place the shape must stay " +
                     to_string(as_array(args[0])->value.shape));
  }
  assign_all(as_array(args[0]), product);
  return new_ref(args[0]);
}
PyObject* inplace_matmul(PyObject* a, PyObject* b) {
  return guarded("matmul", [&] {
    PyObject* args[2] = {a, b};
    py::object converted;
    if (!is_array(b)) {
      converted = operand_of_others("matmul", b, as_array(a)->device);
      if (!converted) return new_ref(Py_NotImplemented);
      args[1] = converted.ptr();
    }
    return mutable_target(index_of(Function::matmul_), args, 2,
                          [&] { return run_inplace_matmul(args); });
  });
}

// The only element of an array as a Python scalar; throws for any other size.
py::object only_element(PyObject* self, const char* function) {
  ArrayObject* array = as_array(self);
  if (array->value.size() != 1) {
    throw TypeError(std::string(function) +
                    "(): only an array of one element converts, got shape " +
                    to_string(array->value.shape));
  }
  if (array->value.ndim() > 0) {
    require_lenient(function, "arrays with axes as scalars; index the element, as in x[0, 0]");
  }
  if (array->is_native()) return steal(load_scalar(array->value.dtype, read(array->value)));
  const py::object raw = borrow(array->raw);
  PyObject* item = require_member(array->backend, Member::item);
  py::object value = steal(PyObject_CallOneArg(item, raw.ptr()));
  // A wrapper hands out the array that it wraps.
  return is_array(value.ptr()) ? only_element(value.ptr(), function) : value;
}

int truth(PyObject* self) {
  int result = -1;
  guarded_status([&] {
    ArrayObject* array = as_array(self);
    if (array->value.size() != 1) {
      throw ValueError("bool(): the truth of an array of shape " + to_string(array->value.shape) +
                       " is ambiguous; use any() or all()");
    }
    result = PyObject_IsTrue(only_element(self, "bool").ptr());
  });
  return result;
}

PyObject* to_float(PyObject* self) {
  return guarded([&] { return checked(PyNumber_Float(only_element(self, "float").ptr())); });
}
PyObject* to_python_int(PyObject* self) {
  return guarded([&] { return checked(PyNumber_Long(only_element(self, "int").ptr())); });
}
PyObject* to_index(PyObject* self) {
  return guarded([&] {
    ArrayObject* array = as_array(self);
    if (!is_integer(array->value.dtype) || array->value.ndim() != 0) {
      throw TypeError("__index__(): only a 0-dimensional array of integers is an index, got " +
                      std::string(name(array->value.dtype)) + " of shape " +
                      to_string(array->value.shape));
    }
    // A wrapper's only element may be an array again.
    return checked(PyNumber_Index(only_element(self, "__index__").ptr()));
  });
}

}  // namespace

PyObject* array_compare(PyObject* self, PyObject* other, int operation) {
  constexpr Op kOperations[] = {Op::less_,      Op::less_equal_, Op::equal_,
                                Op::not_equal_, Op::greater_,    Op::greater_equal_};
  return elementwise_operator(kOperations[operation], self, other);
}

#define SLOT(name, function) \
  { Py_nb_##name, reinterpret_cast<void*>(function) }
PyType_Slot number_slots[] = {
    SLOT(add, binary<Op::add_>),
    SLOT(subtract, binary<Op::subtract_>),
    SLOT(multiply, binary<Op::multiply_>),
    SLOT(true_divide, binary<Op::divide_>),
    SLOT(floor_divide, binary<Op::floor_divide_>),
    SLOT(remainder, binary<Op::remainder_>),
    SLOT(power, power),
    SLOT(matrix_multiply, matmul),
    SLOT(and, binary<Op::bitwise_and_>),
    SLOT(or, binary<Op::bitwise_or_>),
    SLOT(xor, binary<Op::bitwise_xor_>),
    SLOT(lshift, binary<Op::bitwise_left_shift_>),
    SLOT(rshift, binary<Op::bitwise_right_shift_>),
    SLOT(negative, unary<Op::negative_>),
    SLOT(positive, unary<Op::positive_>),
    SLOT(absolute, unary<Op::abs_>),
    SLOT(invert, unary<Op::bitwise_invert_>),
    SLOT(inplace_add, inplace<Op::add_>),
    SLOT(inplace_subtract, inplace<Op::subtract_>),
    SLOT(inplace_multiply, inplace<Op::multiply_>),
    SLOT(inplace_true_divide, inplace<Op::divide_>),
    SLOT(inplace_floor_divide, inplace<Op::floor_divide_>),
    SLOT(inplace_remainder, inplace<Op::remainder_>),
    SLOT(inplace_power, inplace_power),
    SLOT(inplace_matrix_multiply, inplace_matmul),
    SLOT(inplace_and, inplace<Op::bitwise_and_>),
    SLOT(inplace_or, inplace<Op::bitwise_or_>),
    SLOT(inplace_xor, inplace<Op::bitwise_xor_>),
    SLOT(inplace_lshift, inplace<Op::bitwise_left_shift_>),
    SLOT(inplace_rshift, inplace<Op::bitwise_right_shift_>),
    SLOT(bool, truth),
    SLOT(float, to_float),
    SLOT(int, to_python_int),
    SLOT(index, to_index),
    {0, nullptr},
};
#undef SLOT

}  // namespace arrayforge
