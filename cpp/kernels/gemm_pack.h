// Packing: lines of a matrix into panels, with the transposition this takes where the lines are
// contiguous.
#pragma once

#include "gemm.h"
#include "gemm_vector.h"

namespace arrayforge {
namespace {

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

// B by B elements: lines from memory, lines of k to the panel. The compiler makes it vector
// shuffles.
template <class Out, int B>
ARRAYFORGE_INLINE void transpose(const char* from, std::int64_t line_stride, Out* to,
                                 std::int64_t width) {
  using V = Vector<Out, B>;
  V line[B], half[B];
  for (int j = 0; j < B; ++j) __builtin_memcpy(&line[j], from + j * line_stride, sizeof(V));
  if constexpr (B == 2) {
    half[0] = V{line[0][0], line[1][0]};
    half[1] = V{line[0][1], line[1][1]};
    for (int p = 0; p < B; ++p) __builtin_memcpy(to + p * width, &half[p], sizeof(V));
  } else {
    for (int j = 0; j < 2; ++j) {
      half[j] = V{line[2 * j][0], line[2 * j + 1][0], line[2 * j][1], line[2 * j + 1][1]};
      half[j + 2] = V{line[2 * j][2], line[2 * j + 1][2], line[2 * j][3], line[2 * j + 1][3]};
    }
    for (int p = 0; p < 2; ++p) {
      line[2 * p] = V{half[2 * p][0], half[2 * p][1], half[2 * p + 1][0], half[2 * p + 1][1]};
      line[2 * p + 1] = V{half[2 * p][2], half[2 * p][3], half[2 * p + 1][2], half[2 * p + 1][3]};
    }
    for (int p = 0; p < B; ++p) __builtin_memcpy(to + p * width, &line[p], sizeof(V));
  }
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
    constexpr int B = 16 / sizeof(Out);
    const bool contiguous = job.k_stride == std::int64_t{sizeof(In)};
    for (; contiguous && j + B <= lines; j += B) {
      const char* line = from + j * job.line_stride;
      std::int64_t p = 0;
      for (; p + B <= job.k; p += B) {
        transpose<Out, B>(line + p * sizeof(In), job.line_stride, to + p * width + j, width);
      }
      for (; p < job.k; ++p) {
        for (int i = 0; i < B; ++i) {
          to[p * width + j + i] =
              converted<In, Out>(line + i * job.line_stride + p * std::int64_t{sizeof(In)});
        }
      }
    }
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
