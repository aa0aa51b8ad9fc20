// The element types as the kernels of casts and reductions see them.
#pragma once

#include "half.h"

namespace arrayforge {
namespace {

struct Boolean {
  std::uint8_t byte;
};

template <class A, class B>
inline constexpr bool same_type = false;
template <class A>
inline constexpr bool same_type<A, A> = true;

template <class T>
inline constexpr bool is_complex_type = false;
template <>
inline constexpr bool is_complex_type<c64> = true;
template <>
inline constexpr bool is_complex_type<c128> = true;

// The value of an element as a plain C++ number.
template <class T>
T number(T x) {
  return x;
}
inline f32 number(Float16 x) { return widen(x); }
inline f32 number(BFloat16 x) { return widen(x); }
inline std::uint8_t number(Boolean x) { return x.byte != 0; }
template <class T>
using Number = decltype(number(T{}));

}  // namespace
}  // namespace arrayforge
