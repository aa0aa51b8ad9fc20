// where(): three operands through the outer loop.
#include <bit>

#include "../core/nditer.h"
#include "dtype_type.h"
#include "engine_call.h"
#include "functions.h"
#include "operands.h"

namespace arrayforge {
namespace {

DType common_dtype(const ArrayOrScalar& x1, const ArrayOrScalar& x2, DType wide) {
  if (x1.is_scalar() && x2.is_scalar()) {
    const DType first = default_dtype(x1.kind(), wide);
    return promote(first, x2.kind(), wide).dtype;
  }
  if (x1.is_scalar()) return require_promoted("where", promote(x2.array().dtype, x1.kind(), wide));
  return require_promoted("where", x2.promoted_with(x1.array().dtype, wide));
}

}  // namespace

PyObject* entries::where(const Arguments& a) {
  const ArrayOrScalar first("where", a[0]);
  const ArrayOrScalar x1("where", a[1]);
  const ArrayOrScalar x2("where", a[2]);
  const bool boolean =
      first.is_scalar() ? first.kind() == ScalarKind::boolean : first.array().dtype == DType::bool_;
  if (!boolean) require_lenient("where", "a condition that is not boolean; compare it with 0");
  const DType dtype = common_dtype(x1, x2, default_float(a));
  const Dims* shapes[3] = {&first.shape(), &x1.shape(), &x2.shape()};
  const Dims shape = broadcast_shapes("where", shapes);
  checked_size("where", shape, itemsize(dtype));
  if (a.engine()) {
    EngineCall call(a);
    return call.array(first, DType::bool_).array(x1, dtype).array(x2, dtype).result(dtype, shape);
  }
  const Array inputs[3] = {first.as_operand(DType::bool_), x1.as_operand(dtype),
                           x2.as_operand(dtype)};
  Array out = make_array(dtype, shape);
  IterOperand operands[4];
  std::int64_t strides[3][kMaxRank];
  for (int i = 0; i < 3; ++i) {
    broadcast_strides(inputs[i].shape, inputs[i].strides, shape, strides[i]);
    operands[i] = {const_cast<char*>(read(inputs[i])), strides[i], inputs[i].dtype,
                   i == 0 ? DType::bool_ : dtype};
  }
  operands[3] = {write(out), out.strides.data(), dtype, dtype};
  const Pin pins[4] = {Pin(inputs[0]), Pin(inputs[1]), Pin(inputs[2]), Pin(out)};
  const int size_class = std::countr_zero(static_cast<unsigned>(itemsize(dtype)));
  unlocked(out.size() > kParallelGrain,
           [&] { iterate(kernels().select[size_class], shape, operands, 4); });
  return wrap(std::move(out));
}

}  // namespace arrayforge
