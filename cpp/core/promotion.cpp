#include "promotion.h"

#include <array>
#include <utility>

namespace arrayforge {
namespace {

constexpr DType signed_of_size(std::int64_t size) {
  return size == 1   ? DType::int8
         : size == 2 ? DType::int16
         : size == 4 ? DType::int32
                     : DType::int64;
}

constexpr Promoted promote_integers(DType a, DType b) {
  if (kind(a) == kind(b)) return {itemsize(a) >= itemsize(b) ? a : b, true};
  const DType unsigned_one = kind(a) == Kind::unsigned_integer ? a : b;
  const DType signed_one = kind(a) == Kind::unsigned_integer ? b : a;
  if (itemsize(signed_one) > itemsize(unsigned_one)) return {signed_one, true};
  // No signed integer holds all of uint64; NumPy goes to float64.
  if (itemsize(unsigned_one) == 8) return {DType::float64, false};
  return {signed_of_size(itemsize(unsigned_one) * 2), true};
}

// The smallest float that holds an integer dtype, as NumPy has it.
constexpr DType float_for_integer(DType integer) {
  const std::int64_t size = itemsize(integer);
  return size == 1 ? DType::float16 : size == 2 ? DType::float32 : DType::float64;
}

constexpr Promoted promote_real_floats(DType a, DType b) {
  if (a == b) return {a, true};
  if (is_half(a) && is_half(b)) return {DType::float32, false};
  return {itemsize(a) >= itemsize(b) ? a : b, true};
}

constexpr Promoted promote_dtypes(DType a, DType b) {
  if (a == b) return {a, true};
  if (a == DType::bool_) return {b, false};
  if (b == DType::bool_) return {a, false};
  if (is_integer(a) && is_integer(b)) return promote_integers(a, b);
  if (is_integer(a)) std::swap(a, b);
  if (is_integer(b)) {
    // An integer of one byte fits every float, bfloat16 included.
    const DType real = component_dtype(a);
    const DType needed = itemsize(b) == 1 ? real : float_for_integer(b);
    const DType wider = promote_real_floats(real, needed).dtype;
    return {is_complex(a) ? complex_dtype(wider) : wider, false};
  }
  if (is_complex(a) || is_complex(b)) {
    return {complex_dtype(promote_real_floats(component_dtype(a), component_dtype(b)).dtype), true};
  }
  return promote_real_floats(a, b);
}

constexpr auto make_table() {
  std::array<std::array<Promoted, kDTypeCount>, kDTypeCount> table{};
  for (std::size_t i = 0; i < kDTypeCount; ++i) {
    for (std::size_t j = 0; j < kDTypeCount; ++j) {
      table[i][j] = promote_dtypes(static_cast<DType>(i), static_cast<DType>(j));
    }
  }
  return table;
}

constexpr auto kTable = make_table();

}  // namespace

Promoted promote(DType a, DType b) { return kTable[index(a)][index(b)]; }

Promoted promote(DType array, ScalarKind scalar, DType default_float) {
  switch (scalar) {
    case ScalarKind::boolean:
      return {array, array == DType::bool_};
    case ScalarKind::integer:
      if (array == DType::bool_) return {DType::int64, false};
      return {array, true};
    case ScalarKind::real:
      if (is_floating(array)) return {array, true};
      return {default_float, false};
    case ScalarKind::complex:
      if (is_complex(array)) return {array, true};
      if (is_real_floating(array)) return {complex_dtype(array), true};
      return {complex_dtype(default_float), false};
  }
  return {array, true};
}

DType default_dtype(ScalarKind scalar, DType default_float) {
  switch (scalar) {
    case ScalarKind::boolean:
      return DType::bool_;
    case ScalarKind::integer:
      return DType::int64;
    case ScalarKind::real:
      return default_float;
    case ScalarKind::complex:
      return complex_dtype(default_float);
  }
  return default_float;
}

bool can_cast(DType from, DType to) {
  return promote(from, to).dtype == to && promote(from, to).standard;
}

}  // namespace arrayforge
