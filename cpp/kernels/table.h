// The table of kernels of one ISA level, and how a kernel file fills its part of it.
//
// Every kernels/FAMILY.cpp is compiled once per ISA level, with ARRAYFORGE_ISA set to the level's
// name, and exports exactly one symbol: ARRAYFORGE_FILL(FAMILY). Everything else in it lives in
// anonymous namespaces and uses no std:: containers or algorithms, so that no weak symbol carries a
// new instruction to an old processor. Levels are filled in order, v2 first: a higher one starts as
// a copy of the lower and overrides what it does better.
#pragma once

#include <cstdint>

#include "../core/dtype.h"
#include "gemm.h"
#include "reduce.h"
#include "sort.h"

namespace arrayforge {

enum class Op : std::uint8_t {
#define OP(name, arity, accepts, result, summary) name##_,
#include "../ops.def"
};
#define OP(name, arity, accepts, result, summary) +1
inline constexpr std::size_t kOpCount = 0
#include "../ops.def"
    ;
constexpr std::size_t index(Op op) { return static_cast<std::size_t>(op); }

// n elements. pointers[k] advances by strides[k] bytes per element; the output comes last. An input
// is either the output itself (same pointer and stride) or does not overlap it. bool is one byte;
// any non-zero byte reads as true, and kernels write 0 or 1. Elements are aligned to their dtype.
using Loop = void (*)(char* const* pointers, const std::int64_t* strides, std::int64_t n);

// Lines of contiguous elements, `length` of each: element p of line j goes to place j of row p.
using Transpose = void (*)(const char* x, std::int64_t line_stride, std::int64_t lines,
                           std::int64_t length, char* out, std::int64_t row_stride);

struct KernelTable {
  const char* isa = nullptr;
  // By operation and dtype of the inputs; null where the operation does not take that dtype.
  // float16 and bfloat16 are computed in float32 through casts, except for nextafter.
  Loop elementwise[kOpCount][kDTypeCount] = {};
  Loop cast[kDTypeCount][kDTypeCount] = {};  // from, to; complex to real keeps the real part
  Loop select[5] = {};          // condition, x1, x2, output; by the logarithm of the item size
  Transpose transpose[5] = {};  // by the logarithm of the item size; null where it has none
  SortKernels sort = {};
  GemmKernels gemm = {};
  ReduceKernels reduce = {};
};

// FAMILY(name, level) for every kernels/*.cpp that is compiled per level.
#define ARRAYFORGE_FAMILIES(FAMILY, level) \
  FAMILY(elementwise, level)               \
  FAMILY(cast, level)                      \
  FAMILY(select, level)                    \
  FAMILY(transpose, level)                 \
  FAMILY(mathematics, level)               \
  FAMILY(mathematics32, level)             \
  FAMILY(complex, level)                   \
  FAMILY(sort, level)                      \
  FAMILY(gemm, level)                      \
  FAMILY(reduce, level)

#define ARRAYFORGE_PASTE2(a, b) a##_##b
#define ARRAYFORGE_PASTE(a, b) ARRAYFORGE_PASTE2(a, b)
#define ARRAYFORGE_FILL(family) ARRAYFORGE_PASTE(fill_##family, ARRAYFORGE_ISA)

// The table in force: the best level the processor has, lowered by ARRAYFORGE_ISA.
extern const KernelTable* const kKernels;
inline const KernelTable& kernels() { return *kKernels; }

// Levels this processor can run, lowest first, separated by spaces.
const char* isa_levels();

}  // namespace arrayforge
