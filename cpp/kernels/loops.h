// Loops around a functor on single elements, in the few shapes that the compiler vectorises well:
// all operands contiguous, one of two inputs a repeated scalar, anything else.
#pragma once

#include <cstdint>

#if defined(__clang__)
#define ARRAYFORGE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#define ARRAYFORGE_UNROLL _Pragma("clang loop unroll_count(4)")
#else
#define ARRAYFORGE_INDEPENDENT _Pragma("GCC ivdep")
#define ARRAYFORGE_UNROLL _Pragma("GCC unroll 4") _Pragma("GCC ivdep")
#endif

namespace arrayforge {
namespace {

template <class In, class Out, class F>
void unary_loop(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  const F f{};
  if (strides[0] == sizeof(In) && strides[1] == sizeof(Out)) {
    const In* x = reinterpret_cast<const In*>(pointers[0]);
    Out* out = reinterpret_cast<Out*>(pointers[1]);
    ARRAYFORGE_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<Out>(f(x[i]));
    return;
  }
  const char* x = pointers[0];
  char* out = pointers[1];
  const std::int64_t x_step = strides[0], out_step = strides[1];
  ARRAYFORGE_UNROLL
  for (std::int64_t i = 0; i < n; ++i, x += x_step, out += out_step) {
    *reinterpret_cast<Out*>(out) = static_cast<Out>(f(*reinterpret_cast<const In*>(x)));
  }
}

template <class In, class Out, class F>
void binary_loop(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  const F f{};
  const std::int64_t size = sizeof(In);
  const In* x1 = reinterpret_cast<const In*>(pointers[0]);
  const In* x2 = reinterpret_cast<const In*>(pointers[1]);
  Out* out = reinterpret_cast<Out*>(pointers[2]);
  if (strides[2] == sizeof(Out)) {
    if (strides[0] == size && strides[1] == size) {
      ARRAYFORGE_INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<Out>(f(x1[i], x2[i]));
      return;
    }
    if (strides[0] == size && strides[1] == 0) {
      const In scalar = *x2;
      ARRAYFORGE_INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<Out>(f(x1[i], scalar));
      return;
    }
    if (strides[0] == 0 && strides[1] == size) {
      const In scalar = *x1;
      ARRAYFORGE_INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<Out>(f(scalar, x2[i]));
      return;
    }
  }
  const char* a = pointers[0];
  const char* b = pointers[1];
  char* to = pointers[2];
  const std::int64_t a_step = strides[0], b_step = strides[1], to_step = strides[2];
  ARRAYFORGE_UNROLL
  for (std::int64_t i = 0; i < n; ++i, a += a_step, b += b_step, to += to_step) {
    *reinterpret_cast<Out*>(to) =
        static_cast<Out>(f(*reinterpret_cast<const In*>(a), *reinterpret_cast<const In*>(b)));
  }
}

}  // namespace
}  // namespace arrayforge
