#include "inplace_operators.h"

namespace arrayforge {

InplaceOperator inplace_operator_of(Op op) {
  switch (op) {
    case Op::add_:
      return PyNumber_InPlaceAdd;
    case Op::subtract_:
      return PyNumber_InPlaceSubtract;
    case Op::multiply_:
      return PyNumber_InPlaceMultiply;
    case Op::divide_:
      return PyNumber_InPlaceTrueDivide;
    case Op::floor_divide_:
      return PyNumber_InPlaceFloorDivide;
    case Op::remainder_:
      return PyNumber_InPlaceRemainder;
    case Op::pow_:
      return [](PyObject* a, PyObject* b) { return PyNumber_InPlacePower(a, b, Py_None); };
    case Op::bitwise_and_:
      return PyNumber_InPlaceAnd;
    case Op::bitwise_or_:
      return PyNumber_InPlaceOr;
    case Op::bitwise_xor_:
      return PyNumber_InPlaceXor;
    case Op::bitwise_left_shift_:
      return PyNumber_InPlaceLshift;
    case Op::bitwise_right_shift_:
      return PyNumber_InPlaceRshift;
    default:
      return nullptr;
  }
}

}  // namespace arrayforge
