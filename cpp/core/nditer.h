// The one outer loop: broadcasts, collapses axes, orders them, casts through small buffers and
// splits the work over threads. Kernels below it see pointers, byte strides and a count.
#pragma once

#include <cstdint>

#include "../kernels/table.h"
#include "array.h"

namespace arrayforge {

inline constexpr int kMaxOperands = 4;

struct IterOperand {
  char* data;
  const std::int64_t* strides;  // one per axis of the iteration shape, 0 where it stretches
  DType dtype;                  // of the memory
  DType kernel;                 // what the loop reads or writes
};

// Elements below which a loop runs in the calling thread and keeps the GIL.
inline constexpr std::int64_t kParallelGrain = 32768;

// Runs `loop` over the shape; the last operand is the output. An input that overlaps the output
// must be the output itself (same memory, same strides, same dtype).
void iterate(Loop loop, const Dims& shape, const IterOperand* operands, int count);

// Copies `source`, broadcast to the shape of `target` and converted to its dtype. The two may
// overlap.
void copy_into(const Array& target, const Array& source);

// A fresh C-contiguous array with the same values, converted.
Array copy(const Array& source, DType dtype);
// The same for memory that is_aligned() refuses.
Array aligned_copy(const Array& source);
inline Array copy(const Array& source) { return copy(source, source.dtype); }

// The array itself when it is C-contiguous and aligned, else a compact copy.
Array contiguous(const Array& source);

}  // namespace arrayforge
