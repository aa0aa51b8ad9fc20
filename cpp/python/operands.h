// Arguments of the hand-written handlers: arrays, and arrays or Python scalars that wait for a
// dtype.
#pragma once

#include <optional>
#include <string>

#include "../core/access.h"
#include "../core/config.h"
#include "../core/nditer.h"
#include "arguments.h"
#include "array_type.h"
#include "convert.h"
#include "unlocked.h"

namespace arrayforge {

inline const Array& array_argument(const char* function, PyObject* object) {
  if (!is_array(object)) {
    throw TypeError(std::string(function) + "(): expected an arrayforge array, got " +
                    Py_TYPE(object)->tp_name + "; asarray() converts");
  }
  return as_array(object)->value;
}
inline const Array& array_argument(const Arguments& a, int i) {
  return array_argument(a.function(), a[i]);
}

// The default floating dtype where the operation runs.
inline DType default_float(const Arguments& a) {
  return (a.engine() ? a.engine()->backend : native_backend())->default_float;
}

// A dtype that the operands agree on; outside the standard's table only where strict mode is off.
inline DType require_promoted(const char* function, Promoted promoted) {
  if (!promoted.standard) require_lenient(function, "mixed kinds; convert with astype()");
  return promoted.dtype;
}

// An array as it lies, or a Python scalar.
class ArrayOrScalar {
 public:
  ArrayOrScalar(const char* function, PyObject* object) : function_(function), object_(object) {
    if (is_array(object)) return;
    kind_ = scalar_kind(object);
    if (kind_) return;
    owner_ = numpy_scalar(function, object);
    if (owner_) {
      object_ = owner_.ptr();
      kind_ = scalar_kind(object_);
    }
    if (!kind_) {
      throw TypeError(std::string(function) +
                      "(): expected an arrayforge array or a Python scalar, got " +
                      Py_TYPE(object)->tp_name + "; asarray() converts");
    }
  }

  PyObject* object() const { return object_; }
  bool is_scalar() const { return kind_.has_value(); }
  ScalarKind kind() const { return *kind_; }
  const Array& array() const { return as_array(object_)->value; }
  const Dims& shape() const {
    static const Dims kScalar{};
    return kind_ ? kScalar : array().shape;
  }

  Promoted promoted_with(DType dtype, DType default_float) const {
    return kind_ ? promote(dtype, *kind_, default_float) : promote(dtype, array().dtype);
  }

  // The array itself, or the scalar as a 0-d array of that dtype.
  Array as_operand(DType dtype) const {
    if (!kind_) return array();
    Array one = make_array(dtype, Dims());
    store_scalar(function_, dtype, object_, write(one));
    return one;
  }

 private:
  const char* function_;
  PyObject* object_;
  py::object owner_;
  std::optional<ScalarKind> kind_;
};

}  // namespace arrayforge
