// The five loops: columns of b that fit the last cache, slices of k, rows of a that fit the second
// cache, and within them the panels that one tile of registers multiplies.
#include <algorithm>

#include "blocking.h"
#include "gemm_internal.h"

namespace arrayforge::linalg {
namespace {

std::int64_t panels(std::int64_t extent, std::int64_t width) {
  return (extent + width - 1) / width;
}

// One slice of k with one block of columns of b, packed.
struct Slice {
  const Product& product;
  const GemmKernel& kernel;
  std::int64_t p, depth;    // of k
  std::int64_t j, columns;  // of b and c
  const char* b;

  void pack_a(std::int64_t i, std::int64_t rows, char* packed) const {
    kernel.pack({product.a + i * product.a_row + p * product.a_column, product.a_row,
                 product.a_column, rows, depth, kernel.mr},
                packed);
  }

  // Rows [i, i + rows) of c times the panels [begin, end) of b.
  void multiply(std::int64_t i, std::int64_t rows, const char* a, std::int64_t begin,
                std::int64_t end) const {
    const std::int64_t size = itemsize(product.dtype);
    const std::int64_t line = depth * kernel.packed_size;
    for (std::int64_t panel = begin; panel < end; ++panel) {
      const std::int64_t column = panel * kernel.nr;
      for (std::int64_t r = 0; r < rows; r += kernel.mr) {
        kernel.tile({std::min(kernel.mr, rows - r), std::min(kernel.nr, columns - column), depth,
                     a + r * line, 0, 0, b + column * line, 0,
                     product.c + (i + r) * product.c_row + (j + column) * size, product.c_row,
                     p > 0});
      }
    }
  }
};

// As even as the register tile allows, and a multiple of four blocks where there is enough for
// threads to share.
std::int64_t row_block(const Product& product, const GemmKernel& kernel, std::int64_t mc) {
  std::int64_t blocks = panels(product.m, mc);
  if (product.threads && product.m >= 16 * kernel.mr) blocks = (blocks + 3) / 4 * 4;
  return panels(panels(product.m, blocks), kernel.mr) * kernel.mr;
}

void run_slice(const Slice& slice, std::int64_t mc) {
  const Product& product = slice.product;
  const GemmKernel& kernel = slice.kernel;
  const std::int64_t line = slice.depth * kernel.packed_size;
  const std::int64_t b_panels = panels(slice.columns, kernel.nr);
  if (product.m <= mc) {
    const Scratch a(panels(product.m, kernel.mr) * kernel.mr * line);
    slice.pack_a(0, product.m, a.data());
    spread(product.threads, b_panels, product.m * slice.depth * kernel.nr,
           [&](std::int64_t begin, std::int64_t end) {
             slice.multiply(0, product.m, a.data(), begin, end);
           });
    return;
  }
  spread(product.threads, panels(product.m, mc), mc * slice.depth * slice.columns,
         [&](std::int64_t begin, std::int64_t end) {
           const Scratch a(mc * line);
           for (std::int64_t i = begin * mc; i < std::min(end * mc, product.m); i += mc) {
             const std::int64_t rows = std::min(mc, product.m - i);
             slice.pack_a(i, rows, a.data());
             slice.multiply(i, rows, a.data(), 0, b_panels);
           }
         });
}

}  // namespace

void multiply_packed(const Product& product) {
  const GemmKernel& kernel = kernel_of(product.dtype);
  const Blocking sizes = blocking(kernel);
  const std::int64_t mc = row_block(product, kernel, sizes.mc);
  const std::int64_t depth = std::min(kernel.kc, product.k);
  const std::int64_t nc = std::min(sizes.nc, panels(product.n, kernel.nr) * kernel.nr);
  const Scratch b(nc * depth * kernel.packed_size);
  for (std::int64_t j = 0; j < product.n; j += nc) {
    const std::int64_t columns = std::min(nc, product.n - j);
    for (std::int64_t p = 0; p < product.k; p += depth) {
      const Slice slice = {product, kernel,  p,       std::min(depth, product.k - p),
                           j,       columns, b.data()};
      // Packing moves an element in the time of several multiplications.
      spread(product.threads, panels(columns, kernel.nr), 8 * slice.depth * kernel.nr,
             [&](std::int64_t begin, std::int64_t end) {
               const std::int64_t first = begin * kernel.nr;
               kernel.pack({product.b + p * product.b_row + (j + first) * product.b_column,
                            product.b_column, product.b_row,
                            std::min(end * kernel.nr, columns) - first, slice.depth, kernel.nr},
                           b.data() + first * slice.depth * kernel.packed_size);
             });
      run_slice(slice, mc);
    }
  }
}

}  // namespace arrayforge::linalg
