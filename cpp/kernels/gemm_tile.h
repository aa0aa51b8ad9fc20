// The micro-kernel of GEMM: a register tile of sums, once over packed panels and once over operands
// as they lie.
//
// A complex row of a counts as two real rows, its real and its imaginary parts, over the
// interleaved columns of b; the two rows of sums are combined at the end. So one template serves
// real, complex and integer dtypes, and every element of c is the same sequence of operations
// wherever in a tile it falls.
#pragma once

#include "gemm.h"
#include "gemm_vector.h"

namespace arrayforge {
namespace {

// A row of data per dtype: how it is stored and computed, and its register tile in rows and
// vectors.
template <class In_, class E_, bool is_complex, int rows, int vectors>
struct GemmType {
  using In = In_;  // the real type in memory
  using E = E_;    // the real type of packed panels and sums
  static constexpr int parts = is_complex ? 2 : 1;
  static constexpr int mr = rows;
  static constexpr int nv = vectors;
  static constexpr int lanes = kVectorBytes / sizeof(E);
  static constexpr int nr = vectors * lanes / parts;
  static constexpr int item = parts * sizeof(In);
  static constexpr int packed_item = parts * sizeof(E);
};

template <class T, int R, int NV, int W>
struct Sums {
  Vector<typename T::E, W> of[R * T::parts][NV] = {};
};

// Adds one step of k. Vector NV - 1 of the row of b begins `last` bytes behind it, so that it may
// overlap the one before.
template <class T, class In, int R, int NV, int W>
ARRAYFORGE_INLINE void add_step(Sums<T, R, NV, W>& sums, const char* a, std::int64_t a_row,
                                const char* b, std::int64_t last) {
  using E = typename T::E;
  Vector<E, W> row[NV];
  for (int v = 0; v < NV; ++v) {
    row[v] = load<In, E, W>(b + (v == NV - 1 ? last : v * W * std::int64_t{sizeof(In)}));
  }
#pragma GCC unroll 16
  for (int r = 0; r < R * T::parts; ++r) {
    const In stored = load_one<In>(a + (r / T::parts) * a_row + (r % T::parts) * sizeof(In));
    const auto factor = broadcast<E, W>(static_cast<E>(stored));
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v) {
      sums.of[r][v] = multiply_add<E, W>(factor, row[v], sums.of[r][v]);
    }
  }
}

// Vector v of row r of the product.
template <class T, int R, int NV, int W>
ARRAYFORGE_INLINE Vector<typename T::E, W> product(const Sums<T, R, NV, W>& sums, int r, int v) {
  using E = typename T::E;
  if constexpr (T::parts == 1) {
    return sums.of[r][v];
  } else {
    Vector<E, W> sign = {};
    for (int lane = 0; lane < W; ++lane) sign[lane] = lane % 2 == 0 ? E(-1) : E(1);
    return sums.of[2 * r][v] + sign * swap_pairs<E, W>(sums.of[2 * r + 1][v]);
  }
}

template <class T, int W>
ARRAYFORGE_INLINE void put(char* c, Vector<typename T::E, W> values, bool accumulate) {
  using In = typename T::In;
  using E = typename T::E;
  if (accumulate) values += load<In, E, W>(c);
  store<In, E, W>(c, values);
}

// A tile over packed panels, full or at an edge of the matrix.
template <class T>
__attribute__((noinline)) void packed_tile(const GemmBlock& block) {
  using In = typename T::In;
  using E = typename T::E;
  constexpr int R = T::mr, NV = T::nv, W = T::lanes;
  Sums<T, R, NV, W> sums;
  for (int r = 0; r < R; ++r) __builtin_prefetch(block.c + (r < block.m ? r : 0) * block.c_row, 1);
  const char *a = block.a, *b = block.b;
#pragma GCC unroll 4
  for (std::int64_t p = 0; p < block.k; ++p) {
    add_step<T, E, R, NV, W>(sums, a, T::packed_item, b, (NV - 1) * W * sizeof(E));
    a += R * T::packed_item;
    b += NV * W * sizeof(E);
  }
  if (block.m == R && block.n == T::nr) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < NV; ++v) {
        put<T, W>(block.c + r * block.c_row + v * W * sizeof(In), product(sums, r, v),
                  block.accumulate);
      }
    }
    return;
  }
  E tile[R][NV * W];
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v) {
      const auto values = product(sums, r, v);
      __builtin_memcpy(&tile[r][v * W], &values, sizeof(values));
    }
  }
  for (std::int64_t r = 0; r < block.m; ++r) {
    In* c = reinterpret_cast<In*>(block.c + r * block.c_row);
    const E* from = tile[r];
    for (std::int64_t j = 0; j < block.n * T::parts; ++j) {
      c[j] = static_cast<In>(block.accumulate ? static_cast<E>(c[j] + from[j]) : from[j]);
    }
  }
}

// Columns of a block that fit the vectors of one tile. `fresh` lanes of the last vector are not
// covered by the tile or vector before; where the sums are added to c, only those may be.
struct Strip {
  std::int64_t first;  // byte offsets into rows of b and c: of the strip,
  std::int64_t last;   // and from there of the last vector
  int vectors, fresh;
};

template <class T, int R, int NV, int W>
__attribute__((noinline)) void direct_tile(const GemmBlock& block, std::int64_t i,
                                           const Strip& strip) {
  using In = typename T::In;
  Sums<T, R, NV, W> sums;
  const char* a = block.a + i * block.a_row;
  const char* b = block.b + strip.first;
  for (std::int64_t p = 0; p < block.k; ++p) {
    add_step<T, In, R, NV, W>(sums, a, block.a_row, b, strip.last);
    a += block.a_column;
    b += block.b_row;
  }
  char* c = block.c + i * block.c_row + strip.first;
  const bool partial = block.accumulate && strip.fresh < W;
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
    char* row = c + r * block.c_row;
#pragma GCC unroll 4
    for (int v = 0; v < NV - 1; ++v) {
      put<T, W>(row + v * W * sizeof(In), product(sums, r, v), block.accumulate);
    }
    const auto values = product(sums, r, NV - 1);
    In* end = reinterpret_cast<In*>(row + strip.last);
    if (!partial) {
      put<T, W>(row + strip.last, values, block.accumulate);
    } else {
      for (int lane = W - strip.fresh; lane < W; ++lane) {
        end[lane] = static_cast<In>(end[lane] + values[lane]);
      }
    }
  }
}

// Rows [i, end) of a strip. Where c is overwritten, the last rows may be computed twice.
template <class T, int NV, int W>
void direct_rows(const GemmBlock& block, std::int64_t i, std::int64_t end, const Strip& strip) {
  constexpr int R = W == T::lanes || T::mr < 4 ? T::mr : 4;
  const bool overlap = !block.accumulate && end - i >= R;
  while (i < end) {
    const std::int64_t left = end - i;
    if (left >= R || (overlap && 2 * left > R)) {
      if (left < R) i = end - R;
      direct_tile<T, R, NV, W>(block, i, strip);
      i += R;
    } else if (R > 4 && left >= 4) {
      direct_tile < T, R<4 ? R : 4, NV, W>(block, i, strip);
      i += 4;
    } else if (R > 2 && left >= 2 && W == T::lanes) {
      direct_tile < T, R<2 ? R : 2, NV, W>(block, i, strip);
      i += 2;
    } else {
      direct_tile<T, 1, NV, W>(block, i, strip);
      i += 1;
    }
  }
}

// Fewer columns than one full vector: the widest narrower vector, twice where it does not fit
// exactly.
template <class T, int W>
void direct_narrow(const GemmBlock& block) {
  const std::int64_t n = block.n * T::parts;
  if constexpr (W > T::parts) {
    if (n < W) return direct_narrow<T, W / 2>(block);
  }
  const std::int64_t over = n - W;
  const Strip strip = {0, over * std::int64_t{sizeof(typename T::In)}, 0,
                       static_cast<int>(over == 0 ? W : over)};
  if (over == 0) return direct_rows<T, 1, W>(block, 0, block.m, strip);
  direct_rows<T, 2, W>(block, 0, block.m, strip);
}

template <class T>
void direct(const GemmBlock& block) {
  constexpr int W = T::lanes;
  constexpr std::int64_t size = sizeof(typename T::In);
  // While b stays in the first cache, rows of c are better written whole.
  constexpr std::int64_t kNearBytes = 16384;
  const std::int64_t n = block.n * T::parts;
  if constexpr (W > T::parts) {
    if (n < W) return direct_narrow<T, W / 2>(block);
  }
  const bool near = block.k <= 16 || n * block.k * size <= kNearBytes;
  const std::int64_t rows = near ? 2 * T::mr : block.m;
  for (std::int64_t i = 0; i < block.m; i += rows) {
    const std::int64_t end = block.m - i < 2 * rows ? block.m : i + rows;
    for (std::int64_t j = 0; j < n;) {
      const std::int64_t left = n - j;
      const int vectors = static_cast<int>(left >= T::nv * W ? T::nv : (left + W - 1) / W);
      const std::int64_t columns = left < T::nv * W ? left : T::nv * W;
      const int fresh = static_cast<int>(columns - (vectors - 1) * W);
      const std::int64_t first = columns < W ? j - (W - columns) : j;
      const std::int64_t last = columns < W ? 0 : columns - W;
      const Strip strip = {first * size, last * size, vectors, fresh};
      if (vectors == 1) direct_rows<T, 1, W>(block, i, end, strip);
      if (T::nv >= 2 && vectors == 2) direct_rows < T, T::nv<2 ? 1 : 2, W>(block, i, end, strip);
      if (T::nv >= 3 && vectors == 3) direct_rows < T, T::nv<3 ? 1 : 3, W>(block, i, end, strip);
      j += columns;
    }
    if (end == block.m) break;
  }
}

}  // namespace
}  // namespace arrayforge
