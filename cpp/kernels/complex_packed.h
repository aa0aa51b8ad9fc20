// Vectors of interleaved parts, re im re im, for the operations that are bound by memory: they
// exchange lanes inside pairs only, where a vectorised loop over structs would first separate the
// parts.
#pragma once

#include <cstdint>

#include "complex_arithmetic.h"
#include "complex_loops.h"
#include "indices.h"
#include "numbers.h"

namespace arrayforge {
namespace {

#if defined(__AVX512F__)
inline constexpr int kPackedBytes = 64;
#elif defined(__AVX__)
inline constexpr int kPackedBytes = 32;
#else
inline constexpr int kPackedBytes = 16;
#endif

// The lanes of kPackedBytes / sizeof(Complex<R>) complex numbers.
template <class R>
struct Packed {
  typedef R Lanes __attribute__((vector_size(kPackedBytes)));
  static constexpr int kLanes = kPackedBytes / sizeof(R);
  static constexpr int kCount = kLanes / 2;
  using All = typename FirstIndices<kLanes>::type;

  static Lanes repeat(Complex<R> z) { return alternate(All{}, z.re, z.im); }
  static Lanes exchange(Lanes x) { return exchange(All{}, x); }
  static Lanes real_twice(Lanes x) { return real_twice(All{}, x); }
  static Lanes imag_twice(Lanes x) { return imag_twice(All{}, x); }
  static Lanes alternate(R re, R im) { return alternate(All{}, re, im); }

 private:
  template <int... i>
  static Lanes alternate(Indices<i...>, R re, R im) {
    return Lanes{(i % 2 ? im : re)...};
  }
  template <int... i>
  static Lanes exchange(Indices<i...>, Lanes x) {
    return __builtin_shufflevector(x, x, (i ^ 1)...);
  }
  template <int... i>
  static Lanes real_twice(Indices<i...>, Lanes x) {
    return __builtin_shufflevector(x, x, (i & ~1)...);
  }
  template <int... i>
  static Lanes imag_twice(Indices<i...>, Lanes x) {
    return __builtin_shufflevector(x, x, (i | 1)...);
  }
};

// The packed form of an operation: the same roundings as its apply().
template <class Op, class R>
struct PackedForm;

template <class R>
struct PackedForm<Add, R> {
  using Lanes = typename Packed<R>::Lanes;
  static Lanes apply(Lanes x, Lanes y) { return x + y; }
};

template <class R>
struct PackedForm<Subtract, R> {
  using Lanes = typename Packed<R>::Lanes;
  static Lanes apply(Lanes x, Lanes y) { return x - y; }
};

template <class R>
struct PackedForm<Multiply, R> {
  using P = Packed<R>;
  using Lanes = typename P::Lanes;
  static Lanes apply(Lanes x, Lanes y) {
    const Lanes cross = P::exchange(x) * P::imag_twice(y);
    return x * P::real_twice(y) + cross * P::alternate(-1, 1);
  }
};

template <class R>
struct PackedForm<Conj, R> {
  using P = Packed<R>;
  using Lanes = typename P::Lanes;
  static Lanes apply(Lanes x) { return x * P::alternate(1, -1); }
};

template <class Op, class R>
void unary_packed(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  using Lanes = typename Packed<R>::Lanes;
  constexpr std::int64_t kSize = sizeof(Complex<R>);
  std::int64_t i = 0;
  if (strides[0] == kSize && strides[1] == kSize) {
    for (; i + Packed<R>::kCount <= n; i += Packed<R>::kCount) {
      const auto x = load<Lanes>(pointers[0] + i * kSize);
      store<Lanes>(pointers[1] + i * kSize, PackedForm<Op, R>::apply(x));
    }
  }
  char* const rest[] = {pointers[0] + i * strides[0], pointers[1] + i * strides[1]};
  unary_strided<Op, Complex<R>, Complex<R>>(rest, strides, n - i);
}

template <class Op, class R, bool kScalar1, bool kScalar2>
std::int64_t packed_prefix(char* const* pointers, std::int64_t n) {
  using Lanes = typename Packed<R>::Lanes;
  constexpr std::int64_t kSize = sizeof(Complex<R>);
  Lanes x = {}, y = {};
  if (kScalar1) x = Packed<R>::repeat(load<Complex<R>>(pointers[0]));
  if (kScalar2) y = Packed<R>::repeat(load<Complex<R>>(pointers[1]));
  std::int64_t i = 0;
  for (; i + Packed<R>::kCount <= n; i += Packed<R>::kCount) {
    if (!kScalar1) x = load<Lanes>(pointers[0] + i * kSize);
    if (!kScalar2) y = load<Lanes>(pointers[1] + i * kSize);
    store<Lanes>(pointers[2] + i * kSize, PackedForm<Op, R>::apply(x, y));
  }
  return i;
}

// Every other layout is gathered into blocks for the same code. The scalar form would not do: GCC
// 12 turns the pair of its sums into a fused multiply-add, -ffp-contract=off or not, and the bits
// would differ.
template <class Op, class R>
void binary_gathered(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  constexpr std::int64_t kBlock = 16;
  constexpr std::int64_t kCount = Packed<R>::kCount;
  static_assert(kBlock % kCount == 0);
  Complex<R> x[kBlock], y[kBlock];
  char* const blocks[] = {reinterpret_cast<char*>(x), reinterpret_cast<char*>(y),
                          reinterpret_cast<char*>(x)};
  for (std::int64_t start = 0; start < n; start += kBlock) {
    const std::int64_t count = n - start < kBlock ? n - start : kBlock;
    const std::int64_t padded = (count + kCount - 1) / kCount * kCount;
    for (std::int64_t i = 0; i < count; ++i) {
      x[i] = load<Complex<R>>(pointers[0] + (start + i) * strides[0]);
      y[i] = load<Complex<R>>(pointers[1] + (start + i) * strides[1]);
    }
    for (std::int64_t i = count; i < padded; ++i) x[i] = y[i] = {0, 0};
    packed_prefix<Op, R, false, false>(blocks, padded);
    for (std::int64_t i = 0; i < count; ++i) {
      store(pointers[2] + (start + i) * strides[2], x[i]);
    }
  }
}

template <class Op, class R>
void binary_packed(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  constexpr std::int64_t kSize = sizeof(Complex<R>);
  const std::int64_t s1 = strides[0], s2 = strides[1];
  std::int64_t i = 0;
  if (strides[2] == kSize) {
    if (s1 == kSize && s2 == kSize) i = packed_prefix<Op, R, false, false>(pointers, n);
    if (s1 == kSize && s2 == 0) i = packed_prefix<Op, R, false, true>(pointers, n);
    if (s1 == 0 && s2 == kSize) i = packed_prefix<Op, R, true, false>(pointers, n);
  }
  char* const rest[] = {pointers[0] + i * s1, pointers[1] + i * s2, pointers[2] + i * strides[2]};
  if (i < n) binary_gathered<Op, R>(rest, strides, n - i);
}

}  // namespace
}  // namespace arrayforge
