#include "operands_beyond.h"

#include <optional>

#include "../core/config.h"
#include "functions.h"

namespace arrayforge {
namespace {

// Whether op(x, y) holds where x is smaller than y, or larger.
std::optional<bool> holds(Op op, bool smaller) {
  switch (op) {
    case Op::equal_:
      return false;
    case Op::not_equal_:
      return true;
    case Op::less_:
    case Op::less_equal_:
      return smaller;
    case Op::greater_:
    case Op::greater_equal_:
      return !smaller;
    default:
      return std::nullopt;
  }
}

}  // namespace

PyObject* compare_beyond(Op op, PyObject* const* args) {
  const bool array_first = is_array(args[0]);
  if (!holds(op, true) || array_first == is_array(args[1])) return nullptr;
  const ArrayObject* array = as_array(args[array_first ? 0 : 1]);
  PyObject* scalar = args[array_first ? 1 : 0];
  if (!is_integer(array->value.dtype) || !PyLong_Check(scalar)) return nullptr;
  const int negative = PyObject_RichCompareBool(scalar, py::int_(0).ptr(), Py_LT);
  if (negative < 0) throw error_already_set();
  const bool smaller = array_first ? !negative : negative;
  const py::object shape = steal(to_tuple(array->value.shape));
  PyObject* values[3] = {shape.ptr(), *holds(op, smaller) ? Py_True : Py_False,
                         reinterpret_cast<PyObject*>(array->device)};
  const py::tuple keywords = py::make_tuple("device");
  return call_function(Function::full_, values, 2, keywords.ptr());
}

py::object operand_of_others(const char* function, PyObject* object, DeviceObject* device) {
  if (!PyObject_HasAttrString(object, "__array__") &&
      !PyObject_HasAttrString(object, "__dlpack__")) {
    return {};
  }
  require_lenient(function, "arrays of other libraries as operands; convert with asarray()");
  return asarray_on(object, device);
}

}  // namespace arrayforge
