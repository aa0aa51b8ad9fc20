// Dtypes as plain data: sizes, kinds, promotion. Relies on nothing but the C++ library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace arrayforge {

enum class Kind : std::uint8_t {
  boolean,
  signed_integer,
  unsigned_integer,
  real_floating,
  complex_floating
};

// DTYPE(name, size in bytes, kind); the order is the order of the enumeration.
#define ARRAYFORGE_DTYPES(DTYPE)        \
  DTYPE(bool_, 1, boolean)              \
  DTYPE(int8, 1, signed_integer)        \
  DTYPE(int16, 2, signed_integer)       \
  DTYPE(int32, 4, signed_integer)       \
  DTYPE(int64, 8, signed_integer)       \
  DTYPE(uint8, 1, unsigned_integer)     \
  DTYPE(uint16, 2, unsigned_integer)    \
  DTYPE(uint32, 4, unsigned_integer)    \
  DTYPE(uint64, 8, unsigned_integer)    \
  DTYPE(float16, 2, real_floating)      \
  DTYPE(bfloat16, 2, real_floating)     \
  DTYPE(float32, 4, real_floating)      \
  DTYPE(float64, 8, real_floating)      \
  DTYPE(complex64, 8, complex_floating) \
  DTYPE(complex128, 16, complex_floating)

enum class DType : std::uint8_t {
#define DTYPE(name, size, kind) name,
  ARRAYFORGE_DTYPES(DTYPE)
#undef DTYPE
};

#define DTYPE(name, size, kind) +1
inline constexpr std::size_t kDTypeCount = 0 ARRAYFORGE_DTYPES(DTYPE);
#undef DTYPE

constexpr std::size_t index(DType dtype) { return static_cast<std::size_t>(dtype); }

struct DTypeInfo {
  std::string_view name;
  std::int64_t itemsize;
  Kind kind;
};

inline constexpr DTypeInfo kDTypes[kDTypeCount] = {
#define DTYPE(name, size, kind) {#name, size, Kind::kind},
    ARRAYFORGE_DTYPES(DTYPE)
#undef DTYPE
};

constexpr std::int64_t itemsize(DType dtype) { return kDTypes[index(dtype)].itemsize; }
constexpr Kind kind(DType dtype) { return kDTypes[index(dtype)].kind; }

// The public name: bool_ is a keyword's escape.
constexpr std::string_view name(DType dtype) {
  return dtype == DType::bool_ ? std::string_view("bool") : kDTypes[index(dtype)].name;
}

constexpr bool is_integer(DType dtype) {
  return kind(dtype) == Kind::signed_integer || kind(dtype) == Kind::unsigned_integer;
}
constexpr bool is_real_floating(DType dtype) { return kind(dtype) == Kind::real_floating; }
constexpr bool is_complex(DType dtype) { return kind(dtype) == Kind::complex_floating; }
constexpr bool is_floating(DType dtype) { return is_real_floating(dtype) || is_complex(dtype); }

// float16 and bfloat16 are stored in 16 bits and computed in float32.
constexpr bool is_half(DType dtype) { return dtype == DType::float16 || dtype == DType::bfloat16; }

}  // namespace arrayforge
