// The loops of the complex kernels. An operation is a struct with a static apply(); its operand
// types choose the loop. Contiguous data and scalar operands get loops with constant strides, which
// the compiler vectorises.
#pragma once

#include <cstdint>

#include "numbers.h"
#include "table.h"

// An input is the output itself or apart from it, so no iteration reads what another one writes.
// Clang takes the hint for a demand and warns where it does not vectorise.
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed"
#define ARRAYFORGE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define ARRAYFORGE_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace arrayforge {
namespace {

// Vectors of parts lie at addresses that suit the part only.
template <class T>
T load(const char* pointer) {
  T value;
  __builtin_memcpy(&value, pointer, sizeof(value));
  return value;
}

template <class T>
void store(char* pointer, T value) {
  __builtin_memcpy(pointer, &value, sizeof(value));
}

template <class Op, class In, class Out>
void unary_strided(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  const char* in = pointers[0];
  char* out = pointers[1];
  for (std::int64_t i = 0; i < n; ++i) {
    store<Out>(out, Op::apply(load<In>(in)));
    in += strides[0];
    out += strides[1];
  }
}

template <class Op, class In, class Out>
void unary(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  if (strides[0] != sizeof(In) || strides[1] != sizeof(Out)) {
    return unary_strided<Op, In, Out>(pointers, strides, n);
  }
  const auto* in = reinterpret_cast<const In*>(pointers[0]);
  auto* out = reinterpret_cast<Out*>(pointers[1]);
  ARRAYFORGE_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) out[i] = Op::apply(in[i]);
}

template <class Op, class In, class Out>
void binary_strided(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  const char* in1 = pointers[0];
  const char* in2 = pointers[1];
  char* out = pointers[2];
  for (std::int64_t i = 0; i < n; ++i) {
    store<Out>(out, Op::apply(load<In>(in1), load<In>(in2)));
    in1 += strides[0];
    in2 += strides[1];
    out += strides[2];
  }
}

template <class Op, class In, class Out>
void binary(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  constexpr std::int64_t kIn = sizeof(In);
  const auto* in1 = reinterpret_cast<const In*>(pointers[0]);
  const auto* in2 = reinterpret_cast<const In*>(pointers[1]);
  auto* out = reinterpret_cast<Out*>(pointers[2]);
  if (strides[2] != sizeof(Out)) {
    binary_strided<Op, In, Out>(pointers, strides, n);
  } else if (strides[0] == kIn && strides[1] == kIn) {
    ARRAYFORGE_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) out[i] = Op::apply(in1[i], in2[i]);
  } else if (strides[0] == kIn && strides[1] == 0) {
    const In scalar = *in2;
    ARRAYFORGE_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) out[i] = Op::apply(in1[i], scalar);
  } else if (strides[0] == 0 && strides[1] == kIn) {
    const In scalar = *in1;
    ARRAYFORGE_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) out[i] = Op::apply(scalar, in2[i]);
  } else {
    binary_strided<Op, In, Out>(pointers, strides, n);
  }
}

// For operations on each component alone: contiguous complex numbers are twice as many real ones.
template <class Op, class R>
void unary_componentwise(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  if (strides[0] == sizeof(Complex<R>) && strides[1] == sizeof(Complex<R>)) {
    const std::int64_t real_strides[] = {sizeof(R), sizeof(R)};
    return unary<Op, R, R>(pointers, real_strides, 2 * n);
  }
  unary_strided<Op, Complex<R>, Complex<R>>(pointers, strides, n);
}

// For operations that vectorise only over two arrays: a scalar operand is repeated into a block of
// them.
template <class Op, class In, class Out>
void binary_blocked(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  constexpr std::int64_t kBlock = 64;
  constexpr std::int64_t kIn = sizeof(In);
  const int scalar = strides[0] == 0 ? 0 : 1;
  const bool contiguous = strides[1 - scalar] == kIn && strides[2] == sizeof(Out);
  if (strides[scalar] != 0 || !contiguous || n < kBlock) {
    return binary<Op, In, Out>(pointers, strides, n);
  }
  In repeated[kBlock];
  for (In& element : repeated) element = load<In>(pointers[scalar]);
  const std::int64_t block_strides[] = {kIn, kIn, sizeof(Out)};
  for (std::int64_t i = 0; i < n; i += kBlock) {
    char* block[] = {pointers[0] + i * kIn, pointers[1] + i * kIn,
                     pointers[2] + i * static_cast<std::int64_t>(sizeof(Out))};
    block[scalar] = reinterpret_cast<char*>(repeated);
    binary<Op, In, Out>(block, block_strides, n - i < kBlock ? n - i : kBlock);
  }
}

}  // namespace
}  // namespace arrayforge
