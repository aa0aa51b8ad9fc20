#include "index_plan.h"

#include <string>

#include "../kernels/table.h"
#include "access.h"
#include "config.h"
#include "error.h"
#include "nditer.h"

namespace arrayforge {
namespace {

std::string prefix(std::string_view function) { return std::string(function) + "(): "; }

[[noreturn]] void out_of_range(std::string_view function, std::int64_t value, int axis,
                               std::int64_t size) {
  throw IndexError(prefix(function) + "index " + std::to_string(value) +
                   " is out of range for axis " + std::to_string(axis) + " of size " +
                   std::to_string(size));
}

void resolve_slice(IndexItem& item, std::int64_t size) {
  const auto clip = [&](std::int64_t bound) {
    if (bound < 0) {
      bound += size;
      return bound < 0 ? (item.step < 0 ? -1 : 0) : bound;
    }
    return bound >= size ? (item.step < 0 ? size - 1 : size) : bound;
  };
  item.start = clip(item.start);
  item.stop = clip(item.stop);
  if (item.step < 0) {
    item.count = item.stop < item.start ? (item.start - item.stop - 1) / -item.step + 1 : 0;
  } else {
    item.count = item.start < item.stop ? (item.stop - item.start - 1) / item.step + 1 : 0;
  }
}

void check_mask(std::string_view function, const IndexItem& item, const Dims& shape) {
  for (int i = 0; i < item.array.ndim(); ++i) {
    const std::int64_t side = item.array.shape[i];
    if (side != shape[item.axis + i] && side != 0) {
      throw IndexError(prefix(function) + "mask of shape " + to_string(item.array.shape) +
                       " does not match axis " + std::to_string(item.axis + i) + " of size " +
                       std::to_string(shape[item.axis + i]));
    }
  }
}

// The standard's advanced keys: one mask alone, or one integer or integer array per axis.
void check_standard(std::string_view function, const IndexItems& items) {
  bool masks = false, integers = false, others = false;
  for (const IndexItem& item : items) {
    masks |= item.kind == IndexKind::mask;
    integers |= item.kind == IndexKind::integers;
    others |= !item.is_array() && item.kind != IndexKind::integer;
  }
  if (masks && items.size() > 1) {
    require_lenient(function, "a mask with other indices; use the mask as the only index");
  }
  if (integers && others) {
    require_lenient(function,
                    "integer arrays with slices, ... or None; use take() or index in two steps");
  }
}

std::int64_t count_true(const Array& mask) {
  return kernels().sort.count_nonzero[index(DType::bool_)](read(mask), 1, mask.size());
}

Array true_positions(const Array& mask) {
  Array positions = make_array(DType::int64, Dims{count_true(mask)});
  kernels().sort.nonzero(read(mask), 0, reinterpret_cast<std::int64_t*>(write(positions)),
                         positions.shape[0]);
  return positions;
}

// Byte offsets in x of the true elements of a mask over some of its axes.
Array mask_offsets(const Array& mask, const std::int64_t* strides) {
  Array offsets = true_positions(mask);
  auto* values = reinterpret_cast<std::int64_t*>(write(offsets));
  const std::int64_t n = offsets.shape[0];
  for (std::int64_t k = 0; k < n; ++k) {
    std::int64_t flat = values[k], sum = 0;
    for (int i = mask.ndim() - 1; i > 0; --i) {
      sum += flat % mask.shape[i] * strides[i];
      flat /= mask.shape[i];
    }
    values[k] = mask.ndim() ? sum + flat * strides[0] : 0;
  }
  return offsets;
}

// The sum of the parts, broadcast against each other.
Array combine(std::string_view function, const std::vector<Array>& parts) {
  if (parts.size() == 1) return parts[0];
  std::vector<const Dims*> shapes;
  shapes.reserve(parts.size());
  for (const Array& part : parts) shapes.push_back(&part.shape);
  const Dims shape = broadcast_indices(function, shapes);
  Array sum = make_array(DType::int64, shape);
  copy_into(sum, parts[0]);
  const Loop add = kernels().elementwise[index(Op::add_)][index(DType::int64)];
  for (std::size_t k = 1; k < parts.size(); ++k) {
    std::int64_t strides[kMaxRank];
    broadcast_strides(parts[k].shape, parts[k].strides, shape, strides);
    char* data = write(sum);
    const IterOperand operands[3] = {
        {data, sum.strides.data(), DType::int64, DType::int64},
        {const_cast<char*>(read(parts[k])), strides, DType::int64, DType::int64},
        {data, sum.strides.data(), DType::int64, DType::int64},
    };
    iterate(add, shape, operands, 3);
  }
  return sum;
}

// Where the axes of advanced indices go: in place of the first one while they stand side by side,
// else in front. Integers count as advanced beside arrays.
class Placement {
 public:
  void see(const IndexItem& item, int rest_ndim) {
    if (item.is_array() || item.kind == IndexKind::integer) {
      if (state_ == State::none) {
        position_ = rest_ndim;
        state_ = State::inside;
      } else if (state_ == State::past) {
        position_ = 0;
        state_ = State::split;
      }
    } else if (state_ == State::inside) {
      state_ = State::past;
    }
  }
  int position() const { return position_; }

 private:
  enum class State { none, inside, past, split };
  State state_ = State::none;
  int position_ = 0;
};

}  // namespace

int IndexItem::axes() const {
  switch (kind) {
    case IndexKind::ellipsis:
    case IndexKind::newaxis:
      return 0;
    case IndexKind::mask:
      return array.ndim();
    default:
      return 1;
  }
}

Dims IndexPlan::shape(const Dims& offsets_shape) const {
  if (!advanced) return rest.shape;
  Dims result(rest.shape.data(), position);
  for (std::int64_t side : offsets_shape) result.push_back(side);
  for (int i = position; i < rest.ndim(); ++i) result.push_back(rest.shape[i]);
  return result;
}

void resolve_index(std::string_view function, const Dims& shape, IndexItems& items) {
  int consumed = 0, ellipses = 0;
  for (const IndexItem& item : items) {
    consumed += item.axes();
    ellipses += item.kind == IndexKind::ellipsis;
  }
  if (ellipses > 1)
    throw IndexError(prefix(function) + "at most one ellipsis, got " + std::to_string(ellipses));
  if (consumed > shape.size()) {
    throw IndexError(prefix(function) + "too many indices, " + std::to_string(consumed) +
                     " for shape " + to_string(shape));
  }
  check_standard(function, items);
  if (!ellipses && consumed < shape.size()) {
    if (items.size() != 1 || items[0].kind != IndexKind::mask) {
      require_lenient(function, "fewer indices than axes; add ...");
    }
    items.emplace_back();
  }
  int axis = 0;
  for (IndexItem& item : items) {
    item.axis = axis;
    if (item.kind == IndexKind::integer) {
      const std::int64_t size = shape[axis];
      if (item.start < -size || item.start >= size) out_of_range(function, item.start, axis, size);
      if (item.start < 0) item.start += size;
    } else if (item.kind == IndexKind::slice) {
      resolve_slice(item, shape[axis]);
    } else if (item.kind == IndexKind::mask) {
      check_mask(function, item, shape);
    } else if (item.kind == IndexKind::ellipsis) {
      item.count = shape.size() - consumed;
      axis += static_cast<int>(item.count);
    }
    axis += item.axes();
  }
}

IndexPlan plan_rest(const Array& x, const IndexItems& items) {
  IndexPlan plan;
  Dims shape, strides;
  std::int64_t offset = x.offset;
  Placement placement;
  for (const IndexItem& item : items) {
    placement.see(item, shape.size());
    const int axis = item.axis;
    switch (item.kind) {
      case IndexKind::integer:
        offset += item.start * x.strides[axis];
        break;
      case IndexKind::slice:
        // An empty slice may start one past the end; its offset stays inside.
        if (item.count > 0) offset += item.start * x.strides[axis];
        shape.push_back(item.count);
        strides.push_back(item.count > 1 ? item.step * x.strides[axis] : x.strides[axis]);
        break;
      case IndexKind::ellipsis:
        for (int i = axis; i < axis + item.count; ++i) {
          shape.push_back(x.shape[i]);
          strides.push_back(x.strides[i]);
        }
        break;
      case IndexKind::newaxis:
        shape.push_back(1);
        strides.push_back(0);
        break;
      case IndexKind::integers:
      case IndexKind::mask:
        plan.advanced = true;
        break;
    }
  }
  plan.rest = x.view(std::move(shape), std::move(strides), offset);
  plan.position = placement.position();
  return plan;
}

IndexPlan plan_index(std::string_view function, const Array& x, const IndexItems& items) {
  IndexPlan plan = plan_rest(x, items);
  std::vector<Array> parts;
  for (const IndexItem& item : items) {
    const int axis = item.axis;
    if (item.kind == IndexKind::integers) {
      parts.push_back(index_offsets(function, item.array, axis, x.shape[axis], x.strides[axis]));
    } else if (item.kind == IndexKind::mask) {
      parts.push_back(mask_offsets(item.array, x.strides.data() + axis));
    }
  }
  if (plan.advanced) plan.offsets = combine(function, parts);
  check_rank(function, plan.rest.ndim() + plan.offsets.ndim());
  return plan;
}

Array index_offsets(std::string_view function, const Array& indices, int axis, std::int64_t size,
                    std::int64_t stride) {
  const auto* source = reinterpret_cast<const std::int64_t*>(read(indices));
  Array result = make_array(DType::int64, indices.shape);
  auto* target = reinterpret_cast<std::int64_t*>(write(result));
  const std::int64_t n = indices.size();
  bool outside = false;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t value = source[i];
    outside |= (value < -size) | (value >= size);
    target[i] = (value + (value < 0 ? size : 0)) * stride;
  }
  if (outside) {
    for (std::int64_t i = 0; i < n; ++i) {
      if (source[i] < -size || source[i] >= size) out_of_range(function, source[i], axis, size);
    }
  }
  return result;
}

IndexPlan plan_along_axis(std::string_view function, const Array& x, const Array& indices,
                          int axis) {
  Dims others(x.shape);
  others[axis] = 1;
  const Dims* const shapes[] = {&others, &indices.shape};
  broadcast_shapes(function, shapes);
  std::vector<Array> parts{index_offsets(function, indices, axis, x.shape[axis], x.strides[axis])};
  for (int i = 0; i < x.ndim(); ++i) {
    if (i == axis || x.shape[i] == 1) continue;
    Dims line(x.ndim(), 1);
    line[i] = x.shape[i];
    Array places = make_array(DType::int64, line);
    auto* values = reinterpret_cast<std::int64_t*>(write(places));
    for (std::int64_t k = 0; k < line[i]; ++k) values[k] = k * x.strides[i];
    parts.push_back(std::move(places));
  }
  IndexPlan plan;
  plan.rest = x.view(Dims(), Dims(), x.offset);
  plan.advanced = true;
  plan.offsets = combine(function, parts);
  return plan;
}

bool broadcasts_into(const Dims& shape, const Dims& target) {
  const int extra = shape.size() - target.size();
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] != 1 && (i < extra || shape[i] != target[i - extra])) return false;
  }
  return true;
}

Array without_extra_axes(const Array& value, int ndim) {
  const int extra = value.ndim() - ndim;
  if (extra <= 0) return value;
  return value.view(Dims(value.shape.data() + extra, ndim),
                    Dims(value.strides.data() + extra, ndim), value.offset);
}

std::vector<Array> nonzero_coordinates(const Array& mask) {
  const Array positions = true_positions(mask);
  const auto* flat = reinterpret_cast<const std::int64_t*>(read(positions));
  const std::int64_t n = positions.shape[0];
  if (mask.ndim() == 1) return {positions};
  std::vector<Array> result;
  std::vector<std::int64_t*> targets;
  for (int i = 0; i < mask.ndim(); ++i) {
    result.push_back(make_array(DType::int64, positions.shape));
    targets.push_back(reinterpret_cast<std::int64_t*>(write(result.back())));
  }
  for (std::int64_t k = 0; k < n; ++k) {
    std::int64_t rest = flat[k];
    for (int i = mask.ndim() - 1; i > 0; --i) {
      targets[static_cast<std::size_t>(i)][k] = rest % mask.shape[i];
      rest /= mask.shape[i];
    }
    targets[0][k] = rest;
  }
  return result;
}

}  // namespace arrayforge
