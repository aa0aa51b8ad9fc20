// Block sizes of GEMM: how much of each operand is packed at a time, from the sizes of the caches.
#pragma once

#include <cstdint>

#include "../kernels/gemm.h"

namespace arrayforge {

struct Blocking {
  std::int64_t mc = 0;  // rows of a packed at once; the block stays in the second cache
  std::int64_t nc = 0;  // columns of b packed at once; the block stays in the last cache
  // b is read as it lies up to this many bytes.
  std::int64_t direct_bytes = 0;
};

// What is in force for a kernel. Neither number changes the bits of a result, only the time it
// takes.
Blocking blocking(const GemmKernel& kernel);

// Its direct_bytes alone, without the divisions: every small product asks.
std::int64_t direct_bytes();

// Replaces what the caches suggest, for every kernel; zeros leave a number as it is. Not while
// products are running.
void set_blocking(const Blocking& blocking);

}  // namespace arrayforge
