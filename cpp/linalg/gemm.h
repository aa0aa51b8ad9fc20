// Matrix products of every numeric dtype, over operands as they lie.
//
// The bits of a result depend on shapes, strides, dtype and ISA level, never on the number of
// threads. Integers wrap; float16 and bfloat16 are summed in float32 and rounded once.
#pragma once

#include <cstdint>

#include "../core/dtype.h"

namespace arrayforge {

// Strides are in bytes, of any sign or 0.
struct Matrix {
  const void* data;
  std::int64_t rows, columns;
  std::int64_t row_stride, column_stride;
};

// c = a @ b. Rows of c are contiguous, c_row_stride bytes apart, and overlap neither operand.
void gemm(DType dtype, const Matrix& a, const Matrix& b, void* c, std::int64_t c_row_stride);

// The dimensions before the last two, already broadcast; strides in bytes.
struct Stack {
  int ndim;
  const std::int64_t* shape;
  const std::int64_t* a_strides;
  const std::int64_t* b_strides;
  const std::int64_t* c_strides;
};

// a, b and c are the first matrices of their stacks.
void gemm_batched(DType dtype, const Stack& stack, const Matrix& a, const Matrix& b, void* c,
                  std::int64_t c_row_stride);

}  // namespace arrayforge
