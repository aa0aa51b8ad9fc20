// How reductions see the axes of an array: those that stay and those that go, each group in the
// order of memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "array.h"
#include "error.h"

namespace arrayforge {

// Elements that make a chunk of work.
inline constexpr std::int64_t kChunk = 1 << 15;
// Rows shorter than this are folded column by column.
inline constexpr std::int64_t kShortRow = 8;

struct Axis {
  std::int64_t n, stride, out;  // out: stride among the accumulators, in elements
};

// Axes in an order that walks memory forwards, adjacent ones merged where both strides allow.
struct Axes {
  Axis axis[kMaxRank];
  int count = 0;

  void add(Axis a) {
    if (a.n == 1) return;
    axis[count++] = a;
  }
  std::int64_t size() const {
    std::int64_t n = 1;
    for (int i = 0; i < count; ++i) n *= axis[i].n;
    return n;
  }
  void order() {
    std::stable_sort(axis, axis + count, [](const Axis& a, const Axis& b) {
      return std::abs(a.stride) > std::abs(b.stride);
    });
  }
  void collapse() {
    int last = 0;
    for (int i = 1; i < count; ++i) {
      Axis& a = axis[last];
      const Axis& b = axis[i];
      if (a.stride == b.stride * b.n && a.out == b.out * b.n) {
        a = {a.n * b.n, b.stride, b.out};
      } else {
        axis[++last] = b;
      }
    }
    if (count > 0) count = last + 1;
  }
};

struct Place {
  std::int64_t x = 0, out = 0;
};

// The n-th combination of indices of all axes but the last `skip`, in C order.
inline Place place(const Axes& axes, int skip, std::int64_t n) {
  Place result;
  for (int i = axes.count - skip - 1; i >= 0; --i) {
    const Axis& a = axes.axis[i];
    // The outermost axis has all that is left: a division less.
    const std::int64_t rest = i > 0 ? n / a.n : 0;
    const std::int64_t at = n - rest * a.n;
    result.x += at * a.stride;
    result.out += at * a.out;
    n = rest;
  }
  return result;
}

// n copies of one value; each round doubles what is there.
inline void fill(char* to, const char* value, std::int64_t size, std::int64_t n) {
  if (n == 0) return;
  std::memcpy(to, value, static_cast<std::size_t>(size));
  const std::int64_t bytes = n * size;
  for (std::int64_t done = size; done < bytes; done *= 2) {
    std::memcpy(to + done, to, static_cast<std::size_t>(std::min(done, bytes - done)));
  }
}

// Splits the axes of x; `out` gets the strides of a C-contiguous array of the shape with reduced
// axes of size 1.
inline Dims split_axes(const Array& x, const Dims& axes, Axes* kept, Axes* reduced) {
  Dims shape(x.shape);
  for (std::int64_t axis : axes) shape[static_cast<int>(axis)] = 1;
  const Dims out = c_strides(shape, 1);
  for (int i = 0; i < x.ndim(); ++i) {
    if (axes.contains(i)) {
      reduced->add({x.shape[i], x.strides[i], 0});
    } else {
      kept->add({x.shape[i], x.strides[i], out[i]});
    }
  }
  return shape;
}

[[noreturn]] inline void expect_real(std::string_view function, DType dtype) {
  throw TypeError(std::string(function) + "(): expected a real dtype, got " +
                  std::string(name(dtype)));
}

}  // namespace arrayforge
