// What GEMM asks of an ISA level: per dtype a register tile over packed panels, a kernel over
// unpacked operands, dot products, and packing. Shapes, blocking and threads belong to
// linalg/gemm.cpp.
#pragma once

#include <cstdint>

#include "../core/dtype.h"

namespace arrayforge {

// c (m, n) = a (m, k) @ b (k, n), or c += where accumulate. Strides are in bytes, of any sign or 0;
// rows of b and c are contiguous, and c overlaps neither operand.
struct GemmBlock {
  std::int64_t m, n, k;
  const char* a;
  std::int64_t a_row, a_column;
  const char* b;
  std::int64_t b_row;
  char* c;
  std::int64_t c_row;
  bool accumulate;
};

// Copies lines [0, extent) of a matrix, each k long, into panels of `width` lines: element p of
// line j of a panel lies at p * width + j. Lines that a last panel lacks are zeros.
struct PackJob {
  const char* source;
  std::int64_t line_stride, k_stride, extent, k, width;
};

struct GemmKernel {
  // The register tile, the longest k of one pass, and the bytes of a packed element.
  std::int64_t mr = 0, nr = 0, kc = 0, packed_size = 0;
  // A tile of at most mr by nr; a and b are packed panels of widths mr and nr, their strides are
  // not looked at.
  void (*tile)(const GemmBlock& block) = nullptr;
  // Any block, unpacked.
  void (*direct)(const GemmBlock& block) = nullptr;
  // out[j] = sum over p < k of x[p] * y[p] in line j, the lines `line` bytes apart; x and lines are
  // contiguous.
  void (*dots)(const char* x, const char* y, std::int64_t line, std::int64_t n, std::int64_t k,
               char* out) = nullptr;
  void (*pack)(const PackJob& job, char* packed) = nullptr;
  // The same without a change of type, for operands that `direct` and `dots` cannot read as they
  // are.
  void (*copy)(const PackJob& job, char* copied) = nullptr;
};

// Null where there is no kernel: bool, and float16 and bfloat16, which are widened to float32
// first.
struct GemmKernels {
  GemmKernel of[kDTypeCount] = {};
};

}  // namespace arrayforge
