#include "broadcast_error.h"

#include <algorithm>
#include <vector>

namespace arrayforge {
namespace {

std::string padded(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

// Size along an axis counted from the back (-1, -2, ...), or -1 where the shape has no such axis.
std::int64_t size_from_back(const Dims& shape, int axis) {
  const int i = shape.size() + axis;
  return i < 0 ? -1 : shape[i];
}

struct Conflict {
  int axis;
  std::int64_t first, second;
};

Conflict find_conflict(std::span<const Dims* const> shapes, int ndim) {
  for (int axis = -1; axis >= -ndim; --axis) {
    std::int64_t common = 1;
    for (const Dims* shape : shapes) {
      const std::int64_t n = size_from_back(*shape, axis);
      if (n < 0 || n == 1 || n == common) continue;
      if (common != 1) return {axis, common, n};
      common = n;
    }
  }
  return {0, 0, 0};
}

// An operand of one axis that fits the other's axis in front of the conflict wants a new axis at
// its end.
std::string hint(std::span<const Dims* const> shapes) {
  if (shapes.size() != 2) return "";
  for (std::size_t k = 0; k < 2; ++k) {
    const Dims& vector = *shapes[k];
    const Dims& other = *shapes[1 - k];
    if (vector.size() != 1 || other.size() < 2 || vector[0] != other[other.size() - 2]) continue;
    Dims result(other);
    if (result[result.size() - 1] == 1) continue;
    return "\n  hint: x" + std::to_string(k + 1) + "[:, None] has shape " +
           to_string(Dims{vector[0], 1}) + " and gives " + to_string(result);
  }
  return "";
}

}  // namespace

std::string broadcast_error(std::string_view function, std::span<const Dims* const> shapes) {
  int ndim = 0;
  std::string message = std::string(function) + "(): shapes ";
  std::size_t width = 4;
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    ndim = std::max(ndim, shapes[k]->size());
    if (k > 0) message += k + 1 == shapes.size() ? " and " : ", ";
    message += to_string(*shapes[k]);
    for (std::int64_t n : *shapes[k]) width = std::max(width, std::to_string(n).size());
  }
  width += 2;
  message += " cannot be broadcast together\n      axis";
  for (int axis = -ndim; axis < 0; ++axis) message += padded(std::to_string(axis), width);
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    std::string label = "x" + std::to_string(k + 1);
    label.resize(4, ' ');
    message += "\n      " + label;
    for (int axis = -ndim; axis < 0; ++axis) {
      const std::int64_t n = size_from_back(*shapes[k], axis);
      message += padded(n < 0 ? "-" : std::to_string(n), width);
    }
  }
  const Conflict conflict = find_conflict(shapes, ndim);
  const std::size_t column = 10 + width * static_cast<std::size_t>(ndim + conflict.axis + 1) - 1;
  message += "\n" + std::string(column, ' ') + "^  " + std::to_string(conflict.first) + " vs " +
             std::to_string(conflict.second) + ": sizes must match, or one must be 1";
  return message + hint(shapes);
}

}  // namespace arrayforge
