#include "native_loop.h"

#include <algorithm>
#include <string>

#include "../core/access.h"
#include "../core/nditer.h"
#include "../core/parallel.h"
#include "unlocked.h"

namespace arrayforge {
namespace {

[[noreturn]] void lacks_loop(Op op, DType kernel) {
  throw TypeError(std::string(info(op).name) + "(): not defined for " + std::string(name(kernel)));
}

}  // namespace

Loop loop_for(Op op, DType kernel) {
  Loop loop = kernels().elementwise[index(op)][index(kernel)];
  if (!loop) lacks_loop(op, kernel);
  return loop;
}

void run_native(Loop loop, const Array& out, DType out_kernel, const Array* const* inputs,
                const void* const* scalars, int arity, DType kernel) {
  IterOperand operands[kMaxOperands];
  std::int64_t strides[kMaxOperands][kMaxRank];
  bool simple = out.dtype == out_kernel && out.c_contiguous();
  for (int i = 0; i < arity; ++i) {
    if (!inputs[i]) {
      std::fill_n(strides[i], out.ndim(), 0);
      operands[i] = {static_cast<char*>(const_cast<void*>(scalars[i])), strides[i], kernel, kernel};
      continue;
    }
    const Array& x = *inputs[i];
    operands[i] = {const_cast<char*>(read(x)), strides[i], x.dtype, kernel};
    simple = simple && x.dtype == kernel && x.shape == out.shape && x.c_contiguous();
  }
  char* target = write(out);
  const std::int64_t size = out.size();
  if (simple && size <= kParallelGrain) {
    char* pointers[kMaxOperands];
    std::int64_t steps[kMaxOperands];
    for (int i = 0; i < arity; ++i) {
      pointers[i] = operands[i].data;
      steps[i] = inputs[i] ? itemsize(kernel) : 0;
    }
    pointers[arity] = target;
    steps[arity] = itemsize(out_kernel);
    loop(pointers, steps, size);
    return;
  }
  for (int i = 0; i < arity; ++i) {
    if (inputs[i]) broadcast_strides(inputs[i]->shape, inputs[i]->strides, out.shape, strides[i]);
  }
  operands[arity] = {target, out.strides.data(), out.dtype, out_kernel};
  if (size <= kParallelGrain) {
    iterate(loop, out.shape, operands, arity + 1);
    return;
  }
  const Pin pin(out);
  const Pin first(inputs[0] ? *inputs[0] : out);
  const Pin second(arity == 2 && inputs[1] ? *inputs[1] : out);
  const WithoutGil without;
  iterate(loop, out.shape, operands, arity + 1);
}

}  // namespace arrayforge
