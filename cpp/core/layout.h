// Layouts: shape and byte strides, and every question about them. Pure functions, no data.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dims.h"

namespace arrayforge {

// Number of elements; throws ValueError naming `function` (if not empty) when a size is negative,
// the rank is above kMaxRank, or the bytes do not fit 63 bits.
std::int64_t checked_size(std::string_view function, const Dims& shape, std::int64_t itemsize);

// Number of elements of a shape known to be valid.
inline std::int64_t size_of(const Dims& shape) {
  std::int64_t size = 1;
  for (std::int64_t n : shape) size *= n;
  return size;
}

inline Dims c_strides(const Dims& shape, std::int64_t itemsize) {
  Dims strides(shape);
  std::int64_t step = itemsize;
  for (int i = shape.size() - 1; i >= 0; --i) {
    const std::int64_t n = shape[i];
    strides[i] = step;
    step *= n > 0 ? n : 1;
  }
  return strides;
}
Dims f_strides(const Dims& shape, std::int64_t itemsize);

// Strides of a fresh array that keeps the axis order of `like` (sorted by its strides), without
// gaps.
Dims dense_strides_like(const Dims& shape, const Dims& like, std::int64_t itemsize);

// True iff walking the shape in C (Fortran) order walks memory without gaps; axes of size 1 do not
// count.
inline bool is_c_contiguous(const Dims& shape, const Dims& strides, std::int64_t itemsize) {
  std::int64_t step = itemsize;
  bool dense = true;
  for (int i = shape.size() - 1; i >= 0; --i) {
    if (shape[i] == 0) return true;
    if (shape[i] != 1 && strides[i] != step) dense = false;
    step *= shape[i];
  }
  return dense;
}
bool is_f_contiguous(const Dims& shape, const Dims& strides, std::int64_t itemsize);

// First byte below and one past the last byte that the elements touch, relative to the offset.
struct Extent {
  std::int64_t begin, end;
};
Extent extent(const Dims& shape, const Dims& strides, std::int64_t itemsize);

// True iff an axis of several elements has stride 0, as broadcasting makes them.
inline bool is_stretched(const Dims& shape, const Dims& strides) {
  bool stretched = false;
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) return false;
    if (shape[i] > 1 && strides[i] == 0) stretched = true;
  }
  return stretched;
}

// False iff no two elements share a byte, judged by the strides alone: an interleaving of axes that
// happens to fit counts as sharing.
bool overlaps_itself(const Dims& shape, const Dims& strides, std::int64_t itemsize);

// Axis counted from the front; throws IndexError naming `function` when outside [-ndim, ndim).
int normalize_axis(std::string_view function, std::int64_t axis, int ndim);

// All of them, in the order given; throws ValueError when one repeats.
Dims normalize_axes(std::string_view function, const Dims& axes, int ndim);

// The common shape; throws ShapeError with the aligned table when there is none.
Dims broadcast_shapes(std::string_view function, std::span<const Dims* const> shapes);

// Strides of an operand seen through the broadcast shape: 0 where it stretches.
void broadcast_strides(const Dims& shape, const Dims& strides, const Dims& target,
                       std::int64_t* result);

// Strides that show the same elements under another shape, or nothing if that takes a copy.
std::optional<Dims> reshape_strides(const Dims& shape, const Dims& strides, const Dims& target,
                                    std::int64_t itemsize);

// The target shape with its one -1 filled in; throws ShapeError when the sizes do not agree.
Dims resolve_reshape(const Dims& shape, const Dims& target);

}  // namespace arrayforge
