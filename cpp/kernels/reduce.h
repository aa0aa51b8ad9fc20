// Kernels of reductions: strided elements folded into accumulators. Sums and products of 16- and
// 32-bit floats accumulate in float64, those of integers in 64 bits that wrap; extremes keep their
// dtype. total is the sum in floating point, of integers too.
#pragma once

#include <cstdint>

#include "../core/dtype.h"

namespace arrayforge {

enum class Reduction : std::uint8_t { sum, prod, max, min, any, all, count, variance, total };
inline constexpr std::size_t kReductionCount = 9;
constexpr std::size_t index(Reduction r) { return static_cast<std::size_t>(r); }

// Rows folded into a row of accumulators at once. Each is a stream of its own from memory, and so
// many keep it busy.
inline constexpr int kRowsAtOnce = 12;

struct ReduceKernels {
  // n elements of x into one accumulator. `center` is read by variance only: the mean, float64 or
  // complex128.
  using Fold = void (*)(const char* x, std::int64_t stride, std::int64_t n, char* acc,
                        const char* center);
  // Element i of each of the rows into accumulator i; accumulators and centers lie without gaps.
  using Rows = void (*)(const char* x, std::int64_t stride, std::int64_t row_stride,
                        std::int64_t count, std::int64_t n, char* acc, const char* center);
  // Running values; out elements have the accumulator's dtype. acc holds the value before the
  // first.
  using Scan = void (*)(const char* x, std::int64_t stride, std::int64_t n, char* out,
                        std::int64_t out_stride, char* acc);
  // The same down n dense columns of `count` rows, into dense rows; the row before the first, or
  // null.
  using ScanRows = void (*)(const char* x, std::int64_t row_stride, std::int64_t count,
                            std::int64_t n, char* out, std::int64_t out_stride, const char* before);
  // Index of the first extreme of n > 0 elements; a NaN counts as the extreme.
  using Locate = std::int64_t (*)(const char* x, std::int64_t stride, std::int64_t n);

  // The same for n dense columns of `count` rows each.
  using LocateRows = void (*)(const char* x, std::int64_t row_stride, std::int64_t count,
                              std::int64_t n, std::int64_t* where);

  Fold fold[kReductionCount][kDTypeCount];  // null where the dtype has no such reduction
  Rows rows[kReductionCount][kDTypeCount];
  Scan scan[2][kDTypeCount];  // sum, prod
  ScanRows scan_rows[2][kDTypeCount];
  Locate locate[2][kDTypeCount];  // max, min
  LocateRows locate_rows[2][kDTypeCount];
  void (*identity[kReductionCount][kDTypeCount])(char* acc);
};

}  // namespace arrayforge
