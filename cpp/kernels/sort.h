// What sorting, searching and selecting ask of an ISA level.
//
// Buffers are contiguous and hold one dtype unless a stride (in bytes) is given; the driver copies
// strided lanes in and out. The order is NumPy's: -0.0 equals 0.0, NaN comes after everything,
// complex numbers go by real part, then imaginary part, those with a NaN last (NaN in the imaginary
// part, in the real part, in both). Descending is the reverse order, so NaN comes first there; ties
// keep their original order both ways.
#pragma once

#include <cstdint>

#include "../core/dtype.h"

namespace arrayforge {

// Kernels that only move elements are chosen by item size: 1, 2, 4, 8, 16.
inline constexpr std::size_t kSizeClasses = 5;
constexpr std::size_t size_class(std::int64_t itemsize) {
  return itemsize == 1 ? 0 : 1 + size_class(itemsize / 2);
}

struct SortKernels {
  // Bytes of scratch (64-byte aligned) that sort and argsort of n elements need.
  std::int64_t (*sort_scratch[kDTypeCount])(std::int64_t n) = {};
  std::int64_t (*argsort_scratch[kDTypeCount])(std::int64_t n) = {};

  // Sorts in place. Every bit pattern survives; equal zeros and NaNs may change places.
  void (*sort[kDTypeCount])(void* data, std::int64_t n, void* scratch, bool descending) = {};
  // Writes the stable order of data to out.
  void (*argsort[kDTypeCount])(const void* data, std::int64_t n, std::int64_t* out, void* scratch,
                               bool descending) = {};
  // out[i]: how many elements of sorted (ascending) are less than values[i]; with right, not
  // greater.
  void (*searchsorted[kDTypeCount])(const void* sorted, std::int64_t n, const void* values,
                                    std::int64_t m, std::int64_t* out, bool right) = {};

  // Keeps the first element of each run of equal ones, in place, and returns how many there are;
  // NaNs are all different. starts, unless null, has room for n and gets the position where each
  // run began.
  std::int64_t (*unique[kDTypeCount])(void* sorted, std::int64_t n, std::int64_t* starts) = {};
  // From a stable order of n elements and the starts of its count runs: the index of the first
  // occurrence of each unique element, and for each element the number of its run. Either output
  // may be null.
  void (*unique_indices)(const std::int64_t* order, std::int64_t n, const std::int64_t* starts,
                         std::int64_t count, std::int64_t* first, std::int64_t* inverse) = nullptr;

  std::int64_t (*count_nonzero[kDTypeCount])(const char* data, std::int64_t stride,
                                             std::int64_t n) = {};

  // A mask is contiguous bytes, any non-zero byte selects; count is how many it selects, counted
  // beforehand, and nothing beyond count elements is written. out[k] = base + position of the k-th
  // selected byte.
  void (*nonzero)(const char* mask, std::int64_t base, std::int64_t* out,
                  std::int64_t count) = nullptr;
  // dst (contiguous) gets the selected elements of src.
  void (*compress[kSizeClasses])(const char* src, std::int64_t src_stride, const char* mask,
                                 char* dst, std::int64_t count) = {};
  // The selected elements of dst get those of values in turn; stride 0 repeats one.
  void (*expand[kSizeClasses])(char* dst, std::int64_t dst_stride, const char* mask,
                               const char* values, std::int64_t value_stride,
                               std::int64_t count) = {};

  // Indices are validated and not negative. dst (contiguous) gets src[indices[i]]; dst[indices[i]]
  // gets src[i], the last one where indices repeat.
  void (*take[kSizeClasses])(const char* src, std::int64_t src_stride, const std::int64_t* indices,
                             std::int64_t n, char* dst) = {};
  void (*scatter[kSizeClasses])(char* dst, std::int64_t dst_stride, const std::int64_t* indices,
                                std::int64_t n, const char* src, std::int64_t src_stride) = {};
};

}  // namespace arrayforge
