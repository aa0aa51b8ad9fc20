#include "nditer.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "access.h"
#include "parallel.h"

namespace arrayforge {
namespace {

// Elements that pass through the cast buffers at a time: small enough for L1, with all operands.
constexpr std::int64_t kBuffer = 512;

// The iteration space after ordering and collapsing, innermost axis first.
struct Space {
  int ndim = 0;
  int count = 0;
  std::int64_t shape[kMaxRank];
  std::int64_t strides[kMaxRank][kMaxOperands];
};

// Larger strides of the output go outwards; among equals the inputs decide.
bool goes_outside(const std::int64_t* a, const std::int64_t* b, int count) {
  for (int k = count - 1; k >= 0; --k) {
    const std::int64_t x = std::abs(a[k]);
    const std::int64_t y = std::abs(b[k]);
    if (x != y && x != 0 && y != 0) return x > y;
  }
  return false;
}

Space make_space(const Dims& shape, const IterOperand* operands, int count) {
  Space space;
  space.count = count;
  for (int i = shape.size() - 1; i >= 0; --i) {
    if (shape[i] == 1) continue;
    std::int64_t strides[kMaxOperands];
    for (int k = 0; k < count; ++k) strides[k] = operands[k].strides[i];
    int at = space.ndim++;
    for (; at > 0 && goes_outside(space.strides[at - 1], strides, count); --at) {
      space.shape[at] = space.shape[at - 1];
      std::copy_n(space.strides[at - 1], count, space.strides[at]);
    }
    space.shape[at] = shape[i];
    std::copy_n(strides, count, space.strides[at]);
  }
  // A zero stride broadcasts: it continues only another zero stride, which the test below says by
  // itself.
  int last = 0;
  for (int i = 1; i < space.ndim; ++i) {
    bool merges = true;
    for (int k = 0; k < count; ++k) {
      merges &= space.strides[i][k] == space.strides[last][k] * space.shape[last];
    }
    if (merges) {
      space.shape[last] *= space.shape[i];
    } else if (++last != i) {
      space.shape[last] = space.shape[i];
      std::copy_n(space.strides[i], count, space.strides[last]);
    }
  }
  if (space.ndim == 0) {
    space.shape[0] = 1;
    std::fill_n(space.strides[0], count, 0);
  }
  space.ndim = space.ndim == 0 ? 1 : last + 1;
  return space;
}

// One inner run with every operand already in the dtype of the loop, or through buffers.
class Runner {
 public:
  Runner(Loop loop, const IterOperand* operands, int count) : loop_(loop), count_(count) {
    const KernelTable& table = kernels();
    for (int k = 0; k < count; ++k) {
      operands_[k] = operands[k];
      const auto& op = operands[k];
      if (op.dtype == op.kernel) continue;
      buffered_ = true;
      casts_[k] = k == count - 1 ? table.cast[index(op.kernel)][index(op.dtype)]
                                 : table.cast[index(op.dtype)][index(op.kernel)];
    }
  }

  void run(char* const* pointers, const std::int64_t* strides, std::int64_t n) const {
    if (buffered_) {
      run_buffered(pointers, strides, n);
    } else {
      loop_(pointers, strides, n);
    }
  }

 private:
  void run_buffered(char* const* pointers, const std::int64_t* strides, std::int64_t n) const {
    alignas(64) char buffers[kMaxOperands][kBuffer * 16];
    const int out = count_ - 1;
    char* at[kMaxOperands];
    std::int64_t steps[kMaxOperands];
    for (std::int64_t done = 0; done < n; done += kBuffer) {
      const std::int64_t m = std::min(kBuffer, n - done);
      for (int k = 0; k < count_; ++k) {
        char* source = pointers[k] + done * strides[k];
        at[k] = source;
        steps[k] = strides[k];
        if (!casts_[k]) continue;
        at[k] = buffers[k];
        steps[k] = itemsize(operands_[k].kernel);
        if (k == out) continue;
        // A broadcast operand is converted once.
        const bool one = strides[k] == 0;
        char* pair[2] = {source, buffers[k]};
        const std::int64_t pair_steps[2] = {strides[k], steps[k]};
        casts_[k](pair, pair_steps, one ? 1 : m);
        if (one) steps[k] = 0;
      }
      loop_(at, steps, m);
      if (casts_[out]) {
        char* pair[2] = {buffers[out], pointers[out] + done * strides[out]};
        const std::int64_t pair_steps[2] = {steps[out], strides[out]};
        casts_[out](pair, pair_steps, m);
      }
    }
  }

  Loop loop_;
  int count_;
  bool buffered_ = false;
  IterOperand operands_[kMaxOperands];
  Loop casts_[kMaxOperands] = {};
};

// Elements [begin, end) of the flattened iteration space.
void run_range(const Runner& runner, const Space& space, const IterOperand* operands,
               std::int64_t begin, std::int64_t end) {
  std::int64_t position[kMaxRank];
  char* pointers[kMaxOperands];
  // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): the space was made for so many.
  for (int k = 0; k < space.count; ++k) pointers[k] = operands[k].data;
  position[0] = 0;
  std::int64_t rest = begin;
  for (int i = 0; i < space.ndim; ++i) {
    position[i] = rest % space.shape[i];
    rest /= space.shape[i];
    for (int k = 0; k < space.count; ++k) pointers[k] += position[i] * space.strides[i][k];
  }
  while (begin < end) {
    const std::int64_t n = std::min(space.shape[0] - position[0], end - begin);
    runner.run(pointers, space.strides[0], n);
    begin += n;
    for (int k = 0; k < space.count; ++k) pointers[k] -= position[0] * space.strides[0][k];
    position[0] = 0;
    for (int i = 1; i < space.ndim; ++i) {
      for (int k = 0; k < space.count; ++k) pointers[k] += space.strides[i][k];
      if (++position[i] < space.shape[i]) break;
      for (int k = 0; k < space.count; ++k) {
        pointers[k] -= position[i] * space.strides[i][k];
      }
      position[i] = 0;
    }
  }
}

// Inputs whose elements lie side by side along the second axis, as those of a transposed operand
// do, are turned in tiles that stay in L1; elsewhere a loop would read one element of a cache line
// at a time. A tile is so many rows of the output by so many elements of each, of at most 8 bytes.
constexpr std::int64_t kTileRows = 16;
constexpr std::int64_t kTileColumns = 128;

struct Turns {
  Transpose turn[kMaxOperands] = {};
  bool any = false;
  bool only_copies = false;  // the loop moves what it reads as it is
};

Turns find_turns(Loop loop, const Space& space, const IterOperand* operands) {
  Turns turns;
  const int out = space.count - 1;
  const DType dtype = operands[out].dtype;
  if (space.ndim < 2 || space.shape[0] < kTileRows || space.shape[1] < kTileRows / 2) return turns;
  if (space.strides[0][out] != itemsize(dtype)) return turns;
  for (int k = 0; k < out; ++k) {
    // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): the space was made for so many.
    const std::int64_t size = itemsize(operands[k].dtype);
    if (space.strides[1][k] != size || std::abs(space.strides[0][k]) <= size) continue;
    turns.turn[k] = kernels().transpose[std::countr_zero(static_cast<unsigned>(size))];
    turns.any |= turns.turn[k] != nullptr;
  }
  // Rows of complex64 may lie a multiple of 4 bytes apart, which tiles of whole elements do not.
  turns.only_copies = out == 1 && operands[0].dtype == dtype &&
                      space.strides[1][out] % itemsize(dtype) == 0 &&
                      loop == kernels().cast[index(dtype)][index(dtype)];
  return turns;
}

// One tile: m elements of each of `rows` rows, the operands' pointers at its first.
void run_tile(const Runner& runner, const Space& space, const IterOperand* operands,
              const Turns& turns, char* const* pointers, std::int64_t rows, std::int64_t m) {
  const int out = space.count - 1;
  if (turns.only_copies) {
    turns.turn[0](pointers[0], space.strides[0][0], m, rows, pointers[1], space.strides[1][1]);
    return;
  }
  alignas(64) char buffers[kMaxOperands - 1][kTileRows * kTileColumns * 8];
  char* at[kMaxOperands];
  std::int64_t steps[kMaxOperands], row_steps[kMaxOperands];
  for (int k = 0; k <= out; ++k) {
    at[k] = pointers[k];
    steps[k] = space.strides[0][k];
    row_steps[k] = space.strides[1][k];
    if (!turns.turn[k]) continue;
    at[k] = buffers[k];
    steps[k] = itemsize(operands[k].dtype);
    row_steps[k] = m * steps[k];
    turns.turn[k](pointers[k], space.strides[0][k], m, rows, buffers[k], row_steps[k]);
  }
  for (std::int64_t row = 0; row < rows; ++row) {
    runner.run(at, steps, m);
    for (int k = 0; k <= out; ++k) at[k] += row_steps[k];
  }
}

// Groups [begin, end) of kTileRows rows.
void run_tiles(const Runner& runner, const Space& space, const IterOperand* operands,
               const Turns& turns, std::int64_t begin, std::int64_t end) {
  const std::int64_t groups = (space.shape[1] + kTileRows - 1) / kTileRows;
  for (std::int64_t i = begin; i < end; ++i) {
    const std::int64_t first = i % groups * kTileRows;
    char* pointers[kMaxOperands];
    for (int k = 0; k < space.count; ++k) {
      pointers[k] = operands[k].data + first * space.strides[1][k];
      std::int64_t rest = i / groups;
      for (int axis = 2; axis < space.ndim; ++axis) {
        pointers[k] += rest % space.shape[axis] * space.strides[axis][k];
        rest /= space.shape[axis];
      }
    }
    const std::int64_t rows = std::min(kTileRows, space.shape[1] - first);
    for (std::int64_t done = 0; done < space.shape[0]; done += kTileColumns) {
      const std::int64_t m = std::min(kTileColumns, space.shape[0] - done);
      run_tile(runner, space, operands, turns, pointers, rows, m);
      for (int k = 0; k < space.count; ++k) pointers[k] += m * space.strides[0][k];
    }
  }
}

}  // namespace

void iterate(Loop loop, const Dims& shape, const IterOperand* operands, int count) {
  const std::int64_t size = size_of(shape);
  if (size == 0) return;
  const Runner runner(loop, operands, count);
  const Space space = make_space(shape, operands, count);
  const Turns turns = find_turns(loop, space, operands);
  if (turns.any) {
    const std::int64_t groups = (space.shape[1] + kTileRows - 1) / kTileRows;
    const std::int64_t tiles = size / (space.shape[0] * space.shape[1]) * groups;
    const std::int64_t grain =
        size <= kParallelGrain
            ? tiles
            : std::max<std::int64_t>(1, kParallelGrain / (space.shape[0] * kTileRows));
    parallel_for(tiles, grain, [&](std::int64_t begin, std::int64_t end) {
      run_tiles(runner, space, operands, turns, begin, end);
    });
    return;
  }
  if (size <= kParallelGrain) {
    run_range(runner, space, operands, 0, size);
    return;
  }
  parallel_for(size, kParallelGrain, [&](std::int64_t begin, std::int64_t end) {
    run_range(runner, space, operands, begin, end);
  });
}

namespace {

void copy_distinct(const Array& target, const Array& source) {
  std::int64_t strides[kMaxRank];
  broadcast_strides(source.shape, source.strides, target.shape, strides);
  const IterOperand operands[2] = {
      {const_cast<char*>(read(source)), strides, source.dtype, source.dtype},
      {write(target), target.strides.data(), target.dtype, target.dtype},
  };
  iterate(kernels().cast[index(source.dtype)][index(target.dtype)], target.shape, operands, 2);
}

}  // namespace

void copy_into(const Array& target, const Array& source) {
  if (may_overlap(target, source)) {
    const bool same = target.dtype == source.dtype && read(target) == read(source) &&
                      target.shape == source.shape && target.strides == source.strides;
    if (same) return;
    return copy_into(target, copy(source));
  }
  if (!overlaps_itself(target)) return copy_distinct(target, source);
  // Windows over memory: one thread, so that the last element in C order stays.
  const ScopedThreads one(1);
  copy_distinct(target, source);
}

Array aligned_copy(const Array& source) {
  // Bytes have no alignment. Axes of size 1 make room for the axis of the bytes of an element.
  const std::int64_t item = itemsize(source.dtype);
  Array bytes{DType::uint8, Dims(), Dims(), source.offset, source.storage};
  for (int i = 0; i < source.ndim(); ++i) {
    if (source.shape[i] == 1) continue;
    bytes.shape.push_back(source.shape[i]);
    bytes.strides.push_back(source.strides[i]);
  }
  bytes.shape.push_back(item);
  bytes.strides.push_back(1);
  const Array compact = copy(bytes);
  return Array{source.dtype, source.shape, c_strides(source.shape, item), 0, compact.storage};
}

Array copy(const Array& source, DType dtype) {
  Array result = make_array(dtype, source.shape);
  std::int64_t strides[kMaxRank];
  broadcast_strides(source.shape, source.strides, source.shape, strides);
  const IterOperand operands[2] = {
      {const_cast<char*>(read(source)), strides, source.dtype, source.dtype},
      {write(result), result.strides.data(), dtype, dtype},
  };
  iterate(kernels().cast[index(source.dtype)][index(dtype)], source.shape, operands, 2);
  return result;
}

Array contiguous(const Array& source) { return source.c_contiguous() ? source : copy(source); }

}  // namespace arrayforge
