// Policy. Axes fall into kept and reduced ones; each group is collapsed. Where the axis with the
// smallest stride is reduced, every result folds whole runs of it (inner scheme); where it is kept,
// rows are added to rows of accumulators (outer scheme), so that memory is read in order either
// way. A single long run is cut into chunks of fixed length whose partial results are folded again.
#include "reduce.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>

#include "../kernels/table.h"
#include "access.h"
#include "parallel.h"
#include "reduce_axes.h"

namespace arrayforge {
namespace {

constexpr std::int64_t kColumns = 1024;

struct Job {
  ReduceKernels::Fold fold;
  ReduceKernels::Rows rows;
  Axes kept, reduced;
  const char* x;
  char* out;
  std::int64_t out_size;
  const char* centers;
  std::int64_t center_size;

  const char* center(std::int64_t i) const { return centers ? centers + i * center_size : nullptr; }

  std::int64_t run_length() const {
    return reduced.count > 0 ? reduced.axis[reduced.count - 1].n : 1;
  }
  std::int64_t run_stride() const {
    return reduced.count > 0 ? reduced.axis[reduced.count - 1].stride : 0;
  }
  std::int64_t runs() const { return reduced.size() / run_length(); }
  int skip() const { return reduced.count > 0 ? 1 : 0; }

  // All runs [begin, end) of the result at `to`.
  void fold_runs(const Place& to, char* acc, std::int64_t begin, std::int64_t end) const {
    for (std::int64_t k = begin; k < end; ++k) {
      const char* from = x + to.x + place(reduced, skip(), k).x;
      fold(from, run_stride(), run_length(), acc, center(to.out));
    }
  }

  void inner() const {
    const std::int64_t work = reduced.size();
    const std::int64_t grain = std::max<std::int64_t>(1, kChunk / work);
    parallel_for(kept.size(), grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const Place to = place(kept, 0, i);
        fold_runs(to, out + to.out * out_size, 0, runs());
      }
    });
  }

  void outer() const {
    const Axis columns = kept.axis[kept.count - 1];
    const std::int64_t blocks = (columns.n + kColumns - 1) / kColumns;
    const std::int64_t grain =
        std::max<std::int64_t>(1, kChunk / (reduced.size() * std::min(columns.n, kColumns)));
    parallel_for(kept.size() / columns.n * blocks, grain,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) {
                     const std::int64_t first = i % blocks * kColumns;
                     const std::int64_t n = std::min(kColumns, columns.n - first);
                     Place to = place(kept, 1, i / blocks);
                     to.x += first * columns.stride;
                     to.out += first;
                     for (std::int64_t k = 0; k < runs(); ++k) {
                       const char* from = x + to.x + place(reduced, skip(), k).x;
                       rows(from, columns.stride, run_stride(), run_length(), n,
                            out + to.out * out_size, center(to.out));
                     }
                   }
                 });
  }
};

// Partial results combine as their own kind does, counts and squares as sums.
Reduction combining(Reduction reduction) {
  const bool adds = reduction == Reduction::count || reduction == Reduction::variance ||
                    reduction == Reduction::total;
  return adds ? Reduction::sum : reduction;
}

// Few results over long runs: partial results of fixed chunks, then their reduction.
void chunked(Job& job, Reduction reduction, DType accumulator, const char* identity) {
  const std::int64_t length = job.run_length();
  const std::int64_t cuts = (length + kChunk - 1) / kChunk;
  const std::int64_t runs = job.runs();
  const std::int64_t pieces = cuts * runs;
  const std::int64_t results = job.kept.size();
  const auto combine = kernels().reduce.fold[index(combining(reduction))][index(accumulator)];
  Array partial = make_array(accumulator, Dims({results, pieces}));
  char* parts = write(partial);
  // One true element settles any(), one false one all(): the pieces not begun by then count
  // nothing.
  const bool may_settle = results == 1 && accumulator == DType::bool_;
  std::atomic<bool> is_settled{false};
  parallel_for(results * pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const Place to = place(job.kept, 0, i / pieces);
      const std::int64_t piece = i % pieces;
      const std::int64_t first = piece % cuts * kChunk;
      const char* from =
          job.x + to.x + place(job.reduced, job.skip(), piece / cuts).x + first * job.run_stride();
      char* acc = parts + i * job.out_size;
      std::memcpy(acc, identity, static_cast<std::size_t>(job.out_size));
      if (is_settled.load(std::memory_order_relaxed)) continue;
      job.fold(from, job.run_stride(), std::min(kChunk, length - first), acc, job.center(to.out));
      if (may_settle && *acc != *identity) is_settled.store(true, std::memory_order_relaxed);
    }
  });
  for (std::int64_t i = 0; i < results; ++i) {
    const Place to = place(job.kept, 0, i);
    combine(parts + i * pieces * job.out_size, job.out_size, pieces,
            job.out + to.out * job.out_size, nullptr);
  }
}

// Long columns side by side: partial rows over a fixed number of elements, read in the order of
// memory, then their reduction.
constexpr std::int64_t kStack = 1 << 18;
constexpr std::int64_t kStackColumns = 4096;

std::int64_t stack_height(const Job& job) {
  const Axis& columns = job.kept.axis[job.kept.count - 1];
  const bool is_matrix = job.kept.count == 1 && job.reduced.count == 1;
  if (!is_matrix) return job.run_length();
  return std::max<std::int64_t>(kStack / columns.n / kRowsAtOnce, 2) * kRowsAtOnce;
}

void stacked(Job& job, Reduction reduction, DType accumulator, const char* identity) {
  const Axis columns = job.kept.axis[0];
  const std::int64_t length = job.run_length();
  const std::int64_t height = stack_height(job);
  const std::int64_t pieces = (length + height - 1) / height;
  const std::int64_t row_size = columns.n * job.out_size;
  Array partial = make_array(accumulator, Dims({pieces, columns.n}));
  char* parts = write(partial);
  parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      char* acc = parts + i * row_size;
      fill(acc, identity, job.out_size, columns.n);
      for (std::int64_t first = 0; first < columns.n; first += kStackColumns) {
        job.rows(job.x + i * height * job.run_stride() + first * columns.stride, columns.stride,
                 job.run_stride(), std::min(height, length - i * height),
                 std::min(kStackColumns, columns.n - first), acc + first * job.out_size,
                 job.center(first));
      }
    }
  });
  const auto combine = kernels().reduce.rows[index(combining(reduction))][index(accumulator)];
  combine(parts, job.out_size, row_size, pieces, columns.n, job.out, nullptr);
}

void run(Job& job, Reduction reduction, DType accumulator, const char* identity) {
  const Axes& kept = job.kept;
  const bool has_columns = kept.count > 0 && kept.axis[kept.count - 1].n >= kShortRow &&
                           kept.axis[kept.count - 1].out == 1;
  const bool kept_is_inner =
      has_columns && (job.reduced.count == 0 ||
                      std::abs(kept.axis[kept.count - 1].stride) < std::abs(job.run_stride()));
  if (kept_is_inner && job.run_length() >= 2 * stack_height(job)) {
    stacked(job, reduction, accumulator, identity);
  } else if (kept_is_inner) {
    job.outer();
  } else if (job.run_length() > 2 * kChunk && kept.size() < 64) {
    chunked(job, reduction, accumulator, identity);
  } else {
    job.inner();
  }
}

}  // namespace

DType accumulator_dtype(Reduction reduction, DType dtype) {
  switch (reduction) {
    case Reduction::any:
    case Reduction::all:
      return DType::bool_;
    case Reduction::count:
      return DType::int64;
    case Reduction::variance:
      return DType::float64;
    case Reduction::total:
      return is_complex(dtype) ? DType::complex128 : DType::float64;
    case Reduction::max:
    case Reduction::min:
      return is_half(dtype) ? DType::float32 : dtype;
    default:
      return is_complex(dtype)         ? DType::complex128
             : is_real_floating(dtype) ? DType::float64
                                       : DType::int64;
  }
}

Dims reduced_shape(const Dims& shape, const Dims& axes, bool keepdims) {
  Dims result;
  for (int i = 0; i < shape.size(); ++i) {
    if (!axes.contains(i)) {
      result.push_back(shape[i]);
    } else if (keepdims) {
      result.push_back(1);
    }
  }
  return result;
}

void check_reduction(std::string_view function, Reduction reduction, const Array& x,
                     const Dims& axes) {
  if (!kernels().reduce.fold[index(reduction)][index(x.dtype)]) expect_real(function, x.dtype);
  if (reduction != Reduction::max && reduction != Reduction::min) return;
  if (x.size() > 0 || size_of(reduced_shape(x.shape, axes, false)) == 0) return;
  throw ValueError(std::string(function) + "(): no elements to compare, shape " +
                   to_string(x.shape) + " over axes " + to_string(axes));
}

Array reduce(std::string_view function, Reduction reduction, const Array& x, const Dims& axes,
             const Array* centers) {
  check_reduction(function, reduction, x, axes);
  const ReduceKernels& table = kernels().reduce;
  Job job;
  job.fold = table.fold[index(reduction)][index(x.dtype)];
  job.rows = table.rows[index(reduction)][index(x.dtype)];
  const DType accumulator = accumulator_dtype(reduction, x.dtype);
  const Dims shape = split_axes(x, axes, &job.kept, &job.reduced);
  Array result = make_array(accumulator, shape);
  const std::int64_t results = size_of(shape);
  const std::int64_t work = job.reduced.size();
  job.out = write(result);
  job.out_size = itemsize(accumulator);
  alignas(16) char identity[16];
  table.identity[index(reduction)][index(x.dtype)](identity);
  fill(job.out, identity, job.out_size, results);
  if (results == 0 || work == 0) return result;
  job.x = read(x);
  job.centers = centers ? read(*centers) : nullptr;
  job.center_size = centers ? itemsize(centers->dtype) : 0;
  job.kept.order();
  job.kept.collapse();
  job.reduced.order();
  job.reduced.collapse();
  run(job, reduction, accumulator, identity);
  return result;
}

}  // namespace arrayforge
