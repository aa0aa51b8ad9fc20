// Between the files of GEMM: what a product is, and the ways to compute it.
#pragma once

#include <cstdint>

#include "../core/arena.h"
#include "../core/parallel.h"
#include "../kernels/table.h"
#include "gemm.h"

namespace arrayforge::linalg {

// One product; a and b have the shapes (m, k) and (k, n).
struct Product {
  DType dtype;
  std::int64_t m, n, k;
  const char* a;
  std::int64_t a_row, a_column;
  const char* b;
  std::int64_t b_row, b_column;
  char* c;
  std::int64_t c_row;
  bool threads;  // false inside a loop that is itself spread over threads
};

class Scratch {
 public:
  explicit Scratch(std::int64_t nbytes)
      : nbytes_(static_cast<std::size_t>(nbytes)), data_(arena::allocate(nbytes_)) {}
  ~Scratch() { arena::release(data_, nbytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  char* data() const { return static_cast<char*>(data_); }

 private:
  std::size_t nbytes_;
  void* data_;
};

// Waking a thread costs some tens of microseconds; a part of this many multiplications repays it.
inline constexpr std::int64_t kMultiplicationsPerThread = std::int64_t{1} << 21;

// f(begin, end) over [0, n), whose items take `work` multiplications each.
template <class F>
void spread(bool threads, std::int64_t n, std::int64_t work, F f) {
  if (!threads || n <= 1 || n * work < 2 * kMultiplicationsPerThread) return f(0, n);
  parallel_for(n, 1 + kMultiplicationsPerThread / (work + 1), f);
}

const GemmKernel& kernel_of(DType dtype);

// Any product with m, n and k above 0.
void multiply(const Product& product);

// The five loops over packed panels.
void multiply_packed(const Product& product);

// float16 and bfloat16.
void multiply_half(const Product& product);

}  // namespace arrayforge::linalg
