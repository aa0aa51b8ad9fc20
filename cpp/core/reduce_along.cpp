// What goes along one axis: where its extreme is, and running sums and products.
#include <algorithm>
#include <cstring>

#include "../kernels/table.h"
#include "access.h"
#include "parallel.h"
#include "reduce.h"
#include "reduce_axes.h"

namespace arrayforge {
namespace {

// Columns whose indices or running values are found together.
constexpr std::int64_t kColumns = 1024;

struct Running {
  Reduction reduction;
  DType dtype;
  std::int64_t n, stride, out_stride, size;  // size: of an accumulator
  const char* x;
  char* out;
  const char* initial;  // comes first, or null

  void along_lines(const Axes& lines) const {
    const auto scan = kernels().reduce.scan[index(reduction)][index(dtype)];
    const auto identity = kernels().reduce.identity[index(reduction)][index(dtype)];
    parallel_for(lines.size(), std::max<std::int64_t>(1, kChunk / (n + 1)),
                 [&](std::int64_t begin, std::int64_t end) {
                   alignas(16) char acc[16];
                   for (std::int64_t i = begin; i < end; ++i) {
                     const Place p = place(lines, 0, i);
                     char* to = out + p.out;
                     identity(acc);
                     if (initial) {
                       std::memcpy(to, acc, static_cast<std::size_t>(size));
                       to += out_stride;
                     }
                     scan(x + p.x, stride, n, to, out_stride, acc);
                   }
                 });
  }

  // Dense columns side by side, row by row in the order of memory.
  void down_columns(const Axes& lines) const {
    const auto scan_rows = kernels().reduce.scan_rows[index(reduction)][index(dtype)];
    const std::int64_t columns = lines.axis[lines.count - 1].n;
    const std::int64_t blocks = (columns + kColumns - 1) / kColumns;
    const std::int64_t grain = std::max<std::int64_t>(1, kChunk / ((n + 1) * kColumns));
    parallel_for(lines.size() / columns * blocks, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t first = i % blocks * kColumns;
        const std::int64_t m = std::min(kColumns, columns - first);
        const Place p = place(lines, 1, i / blocks);
        const char* from = x + p.x + first * itemsize(dtype);
        char* to = out + p.out + first * size;
        const char* before = nullptr;
        if (initial) {
          fill(to, initial, size, m);
          before = to;
          to += out_stride;
        }
        scan_rows(from, stride, n, m, to, out_stride, before);
      }
    });
  }
};

}  // namespace

void check_location(std::string_view function, const Array& x, int axis) {
  if (!kernels().reduce.locate[0][index(x.dtype)]) expect_real(function, x.dtype);
  if (x.shape[axis] > 0 || size_of(reduced_shape(x.shape, Dims{axis}, false)) == 0) return;
  throw ValueError(std::string(function) + "(): no elements to compare, shape " +
                   to_string(x.shape) + " along axis " + std::to_string(axis));
}

Array locate_extreme(std::string_view function, bool maximum, const Array& x, int axis) {
  check_location(function, x, axis);
  const auto locate = kernels().reduce.locate[maximum ? 0 : 1][index(x.dtype)];
  Axes kept, reduced;
  const Dims shape = split_axes(x, Dims({axis}), &kept, &reduced);
  Array result = make_array(DType::int64, shape);
  const std::int64_t results = size_of(shape);
  if (results == 0) return result;
  const std::int64_t n = x.shape[axis];
  const char* from = read(x);
  auto* to = reinterpret_cast<std::int64_t*>(write(result));
  const Axis columns = kept.count > 0 ? kept.axis[kept.count - 1] : Axis{1, 0, 0};
  if (columns.n >= kShortRow && columns.out == 1 && columns.stride == itemsize(x.dtype)) {
    const auto rows = kernels().reduce.locate_rows[maximum ? 0 : 1][index(x.dtype)];
    const std::int64_t blocks = (columns.n + kColumns - 1) / kColumns;
    parallel_for(results / columns.n * blocks, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t first = i % blocks * kColumns;
        const Place p = place(kept, 1, i / blocks);
        rows(from + p.x + first * columns.stride, x.strides[axis], n,
             std::min(kColumns, columns.n - first), to + p.out + first);
      }
    });
    return result;
  }
  parallel_for(results, std::max<std::int64_t>(1, kChunk / n),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   const Place p = place(kept, 0, i);
                   to[p.out] = locate(from + p.x, x.strides[axis], n);
                 }
               });
  return result;
}

Array accumulate(Reduction reduction, const Array& x, int axis, bool initial) {
  const ReduceKernels& table = kernels().reduce;
  const DType accumulator = accumulator_dtype(reduction, x.dtype);
  Dims shape(x.shape);
  if (initial) ++shape[axis];
  checked_size(reduction == Reduction::sum ? "cumulative_sum" : "cumulative_prod", shape,
               itemsize(accumulator));
  Array result = make_array(accumulator, shape);
  Axes lines;
  for (int i = 0; i < x.ndim(); ++i) {
    if (i != axis) lines.add({x.shape[i], x.strides[i], result.strides[i]});
  }
  if (lines.size() == 0) return result;
  lines.order();
  lines.collapse();
  alignas(16) char identity[16];
  table.identity[index(reduction)][index(x.dtype)](identity);
  const Running job{reduction,
                    x.dtype,
                    x.shape[axis],
                    x.strides[axis],
                    result.strides[axis],
                    itemsize(accumulator),
                    read(x),
                    write(result),
                    initial ? identity : nullptr};
  const Axis* columns = lines.count > 0 ? &lines.axis[lines.count - 1] : nullptr;
  if (columns && columns->n >= kShortRow && columns->stride == itemsize(x.dtype) &&
      columns->out == job.size && std::abs(job.stride) > columns->stride) {
    job.down_columns(lines);
  } else {
    job.along_lines(lines);
  }
  return result;
}

}  // namespace arrayforge
