// Tiles of elements transposed in registers: what a loop over a transposed operand reads.
#include "gemm_pack.h"
#include "table.h"

namespace arrayforge {
namespace {

template <class T>
void transpose_lines(const char* x, std::int64_t line_stride, std::int64_t lines,
                     std::int64_t length, char* out, std::int64_t row_stride) {
  constexpr int kMost = kVectorBytes / sizeof(T);
  constexpr int B = kMost < kBlock ? kMost : kBlock;
  constexpr std::int64_t kSize = sizeof(T);
  const auto one = [&](std::int64_t j, std::int64_t p) {
    __builtin_memcpy(out + p * row_stride + j * kSize, x + j * line_stride + p * kSize, sizeof(T));
  };
  std::int64_t p = 0;
  for (; p + B <= length; p += B) {
    std::int64_t j = 0;
    for (; j + B <= lines; j += B) {
      transpose<T, B>(x + j * line_stride + p * kSize, line_stride,
                      reinterpret_cast<T*>(out + p * row_stride) + j, row_stride / kSize);
    }
    for (; j < lines; ++j) {
      for (int k = 0; k < B; ++k) one(j, p + k);
    }
  }
  for (; p < length; ++p) {
    for (std::int64_t j = 0; j < lines; ++j) one(j, p);
  }
}

}  // namespace

void ARRAYFORGE_FILL(transpose)(KernelTable& table) {
  table.transpose[2] = transpose_lines<std::uint32_t>;
  table.transpose[3] = transpose_lines<std::uint64_t>;
}

}  // namespace arrayforge
