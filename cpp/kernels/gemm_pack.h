// Packing: lines of a matrix into panels, with the transposition this takes where the lines are
// contiguous.
#pragma once

#include "gemm.h"
#include "gemm_vector.h"

namespace arrayforge {
namespace {

// Lines transposed at once; divides the rows and columns of every tile of real numbers.
constexpr int kBlock = kVectorBytes == 64 ? 8 : 4;

// An element of complex128: only ever copied.
struct Pair {
  std::uint64_t first, second;
};

template <class In, class Out>
ARRAYFORGE_INLINE Out converted(const char* from) {
  if constexpr (sizeof(In) == sizeof(Out)) {
    return load_one<Out>(from);
  } else {
    return static_cast<Out>(load_one<In>(from));
  }
}

// Element by element: the first halves of x and y, or the second ones.
template <class Out, int B>
ARRAYFORGE_INLINE void interleave(Vector<Out, B> x, Vector<Out, B> y, Vector<Out, B>* low,
                                  Vector<Out, B>* high) {
  if constexpr (B == 2) {
    *low = __builtin_shufflevector(x, y, 0, 2);
    *high = __builtin_shufflevector(x, y, 1, 3);
  } else if constexpr (B == 4) {
    *low = __builtin_shufflevector(x, y, 0, 4, 1, 5);
    *high = __builtin_shufflevector(x, y, 2, 6, 3, 7);
  } else {
    *low = __builtin_shufflevector(x, y, 0, 8, 1, 9, 2, 10, 3, 11);
    *high = __builtin_shufflevector(x, y, 4, 12, 5, 13, 6, 14, 7, 15);
  }
}

// B by B elements: lines from memory, lines of k to the panel. Each turn interleaves the first half
// of the lines with the second; log2(B) turns transpose.
template <class Out, int B>
ARRAYFORGE_INLINE void transpose(const char* from, std::int64_t line_stride, Out* to,
                                 std::int64_t width) {
  using V = Vector<Out, B>;
  V line[B], next[B];
  for (int j = 0; j < B; ++j) __builtin_memcpy(&line[j], from + j * line_stride, sizeof(V));
#pragma GCC unroll 4
  for (int turn = 1; turn < B; turn *= 2) {
#pragma GCC unroll 4
    for (int j = 0; j < B / 2; ++j) {
      interleave<Out, B>(line[j], line[j + B / 2], &next[2 * j], &next[2 * j + 1]);
    }
#pragma GCC unroll 8
    for (int j = 0; j < B; ++j) line[j] = next[j];
  }
  for (int p = 0; p < B; ++p) __builtin_memcpy(to + p * width, &line[p], sizeof(V));
}

// As many of `lines` lines, contiguous along k, as blocks of B hold; their number. A block of B is
// a line of the cache where that can be, so that lines a power of two apart do not drive each other
// out.
template <class Out, int B>
std::int64_t pack_blocks(const PackJob& job, const char* from, std::int64_t lines, Out* to) {
  const std::int64_t blocks = lines / B * B, size = sizeof(Out);
  std::int64_t p = 0;
  for (; p + B <= job.k; p += B) {
    for (std::int64_t j = 0; j < blocks; j += B) {
      transpose<Out, B>(from + j * job.line_stride + p * size, job.line_stride,
                        to + p * job.width + j, job.width);
    }
  }
  for (; p < job.k; ++p) {
    for (std::int64_t j = 0; j < blocks; ++j) {
      to[p * job.width + j] = load_one<Out>(from + j * job.line_stride + p * size);
    }
  }
  return blocks;
}

// `lines` lines of one panel.
template <class In, class Out>
void pack_panel(const PackJob& job, const char* from, std::int64_t lines, Out* to) {
  const std::int64_t width = job.width;
  if (job.line_stride == std::int64_t{sizeof(In)}) {
    for (std::int64_t p = 0; p < job.k; ++p) {
      const char* row = from + p * job.k_stride;
      Out* packed = to + p * width;
      for (std::int64_t j = 0; j < lines; ++j) packed[j] = converted<In, Out>(row + j * sizeof(In));
    }
    return;
  }
  std::int64_t j = 0;
  if constexpr (sizeof(In) == sizeof(Out) && (sizeof(Out) == 4 || sizeof(Out) == 8)) {
    constexpr int most = kVectorBytes / sizeof(Out);
    constexpr int B = most < kBlock ? most : kBlock;
    if (job.k_stride == std::int64_t{sizeof(In)}) j = pack_blocks<Out, B>(job, from, lines, to);
  }
  for (; j < lines; ++j) {
    const char* line = from + j * job.line_stride;
    for (std::int64_t p = 0; p < job.k; ++p) {
      to[p * width + j] = converted<In, Out>(line + p * job.k_stride);
    }
  }
}

template <class In, class Out>
void pack(const PackJob& job, char* packed) {
  for (std::int64_t j = 0; j < job.extent; j += job.width) {
    const std::int64_t lines = job.extent - j < job.width ? job.extent - j : job.width;
    Out* panel = reinterpret_cast<Out*>(packed) + j * job.k;
    pack_panel<In, Out>(job, job.source + j * job.line_stride, lines, panel);
    for (std::int64_t p = 0; lines < job.width && p < job.k; ++p) {
      __builtin_memset(panel + p * job.width + lines, 0, (job.width - lines) * sizeof(Out));
    }
  }
}

}  // namespace
}  // namespace arrayforge
