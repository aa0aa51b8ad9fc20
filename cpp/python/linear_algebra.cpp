// Products of matrices; the other functions of the chapter are composites.
#include "../linalg/matmul.h"
#include "engine_call.h"
#include "functions.h"
#include "operands.h"

namespace arrayforge {
namespace entries {

PyObject* matmul(const Arguments& a) {
  const Array& x1 = array_argument(a, 0);
  const Array& x2 = array_argument(a, 1);
  const DType dtype = require_promoted("matmul", promote(x1.dtype, x2.dtype));
  if (dtype == DType::bool_)
    throw TypeError("matmul(): expected numeric dtypes, got bool and bool");
  const MatmulPlan plan = plan_matmul(x1, x2);
  checked_size("matmul", plan.result, itemsize(dtype));
  if (a.engine()) {
    return EngineCall(a).array(a[0], dtype).array(a[1], dtype).result(dtype, plan.result);
  }
  Array result = make_array(dtype, plan.result);
  const Pin pins[] = {Pin(x1), Pin(x2), Pin(result)};
  const auto converted = [dtype](const Array& x) { return x.dtype == dtype ? x : copy(x, dtype); };
  unlocked(plan.work() + static_cast<double>(x1.size() + x2.size()) > kParallelGrain,
           [&] { run_matmul(plan, converted(x1), converted(x2), result); });
  return wrap(std::move(result));
}

}  // namespace entries
}  // namespace arrayforge
