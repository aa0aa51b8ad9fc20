#include "matmul.h"

#include <cstring>

#include "../core/access.h"
#include "gemm.h"

namespace arrayforge {
namespace {

Dims leading(const Dims& dims) { return Dims(dims.data(), std::max(dims.size() - 2, 0)); }

// The last two axes; a vector is a row (left) or a column (right).
Matrix last_axes(const Array& x, bool left) {
  const int n = x.ndim();
  if (n == 1) {
    if (left) return {read(x), 1, x.shape[0], 0, x.strides[0]};
    return {read(x), x.shape[0], 1, x.strides[0], 0};
  }
  return {read(x), x.shape[n - 2], x.shape[n - 1], x.strides[n - 2], x.strides[n - 1]};
}

}  // namespace

double MatmulPlan::work() const {
  return static_cast<double>(size_of(stack)) * static_cast<double>(m) * static_cast<double>(n) *
         static_cast<double>(k);
}

MatmulPlan plan_matmul(const Array& a, const Array& b) {
  const std::string shapes = to_string(a.shape) + " @ " + to_string(b.shape);
  if (a.ndim() == 0 || b.ndim() == 0) {
    throw ShapeError("matmul(): needs at least 1 axis each, " + shapes);
  }
  const bool row = a.ndim() == 1;
  const bool column = b.ndim() == 1;
  MatmulPlan plan;
  plan.k = a.shape[a.ndim() - 1];
  plan.m = row ? 1 : a.shape[a.ndim() - 2];
  plan.n = column ? 1 : b.shape[b.ndim() - 1];
  if (plan.k != b.shape[column ? 0 : b.ndim() - 2]) {
    throw ShapeError("matmul(): inner dimensions differ, " + shapes);
  }
  const Dims stacks[2] = {leading(a.shape), leading(b.shape)};
  const Dims* pair[2] = {&stacks[0], &stacks[1]};
  plan.stack = broadcast_shapes("matmul", pair);
  plan.result = plan.stack;
  if (!row) plan.result.push_back(plan.m);
  if (!column) plan.result.push_back(plan.n);
  return plan;
}

void run_matmul(const MatmulPlan& plan, const Array& a, const Array& b, const Array& c) {
  char* out = write(c);
  if (c.size() == 0) return;
  if (plan.k == 0) {
    std::memset(out, 0, static_cast<std::size_t>(c.nbytes()));
    return;
  }
  const std::int64_t row_bytes = plan.n * itemsize(c.dtype);
  const Matrix left = last_axes(a, true);
  const Matrix right = last_axes(b, false);
  if (plan.stack.empty()) {
    gemm(c.dtype, left, right, out, row_bytes);
    return;
  }
  std::int64_t a_strides[kMaxRank], b_strides[kMaxRank];
  broadcast_strides(leading(a.shape), leading(a.strides), plan.stack, a_strides);
  broadcast_strides(leading(b.shape), leading(b.strides), plan.stack, b_strides);
  const Dims c_steps = c_strides(plan.stack, plan.m * row_bytes);
  const Stack stack{plan.stack.size(), plan.stack.data(), a_strides, b_strides, c_steps.data()};
  gemm_batched(c.dtype, stack, left, right, out, row_bytes);
}

}  // namespace arrayforge
