#include "sorting.h"

#include "access.h"
#include "nditer.h"
#include "parallel.h"

namespace arrayforge {
namespace {

// The same elements with the axis last; its own inverse where the axis is put back.
Array axis_last(const Array& x, int axis) {
  Dims shape(x.shape), strides(x.strides);
  shape.erase(axis);
  strides.erase(axis);
  shape.push_back(x.shape[axis]);
  strides.push_back(x.strides[axis]);
  return x.view(std::move(shape), std::move(strides), x.offset);
}

// Lanes lie in a row with the axis last; the caller gets C order.
Array axis_back(const Array& lanes, int axis) {
  const int last = lanes.ndim() - 1;
  if (axis == last) return lanes;
  Dims shape(lanes.shape), strides(lanes.strides);
  shape.erase(last);
  strides.erase(last);
  shape.insert(axis, lanes.shape[last]);
  strides.insert(axis, lanes.strides[last]);
  return copy(lanes.view(std::move(shape), std::move(strides), lanes.offset));
}

// Calls body(first, last, scratch) over ranges of lanes of n elements.
template <class Body>
void over_lanes(std::int64_t lanes, std::int64_t n, std::int64_t scratch_bytes, Body body) {
  const std::int64_t grain = std::max<std::int64_t>(1, kParallelGrain / n);
  parallel_for(lanes, grain, [&](std::int64_t begin, std::int64_t end) {
    const Array scratch = make_array(DType::uint8, Dims{std::max<std::int64_t>(scratch_bytes, 1)});
    const Pin pin(scratch);
    body(begin, end, write(scratch));
  });
}

}  // namespace

Array sorted(const Array& x, int axis, bool descending) {
  const Array lanes = copy(axis_last(x, axis));
  const std::int64_t n = x.shape[axis];
  if (lanes.size() > 0) {
    const std::size_t d = index(x.dtype);
    const SortKernels& table = kernels().sort;
    char* const data = write(lanes);
    const std::int64_t lane_bytes = n * itemsize(x.dtype);
    over_lanes(lanes.size() / n, n, table.sort_scratch[d](n),
               [&](std::int64_t begin, std::int64_t end, char* scratch) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   table.sort[d](data + i * lane_bytes, n, scratch, descending);
                 }
               });
  }
  return axis_back(lanes, axis);
}

Array sorted_order(const Array& x, int axis, bool descending) {
  const Array lanes = contiguous(axis_last(x, axis));
  const Array order = make_array(DType::int64, lanes.shape);
  const std::int64_t n = x.shape[axis];
  if (lanes.size() > 0) {
    const std::size_t d = index(x.dtype);
    const SortKernels& table = kernels().sort;
    const char* const data = read(lanes);
    auto* const out = reinterpret_cast<std::int64_t*>(write(order));
    const std::int64_t lane_bytes = n * itemsize(x.dtype);
    over_lanes(lanes.size() / n, n, table.argsort_scratch[d](n),
               [&](std::int64_t begin, std::int64_t end, char* scratch) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   table.argsort[d](data + i * lane_bytes, n, out + i * n, scratch, descending);
                 }
               });
  }
  return axis_back(order, axis);
}

Array positions_in(const Array& sorted, const Array& values, bool right) {
  const Array vector = contiguous(sorted);
  const Array wanted = contiguous(values);
  Array result = make_array(DType::int64, values.shape);
  const auto search = kernels().sort.searchsorted[index(sorted.dtype)];
  const char* const from = read(wanted);
  auto* const out = reinterpret_cast<std::int64_t*>(write(result));
  const std::int64_t step = itemsize(values.dtype);
  parallel_for(values.size(), kParallelGrain / 8, [&](std::int64_t begin, std::int64_t end) {
    search(read(vector), vector.size(), from + begin * step, end - begin, out + begin, right);
  });
  return result;
}

Array gather(const char* function, const Array& vector, const Array& positions) {
  const Array index_vector = contiguous(positions);
  const auto* const indices = reinterpret_cast<const std::int64_t*>(read(index_vector));
  for (std::int64_t i = 0; i < index_vector.size(); ++i) {
    if (indices[i] < 0 || indices[i] >= vector.size()) {
      throw IndexError(std::string(function) + "(): index " + std::to_string(indices[i]) +
                       " is out of range for size " + std::to_string(vector.size()));
    }
  }
  Array result = make_array(vector.dtype, positions.shape);
  kernels().sort.take[size_class(itemsize(vector.dtype))](read(vector), vector.strides[0], indices,
                                                          index_vector.size(), write(result));
  return result;
}

std::vector<Array> nonzero_positions(const Array& x) {
  const Array mask = x.dtype == DType::bool_ ? contiguous(x) : copy(x, DType::bool_);
  const SortKernels& table = kernels().sort;
  const std::int64_t count = table.count_nonzero[index(DType::bool_)](read(mask), 1, mask.size());
  std::vector<Array> result;
  result.reserve(static_cast<std::size_t>(x.ndim()));
  for (int axis = 0; axis < x.ndim(); ++axis) {
    result.push_back(make_array(DType::int64, Dims{count}));
  }
  auto* const flat = reinterpret_cast<std::int64_t*>(write(result[0]));
  table.nonzero(read(mask), 0, flat, count);
  // The flat position shrinks in place to that of the first axis.
  for (int axis = x.ndim() - 1; axis > 0; --axis) {
    auto* const out =
        reinterpret_cast<std::int64_t*>(write(result[static_cast<std::size_t>(axis)]));
    const auto side = static_cast<std::uint64_t>(x.shape[axis]);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto position = static_cast<std::uint64_t>(flat[i]);
      flat[i] = static_cast<std::int64_t>(position / side);
      out[i] = static_cast<std::int64_t>(position % side);
    }
  }
  return result;
}

}  // namespace arrayforge
