// Gathering and scattering through an IndexPlan. The axes of rest before the plan's position form
// the outer loop, the offsets the middle one, the axes behind the inner block, which a cast kernel
// copies line by line.
#include <algorithm>

#include "../kernels/table.h"
#include "access.h"
#include "index_plan.h"
#include "nditer.h"
#include "parallel.h"

namespace arrayforge {
namespace {

// Steps two pointers through a shape, last axis fastest.
class Walk {
 public:
  Walk(const std::int64_t* shape, const std::int64_t* a, const std::int64_t* b, int ndim)
      : shape_(shape), a_(a), b_(b), ndim_(ndim) {
    std::fill_n(position_, ndim, 0);
  }

  template <class F>
  void run(char* a, char* b, F&& f) {
    for (int i = 0; i < ndim_; ++i) {
      if (shape_[i] == 0) return;
    }
    for (;;) {
      f(a, b);
      int i = ndim_ - 1;
      for (; i >= 0; --i) {
        a += a_[i];
        b += b_[i];
        if (++position_[i] < shape_[i]) break;
        a -= shape_[i] * a_[i];
        b -= shape_[i] * b_[i];
        position_[i] = 0;
      }
      if (i < 0) return;
    }
  }

 private:
  const std::int64_t* shape_;
  const std::int64_t* a_;
  const std::int64_t* b_;
  int ndim_;
  std::int64_t position_[kMaxRank];
};

// rest beside an array with the plan's shape, whose axes of the offsets are one axis of the given
// step.
struct Move {
  const Array& rest;
  const std::int64_t* offsets;
  int position;
  char* data;         // the first element of rest
  char* other;        // the first element of the array beside it
  Dims strides;       // of the array beside, one per axis of rest
  std::int64_t step;  // along the offsets
  bool reads;         // from rest

  // One element per offset.
  void elements(char* from, char* beside, std::int64_t begin, std::int64_t end) const {
    const std::size_t size = size_class(itemsize(rest.dtype));
    char* place = beside + begin * step;
    if (reads) {
      kernels().sort.take[size](from, 1, offsets + begin, end - begin, place);
    } else {
      kernels().sort.scatter[size](from, 1, offsets + begin, end - begin, place, step);
    }
  }

  void block(char* from, char* beside) const {
    const int last = rest.ndim() - 1, inner = last - position;
    const Loop line = kernels().cast[index(rest.dtype)][index(rest.dtype)];
    const std::int64_t n = rest.shape[last];
    const std::int64_t steps[2] = {reads ? rest.strides[last] : strides[last],
                                   reads ? strides[last] : rest.strides[last]};
    Walk(rest.shape.data() + position, rest.strides.data() + position, strides.data() + position,
         inner)
        .run(from, beside, [&](char* a, char* b) {
          char* const pointers[2] = {reads ? a : b, reads ? b : a};
          line(pointers, steps, n);
        });
  }

  void range(std::int64_t begin, std::int64_t end) const {
    Walk(rest.shape.data(), rest.strides.data(), strides.data(), position)
        .run(data, other, [&](char* from, char* beside) {
          if (position == rest.ndim()) return elements(from, beside, begin, end);
          for (std::int64_t j = begin; j < end; ++j) block(from + offsets[j], beside + j * step);
        });
  }
};

// Strides of the axes of rest in an array that has the plan's shape.
Dims strides_beside(const IndexPlan& plan, const Dims& strides) {
  Dims result(plan.rest.ndim());
  for (int i = 0; i < result.size(); ++i) {
    result[i] = strides[i < plan.position ? i : i + plan.offsets.ndim()];
  }
  return result;
}

std::int64_t offset_step(const IndexPlan& plan, const Dims& strides) {
  return plan.offsets.ndim() ? strides[plan.position + plan.offsets.ndim() - 1] : 0;
}

const std::int64_t* offset_values(const IndexPlan& plan) {
  return reinterpret_cast<const std::int64_t*>(read(plan.offsets));
}

}  // namespace

Array gather(const IndexPlan& plan) {
  const Dims shape = plan.shape();
  checked_size("__getitem__", shape, itemsize(plan.rest.dtype));
  Array result = make_array(plan.rest.dtype, shape);
  const std::int64_t total = result.size(), count = plan.offsets.size();
  if (total == 0) return result;
  const Move move{plan.rest,
                  offset_values(plan),
                  plan.position,
                  const_cast<char*>(read(plan.rest)),
                  write(result),
                  strides_beside(plan, result.strides),
                  offset_step(plan, result.strides),
                  true};
  const std::int64_t grain = std::max<std::int64_t>(1, kParallelGrain / (total / count));
  parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) { move.range(begin, end); });
  return result;
}

void scatter(const IndexPlan& plan, const Array& values) {
  const Dims shape = plan.shape();
  if (size_of(shape) == 0) return;
  std::int64_t stretched[kMaxRank];
  broadcast_strides(values.shape, values.strides, shape, stretched);
  Array source = values.view(shape, Dims(stretched, shape.size()), values.offset);
  // A copy: the two may overlap, and the offsets become one axis. One element for all needs no
  // room.
  if (values.size() == 1) {
    source = copy(values).view(shape, Dims(shape.size()), 0);
  } else {
    source = copy(source);
  }
  Move{plan.rest,
       offset_values(plan),
       plan.position,
       write(plan.rest),
       const_cast<char*>(read(source)),
       strides_beside(plan, source.strides),
       offset_step(plan, source.strides),
       false}
      .range(0, plan.offsets.size());
}

Array select(const Array& x, const Array& mask) {
  const SortKernels& sort = kernels().sort;
  const std::int64_t count = sort.count_nonzero[index(DType::bool_)](read(mask), 1, mask.size());
  Array result = make_array(x.dtype, Dims{count});
  const std::int64_t item = itemsize(x.dtype);
  sort.compress[size_class(item)](read(x), item, read(mask), write(result), count);
  return result;
}

}  // namespace arrayforge
