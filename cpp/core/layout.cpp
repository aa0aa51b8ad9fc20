#include "layout.h"

#include <numeric>

#include "broadcast_error.h"
#include "error.h"

namespace arrayforge {

std::string to_string(const Dims& dims) {
  std::string text = "(";
  for (int i = 0; i < dims.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(dims[i]);
  }
  return text + (dims.size() == 1 ? ",)" : ")");
}

std::int64_t checked_size(std::string_view function, const Dims& shape, std::int64_t itemsize) {
  if (shape.size() > kMaxRank) {
    throw ValueError(std::string(function) + "(): at most " + std::to_string(kMaxRank) +
                     " dimensions, got " + std::to_string(shape.size()));
  }
  std::int64_t nbytes = itemsize;
  bool empty = false;
  bool overflow = false;
  for (std::int64_t n : shape) {
    if (n < 0) {
      throw ValueError(std::string(function) + "(): sizes must not be negative, got " +
                       to_string(shape));
    }
    if (n == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(nbytes, n, &nbytes)) {
      overflow = true;
    }
  }
  // An overflow counts even beside a zero: strides of the other axes would not fit.
  if (overflow) {
    throw ValueError(std::string(function) + (function.empty() ? "" : "(): ") +
                     "the size in bytes must fit 63 bits, got shape " + to_string(shape) + " of " +
                     std::to_string(itemsize) + "-byte elements");
  }
  return empty ? 0 : nbytes / itemsize;
}

Dims f_strides(const Dims& shape, std::int64_t itemsize) {
  Dims strides(shape);
  std::int64_t step = itemsize;
  for (int i = 0; i < shape.size(); ++i) {
    const std::int64_t n = shape[i];
    strides[i] = step;
    step *= n > 0 ? n : 1;
  }
  return strides;
}

Dims dense_strides_like(const Dims& shape, const Dims& like, std::int64_t itemsize) {
  const int ndim = shape.size();
  int order[kMaxRank];
  std::iota(order, order + ndim, 0);
  // Insertion sort, stable: equal strides keep C order.
  for (int i = 1; i < ndim; ++i) {
    for (int j = i; j > 0 && std::abs(like[order[j - 1]]) < std::abs(like[order[j]]); --j) {
      std::swap(order[j - 1], order[j]);
    }
  }
  Dims strides(ndim);
  std::int64_t step = itemsize;
  for (int i = ndim - 1; i >= 0; --i) {
    strides[order[i]] = step;
    step *= std::max<std::int64_t>(shape[order[i]], 1);
  }
  return strides;
}

bool is_f_contiguous(const Dims& shape, const Dims& strides, std::int64_t itemsize) {
  std::int64_t step = itemsize;
  bool dense = true;
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) return true;
    if (shape[i] != 1 && strides[i] != step) dense = false;
    step *= shape[i];
  }
  return dense;
}

Extent extent(const Dims& shape, const Dims& strides, std::int64_t itemsize) {
  Extent range{0, itemsize};
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) return {0, 0};
    const std::int64_t reach = (shape[i] - 1) * strides[i];
    (reach < 0 ? range.begin : range.end) += reach;
  }
  return range;
}

bool overlaps_itself(const Dims& shape, const Dims& strides, std::int64_t itemsize) {
  int order[kMaxRank];
  int count = 0;
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) return false;
    if (shape[i] == 1) continue;
    int at = count++;
    for (; at > 0 && std::abs(strides[order[at - 1]]) > std::abs(strides[i]); --at) {
      order[at] = order[at - 1];
    }
    order[at] = i;
  }
  // From the smallest stride on, each must step over all that the ones before reach.
  std::int64_t reach = itemsize;
  for (int k = 0; k < count; ++k) {
    const std::int64_t stride = std::abs(strides[order[k]]);
    if (stride < reach) return true;
    reach += (shape[order[k]] - 1) * stride;
  }
  return false;
}

int normalize_axis(std::string_view function, std::int64_t axis, int ndim) {
  if (axis < -ndim || axis >= ndim) {
    throw IndexError(std::string(function) + "(): axis " + std::to_string(axis) +
                     " is out of range for " + std::to_string(ndim) + " dimensions");
  }
  return static_cast<int>(axis < 0 ? axis + ndim : axis);
}

Dims normalize_axes(std::string_view function, const Dims& axes, int ndim) {
  Dims result(axes);
  for (int i = 0; i < axes.size(); ++i) {
    result[i] = normalize_axis(function, axes[i], ndim);
    for (int j = 0; j < i; ++j) {
      if (result[j] == result[i]) {
        throw ValueError(std::string(function) + "(): axes must not repeat, got " +
                         to_string(axes));
      }
    }
  }
  return result;
}

Dims broadcast_shapes(std::string_view function, std::span<const Dims* const> shapes) {
  int ndim = 0;
  for (const Dims* shape : shapes) ndim = std::max(ndim, shape->size());
  Dims result(ndim, 1);
  for (const Dims* shape : shapes) {
    const int shift = ndim - shape->size();
    for (int i = 0; i < shape->size(); ++i) {
      const std::int64_t n = (*shape)[i];
      std::int64_t& common = result[i + shift];
      if (n == common || n == 1) continue;
      if (common != 1) throw ShapeError(broadcast_error(function, shapes));
      common = n;
    }
  }
  return result;
}

void broadcast_strides(const Dims& shape, const Dims& strides, const Dims& target,
                       std::int64_t* result) {
  const int shift = target.size() - shape.size();
  std::fill_n(result, shift, 0);
  for (int i = 0; i < shape.size(); ++i) {
    result[i + shift] = shape[i] == 1 ? 0 : strides[i];
  }
}

std::optional<Dims> reshape_strides(const Dims& shape, const Dims& strides, const Dims& target,
                                    std::int64_t itemsize) {
  if (is_c_contiguous(shape, strides, itemsize)) return c_strides(target, itemsize);
  // Old axes of size 1 hold no information; runs of old and new axes with equal products must
  // match.
  Dims old_shape, old_strides;
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] != 1) {
      old_shape.push_back(shape[i]);
      old_strides.push_back(strides[i]);
    }
  }
  Dims result(target.size(), itemsize);
  int old_begin = 0;
  int new_begin = 0;
  while (old_begin < old_shape.size()) {
    int old_end = old_begin + 1;
    int new_end = new_begin + 1;
    std::int64_t old_product = old_shape[old_begin];
    std::int64_t new_product = target[new_begin];
    while (old_product != new_product) {
      if (new_product < old_product) {
        new_product *= target[new_end++];
      } else {
        old_product *= old_shape[old_end++];
      }
    }
    for (int i = old_begin; i + 1 < old_end; ++i) {
      if (old_strides[i] != old_strides[i + 1] * old_shape[i + 1]) return std::nullopt;
    }
    std::int64_t step = old_strides[old_end - 1];
    for (int i = new_end - 1; i >= new_begin; --i) {
      result[i] = step;
      step *= target[i];
    }
    old_begin = old_end;
    new_begin = new_end;
  }
  for (int i = new_begin; i < target.size(); ++i) {
    result[i] = i > 0 ? result[i - 1] : itemsize;
  }
  return result;
}

Dims resolve_reshape(const Dims& shape, const Dims& target) {
  const std::int64_t size = size_of(shape);
  Dims result(target);
  int unknown = -1;
  bool overflow = false;
  std::int64_t product = 1;
  for (int i = 0; i < target.size(); ++i) {
    if (target[i] == -1 && unknown < 0) {
      unknown = i;
    } else if (target[i] < 0) {
      throw ShapeError("reshape(): sizes must not be negative, and one at most -1, got " +
                       to_string(target));
    } else if (__builtin_mul_overflow(product, target[i], &product)) {
      overflow = true;
    }
  }
  if (unknown >= 0 && !overflow && product > 0 && size % product == 0) {
    result[unknown] = size / product;
    return result;
  }
  if (unknown >= 0 || overflow || product != size) {
    throw ShapeError("reshape(): " + std::to_string(size) + " elements of shape " +
                     to_string(shape) + " do not fill shape " + to_string(target));
  }
  return result;
}

}  // namespace arrayforge
