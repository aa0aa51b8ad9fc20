// float16 and bfloat16: operands are widened to float32, multiplied, and the product rounded once.
//
// The larger operand is taken in pieces along m or n, so that no more than a few caches full is
// widened at a time.
#include <algorithm>

#include "gemm_internal.h"

namespace arrayforge::linalg {
namespace {

constexpr std::int64_t kPiece = 1 << 20;  // elements widened at a time
constexpr std::int64_t kWide = sizeof(float);

struct Lines {
  char* data;
  std::int64_t line, step;  // bytes from line to line and within one
};

void cast_lines(bool threads, DType from, DType to, std::int64_t lines, std::int64_t n,
                const Lines& source, const Lines& target) {
  const Loop cast = kernels().cast[index(from)][index(to)];
  spread(threads, lines, 8 * n, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t strides[] = {source.step, target.step};
    for (std::int64_t i = begin; i < end; ++i) {
      char* pointers[] = {source.data + i * source.line, target.data + i * target.line};
      cast(pointers, strides, n);
    }
  });
}

// Keeps the order of the axes in memory, so that the float32 product takes the same way as the
// operand would.
void widen(const Product& product, std::int64_t rows, std::int64_t columns, const char* data,
           std::int64_t row, std::int64_t column, char* to, std::int64_t* to_row,
           std::int64_t* to_column) {
  const bool by_columns = row == itemsize(product.dtype) && column != row;
  *to_row = by_columns ? kWide : columns * kWide;
  *to_column = by_columns ? rows * kWide : kWide;
  char* from = const_cast<char*>(data);
  if (by_columns) {
    cast_lines(product.threads, product.dtype, DType::float32, columns, rows, {from, column, row},
               {to, *to_column, *to_row});
  } else {
    cast_lines(product.threads, product.dtype, DType::float32, rows, columns, {from, row, column},
               {to, *to_row, *to_column});
  }
}

}  // namespace

void multiply_half(const Product& product) {
  const bool by_rows = product.m >= product.n;
  const std::int64_t extent = by_rows ? product.m : product.n;
  const std::int64_t piece = std::clamp<std::int64_t>(kPiece / product.k, 64, 4096);
  const std::int64_t most = std::min(piece, extent);
  const std::int64_t rows = by_rows ? most : product.m, columns = by_rows ? product.n : most;
  const Scratch a(rows * product.k * kWide), b(product.k * columns * kWide);
  const Scratch c(rows * columns * kWide);
  Product wide = product;
  wide.dtype = DType::float32;
  wide.a = a.data();
  wide.b = b.data();
  wide.c = c.data();
  for (std::int64_t at = 0; at < extent; at += piece) {
    wide.m = by_rows ? std::min(piece, product.m - at) : product.m;
    wide.n = by_rows ? product.n : std::min(piece, product.n - at);
    wide.c_row = wide.n * kWide;
    const std::int64_t i = by_rows ? at : 0, j = by_rows ? 0 : at;
    if (by_rows || at == 0) {
      widen(product, wide.m, product.k, product.a + i * product.a_row, product.a_row,
            product.a_column, a.data(), &wide.a_row, &wide.a_column);
    }
    if (!by_rows || at == 0) {
      widen(product, product.k, wide.n, product.b + j * product.b_column, product.b_row,
            product.b_column, b.data(), &wide.b_row, &wide.b_column);
    }
    multiply(wide);
    const std::int64_t size = itemsize(product.dtype);
    cast_lines(product.threads, DType::float32, product.dtype, wide.m, wide.n,
               {c.data(), wide.c_row, kWide},
               {product.c + i * product.c_row + j * size, product.c_row, size});
  }
}

}  // namespace arrayforge::linalg
