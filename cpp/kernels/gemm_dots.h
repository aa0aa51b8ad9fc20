// Dot products of one vector with many lines. Each has four vectors of sums, whatever is computed
// beside it, so that its bits do not depend on how lines are grouped.
#pragma once

#include "gemm.h"
#include "gemm_tile.h"

namespace arrayforge {
namespace {

constexpr int kDotVectors = 4;
// Lines at once, as many as there are registers for: each is a stream of its own from memory.
template <class T>
constexpr int kDotLines = T::parts == 2        ? 1
                          : kVectorBytes == 64 ? 4
                                               : 2;

template <class E, int W>
ARRAYFORGE_INLINE void sum_lanes(Vector<E, W> x, int parts, E* out) {
  for (int width = W / 2; width >= parts; width /= 2) {
    for (int lane = 0; lane < width; ++lane) x[lane] = static_cast<E>(x[lane] + x[lane + width]);
  }
  for (int part = 0; part < parts; ++part) out[part] = x[part];
}

// L lines at once. A complex product needs x times y and x times swapped y; see finish.
template <class T, int L>
struct Dots {
  using In = typename T::In;
  using E = typename T::E;
  static constexpr int W = T::lanes;
  using V = Vector<E, W>;
  V sums[L][kDotVectors] = {};
  V swapped[L][kDotVectors] = {};

  ARRAYFORGE_INLINE void add(const char* x, const char* y, std::int64_t line, int u) {
    const V left = load<In, E, W>(x);
    for (int l = 0; l < L; ++l) {
      const V right = load<In, E, W>(y + l * line);
      sums[l][u] = multiply_add<E, W>(left, right, sums[l][u]);
      if constexpr (T::parts == 2) {
        swapped[l][u] = multiply_add<E, W>(left, swap_pairs<E, W>(right), swapped[l][u]);
      }
    }
  }

  // The element of line l; the tails of x and y begin at `from` and have `count` real numbers.
  ARRAYFORGE_INLINE void finish(int l, const In* x, const In* y, std::int64_t count, In* out) {
    E total[2] = {}, cross[2] = {};
    sum_lanes<E, W>((sums[l][0] + sums[l][1]) + (sums[l][2] + sums[l][3]), T::parts, total);
    if constexpr (T::parts == 1) {
      for (std::int64_t i = 0; i < count; ++i) {
        total[0] = multiply_add_one<E>(x[i], y[i], total[0]);
      }
      out[0] = static_cast<In>(total[0]);
    } else {
      sum_lanes<E, W>((swapped[l][0] + swapped[l][1]) + (swapped[l][2] + swapped[l][3]), 2, cross);
      for (std::int64_t i = 0; i < count; i += 2) {
        for (int part = 0; part < 2; ++part) {
          total[part] = multiply_add_one<E>(x[i + part], y[i + part], total[part]);
          cross[part] = multiply_add_one<E>(x[i + part], y[i + 1 - part], cross[part]);
        }
      }
      out[0] = total[0] - total[1];
      out[1] = cross[0] + cross[1];
    }
  }
};

template <class T, int L>
void dot_lines(const char* x, const char* y, std::int64_t line, std::int64_t count, char* out) {
  using In = typename T::In;
  constexpr std::int64_t step = T::lanes * sizeof(In);
  Dots<T, L> dots;
  const std::int64_t bytes = count * std::int64_t{sizeof(In)};
  std::int64_t at = 0;
  for (; at + kDotVectors * step <= bytes; at += kDotVectors * step) {
#pragma GCC unroll 4
    for (int u = 0; u < kDotVectors; ++u) dots.add(x + at + u * step, y + at + u * step, line, u);
  }
  for (; at + step <= bytes; at += step) dots.add(x + at, y + at, line, 0);
  for (int l = 0; l < L; ++l) {
    dots.finish(l, reinterpret_cast<const In*>(x + at),
                reinterpret_cast<const In*>(y + l * line + at),
                (bytes - at) / std::int64_t{sizeof(In)}, reinterpret_cast<In*>(out + l * T::item));
  }
}

template <class T>
void dots(const char* x, const char* y, std::int64_t line, std::int64_t n, std::int64_t k,
          char* out) {
  constexpr int L = kDotLines<T>;
  std::int64_t j = 0;
  for (; j + L <= n; j += L) {
    dot_lines<T, L>(x, y + j * line, line, k * T::parts, out + j * T::item);
  }
  for (; j < n; ++j) dot_lines<T, 1>(x, y + j * line, line, k * T::parts, out + j * T::item);
}

}  // namespace
}  // namespace arrayforge
