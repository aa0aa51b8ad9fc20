// A planned call of an engine: operands converted to the plan's dtypes, arguments that are already
// right, and the dtype and shape that the result will have. Where the engine lacks the function,
// its composite gets the same arguments.
#pragma once

#include "foreign.h"
#include "functions.h"
#include "operands.h"

namespace arrayforge {

// One axis as an integer, which every engine takes; several as a tuple.
py::object axes_object(const Dims& axes);

class EngineCall {
 public:
  // The public function that was called, or another one that serves its plan.
  explicit EngineCall(const Arguments& a) : EngineCall(a, a.engine()->function) {}
  EngineCall(const Arguments& a, Function other) : EngineCall(a, index_of(other)) {}

  // Positional arguments, in order.
  EngineCall& array(PyObject* x);
  EngineCall& array(PyObject* x, DType dtype);
  EngineCall& array(const ArrayOrScalar& x, DType dtype);
  EngineCall& arrays(const py::tuple& items, DType dtype);
  EngineCall& value(const Dims& shape);
  EngineCall& value(py::object object);

  // Keywords, after all positions. Engines lag behind the standard: what equals the default is left
  // out.
  EngineCall& keyword(const char* name, py::object object);
  EngineCall& flag(const char* name, bool given);
  EngineCall& dtype(DType dtype);
  EngineCall& device();

  PyObject* result(DType dtype, const Dims& shape) const;
  // The planned view of the first argument, an array of this engine or one that it lifts.
  PyObject* view(const Array& planned) const;
  // Data decides the shape.
  PyObject* described() const;
  // By the composite, whatever the engine has.
  PyObject* composed(DType dtype, const Dims& shape) const;

 private:
  static constexpr int kMax = Arguments::kMax;

  EngineCall(const Arguments& a, FunctionIndex function)
      : called_(a.function()),
        function_(function),
        backend_(a.engine()->backend),
        device_(a.engine()->device) {}

  EngineCall& push(const char* name, py::object object);
  py::object invoke(PyObject* callable, bool raw) const;
  py::object from_composite() const;

  const char* called_;
  FunctionIndex function_;
  BackendObject* backend_;
  DeviceObject* device_;
  py::object values_[kMax];
  const char* names_[kMax] = {};  // null: by position
  int count_ = 0;
};

// An elementwise operation that the engine lacks, by its composite: all those take one array, whose
// dtype the plan does not change.
PyObject* composed_op(Op op, ArrayObject* x, DType dtype, const Dims& shape,
                      BackendObject* backend);

}  // namespace arrayforge
