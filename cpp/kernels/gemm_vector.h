// Vectors of any width for the GEMM kernels: load with conversion, broadcast, fused multiply-add.
#pragma once

#include <cstdint>

#if defined(__FMA__)
#include <immintrin.h>
#endif

namespace arrayforge {
namespace {

#define ARRAYFORGE_INLINE inline __attribute__((always_inline))

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

template <class E, int W>
struct VectorOf {
  typedef E type __attribute__((vector_size(W * sizeof(E))));
};
template <class E, int W>
using Vector = typename VectorOf<E, W>::type;

template <class E>
constexpr bool kIsReal = E(0.5) != E(0);

// W values stored as In, computed with as E.
template <class In, class E, int W>
ARRAYFORGE_INLINE Vector<E, W> load(const char* from) {
  Vector<In, W> stored;
  __builtin_memcpy(&stored, from, sizeof(stored));
  return __builtin_convertvector(stored, Vector<E, W>);
}

template <class In, class E, int W>
ARRAYFORGE_INLINE void store(char* to, Vector<E, W> values) {
  const Vector<In, W> stored = __builtin_convertvector(values, Vector<In, W>);
  __builtin_memcpy(to, &stored, sizeof(stored));
}

template <class In>
ARRAYFORGE_INLINE In load_one(const char* from) {
  In value;
  __builtin_memcpy(&value, from, sizeof(value));
  return value;
}

// x - 0 is x for every x, negative zero included; 0 + x is not.
template <class E, int W>
ARRAYFORGE_INLINE Vector<E, W> broadcast(E x) {
  return x - Vector<E, W>{};
}

template <class E>
ARRAYFORGE_INLINE E multiply_add_one(E a, E b, E c) {
#if defined(__FMA__) || defined(__FP_FAST_FMA)
  if constexpr (kIsReal<E>) {
    if constexpr (sizeof(E) == 4) return __builtin_fmaf(a, b, c);
    return __builtin_fma(a, b, c);
  }
#endif
  return static_cast<E>(a * b + c);
}

// a * b + c, rounded once where the processor can. Vector types cannot say so without letting the
// compiler contract whatever it likes, hence the intrinsics.
template <class E, int W>
ARRAYFORGE_INLINE Vector<E, W> multiply_add(Vector<E, W> a, Vector<E, W> b, Vector<E, W> c) {
  using V [[maybe_unused]] = Vector<E, W>;
  [[maybe_unused]] constexpr int bytes = W * sizeof(E);
  if constexpr (!kIsReal<E>) {
    return a * b + c;
  } else {
#if defined(__AVX512F__)
    if constexpr (bytes == 64 && sizeof(E) == 4) return (V)_mm512_fmadd_ps(a, b, c);
    if constexpr (bytes == 64 && sizeof(E) == 8) return (V)_mm512_fmadd_pd(a, b, c);
#endif
#if defined(__FMA__)
    if constexpr (bytes == 32 && sizeof(E) == 4) return (V)_mm256_fmadd_ps(a, b, c);
    if constexpr (bytes == 32 && sizeof(E) == 8) return (V)_mm256_fmadd_pd(a, b, c);
    if constexpr (bytes == 16 && sizeof(E) == 4) return (V)_mm_fmadd_ps(a, b, c);
    if constexpr (bytes == 16 && sizeof(E) == 8) return (V)_mm_fmadd_pd(a, b, c);
#endif
#if defined(__FMA__) || defined(__FP_FAST_FMA)
    V sum = c;
    for (int lane = 0; lane < W; ++lane) sum[lane] = multiply_add_one<E>(a[lane], b[lane], c[lane]);
    return sum;
#else
    return a * b + c;
#endif
  }
}

// Real and imaginary parts trade places.
template <class E, int W>
ARRAYFORGE_INLINE Vector<E, W> swap_pairs(Vector<E, W> x) {
  Vector<E, W> swapped = x;
  for (int lane = 0; lane < W; ++lane) swapped[lane] = x[lane ^ 1];
  return swapped;
}

}  // namespace
}  // namespace arrayforge
