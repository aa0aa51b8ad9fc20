// Chooses the way a product is computed: dot products, unpacked operands, or packed panels.
#include "gemm.h"

#include <algorithm>
#include <cstring>

#include "blocking.h"
#include "gemm_internal.h"

namespace arrayforge {
namespace linalg {

const GemmKernel& kernel_of(DType dtype) { return kernels().gemm.of[index(dtype)]; }

namespace {

// A dot product is cut here, so that its parts can go to threads.
constexpr std::int64_t kDotPart = 1 << 16;

Product with_b(const Product& product, const char* b, std::int64_t row, std::int64_t column) {
  Product result = product;
  result.b = b;
  result.b_row = row;
  result.b_column = column;
  return result;
}

void multiply_dot(const Product& product) {
  const GemmKernel& kernel = kernel_of(product.dtype);
  const std::int64_t size = itemsize(product.dtype);
  const std::int64_t parts = (product.k + kDotPart - 1) / kDotPart;
  if (parts == 1) return kernel.dots(product.a, product.b, 0, 1, product.k, product.c);
  const Scratch sums(parts * size);
  spread(product.threads, parts, kDotPart, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      const std::int64_t at = part * kDotPart;
      kernel.dots(product.a + at * size, product.b + at * size, 0, 1,
                  std::min(kDotPart, product.k - at), sums.data() + part * size);
    }
  });
  const Loop add = kernels().elementwise[index(Op::add_)][index(product.dtype)];
  const std::int64_t strides[] = {0, 0, 0};
  std::memcpy(product.c, sums.data(), size);
  for (std::int64_t part = 1; part < parts; ++part) {
    char* pointers[] = {product.c, sums.data() + part * size, product.c};
    add(pointers, strides, 1);
  }
}

// a and b are contiguous along k; each row of c is the dot products of a row of a with the columns
// of b.
void multiply_dots(const Product& product) {
  if (product.m == 1 && product.n == 1) return multiply_dot(product);
  const GemmKernel& kernel = kernel_of(product.dtype);
  const std::int64_t size = itemsize(product.dtype);
  // Lines of b that stay in the first cache while the rows of a pass.
  const std::int64_t group =
      product.m == 1 ? product.n : std::max<std::int64_t>(2, 16384 / (product.k * size) & ~1);
  spread(product.threads, product.n, product.m * product.k,
         [&](std::int64_t begin, std::int64_t end) {
           for (std::int64_t j = begin; j < end; j += group) {
             for (std::int64_t i = 0; i < product.m; ++i) {
               kernel.dots(product.a + i * product.a_row, product.b + j * product.b_column,
                           product.b_column, std::min(group, end - j), product.k,
                           product.c + i * product.c_row + j * size);
             }
           }
         });
}

// Few rows of a against a b beyond the caches: slices of k whose rows of b are read as streams.
constexpr std::int64_t kStreams = 16;

// b is contiguous along n. Rows of c go to threads, or columns where there are more of those.
void multiply_direct(const Product& product) {
  const GemmKernel& kernel = kernel_of(product.dtype);
  const std::int64_t size = itemsize(product.dtype);
  const bool stream = product.m <= 2 * kernel.mr && product.n > 2 * kernel.nr &&
                      product.k * product.n * size > direct_bytes();
  const std::int64_t depth = stream ? kStreams : product.k;
  const auto part = [&](std::int64_t i, std::int64_t rows, std::int64_t j, std::int64_t columns) {
    for (std::int64_t p = 0; p < product.k; p += depth) {
      kernel.direct({rows, columns, std::min(depth, product.k - p),
                     product.a + i * product.a_row + p * product.a_column, product.a_row,
                     product.a_column, product.b + p * product.b_row + j * size, product.b_row,
                     product.c + i * product.c_row + j * size, product.c_row, p > 0});
    }
  };
  if (product.m > 2 * kernel.mr) {
    const std::int64_t group = 4 * kernel.mr, groups = (product.m + group - 1) / group;
    spread(product.threads, groups, group * product.n * product.k,
           [&](std::int64_t begin, std::int64_t end) {
             const std::int64_t i = begin * group;
             part(i, std::min(end * group, product.m) - i, 0, product.n);
           });
  } else {
    const std::int64_t group = 4 * kernel.nr, groups = (product.n + group - 1) / group;
    spread(product.threads, groups, group * product.m * product.k,
           [&](std::int64_t begin, std::int64_t end) {
             const std::int64_t j = begin * group;
             part(0, product.m, j, std::min(end * group, product.n) - j);
           });
  }
}

// The same with operands made contiguous along k where they are not.
void multiply_dots_of_copies(const Product& product, bool copy_a, bool copy_b) {
  const GemmKernel& kernel = kernel_of(product.dtype);
  const std::int64_t size = itemsize(product.dtype), line = product.k * size;
  const Scratch a(copy_a ? product.m * line : 0), b(copy_b ? product.n * line : 0);
  Product copied = product;
  if (copy_a) {
    kernel.copy({product.a, product.a_column, product.a_row, product.k, product.m, product.k},
                a.data());
    copied.a = a.data();
    copied.a_row = line;
  }
  if (copy_b) {
    kernel.copy({product.b, product.b_row, product.b_column, product.k, product.n, product.k},
                b.data());
    copied.b = b.data();
    copied.b_column = line;
  }
  multiply_dots(copied);
}

void multiply_direct_of_copy(const Product& product) {
  const std::int64_t size = itemsize(product.dtype);
  const Scratch b(product.k * product.n * size);
  kernel_of(product.dtype)
      .copy({product.b, product.b_column, product.b_row, product.n, product.k, product.n},
            b.data());
  multiply_direct(with_b(product, b.data(), product.n * size, size));
}

}  // namespace

void multiply(const Product& product) {
  if (is_half(product.dtype)) return multiply_half(product);
  const GemmKernel& kernel = kernel_of(product.dtype);
  const std::int64_t size = itemsize(product.dtype);
  const bool vector = product.m == 1 || product.n == 1;
  if (product.n == 1 && product.m > 1 && product.c_row == size) {
    // A column is a row of the transposed product.
    return multiply({product.dtype, 1, product.m, product.k, product.b, product.b_column,
                     product.b_row, product.a, product.a_column, product.a_row, product.c,
                     product.c_row, product.threads});
  }
  const bool a_lines = product.a_column == size || product.k == 1;
  const bool b_lines = product.b_row == size || product.k == 1;
  const bool b_rows = product.b_column == size || product.n == 1;
  if (product.m == 1 && product.n == 1) {
    return multiply_dots_of_copies(product, !a_lines, !b_lines);
  }
  if (b_lines && !b_rows &&
      (vector ||
       (product.m < std::max<std::int64_t>(kernel.mr, 5) && product.k >= 2 * kernel.nr))) {
    return multiply_dots_of_copies(product, !a_lines, false);
  }
  const std::int64_t bytes = product.k * product.n * size;
  // Where b has to be rearranged anyway, panels are the better copy.
  const std::int64_t few = b_rows ? 2 * kernel.mr : kernel.mr - 1;
  if (product.m > few && bytes > direct_bytes()) return multiply_packed(product);
  if (b_rows) return multiply_direct(product);
  multiply_direct_of_copy(product);
}

}  // namespace linalg

namespace {

linalg::Product product_of(DType dtype, const Matrix& a, const Matrix& b, void* c,
                           std::int64_t c_row, bool threads) {
  return {dtype,
          a.rows,
          b.columns,
          a.columns,
          static_cast<const char*>(a.data),
          a.row_stride,
          a.column_stride,
          static_cast<const char*>(b.data),
          b.row_stride,
          b.column_stride,
          static_cast<char*>(c),
          c_row,
          threads};
}

void run(const linalg::Product& product) {
  if (product.m == 0 || product.n == 0) return;
  if (product.k > 0) return linalg::multiply(product);
  for (std::int64_t i = 0; i < product.m; ++i) {
    std::memset(product.c + i * product.c_row, 0, product.n * itemsize(product.dtype));
  }
}

}  // namespace

void gemm(DType dtype, const Matrix& a, const Matrix& b, void* c, std::int64_t c_row_stride) {
  run(product_of(dtype, a, b, c, c_row_stride, true));
}

void gemm_batched(DType dtype, const Stack& stack, const Matrix& a, const Matrix& b, void* c,
                  std::int64_t c_row_stride) {
  linalg::Product first = product_of(dtype, a, b, c, c_row_stride, true);
  std::int64_t count = 1;
  for (int axis = 0; axis < stack.ndim; ++axis) count *= stack.shape[axis];
  if (stack.ndim == 1 && count > 1 && stack.b_strides[0] == 0 &&
      stack.a_strides[0] == first.m * first.a_row && stack.c_strides[0] == first.m * first.c_row) {
    // One b for all: the stack is one tall matrix.
    first.m *= count;
    return run(first);
  }
  const std::int64_t work = first.m * first.n * std::max<std::int64_t>(first.k, 1);
  // Large products spread themselves.
  first.threads = count < 16 && work > 2 * linalg::kMultiplicationsPerThread;
  const auto some = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      linalg::Product product = first;
      std::int64_t rest = at;
      for (int axis = stack.ndim - 1; axis >= 0; --axis) {
        const std::int64_t position = axis == 0 ? rest : rest % stack.shape[axis];
        if (axis > 0) rest /= stack.shape[axis];
        product.a += position * stack.a_strides[axis];
        product.b += position * stack.b_strides[axis];
        product.c += position * stack.c_strides[axis];
      }
      run(product);
    }
  };
  linalg::spread(!first.threads, count, work, some);
}

}  // namespace arrayforge
