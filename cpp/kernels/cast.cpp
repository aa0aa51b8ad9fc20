// Conversions between all dtypes, copies of one dtype included. Floats out of an integer's range
// saturate and NaN gives 0, where C++ leaves the result open; complex to real keeps the real part;
// anything non-zero is true.
#include "elements.h"
#include "loops.h"
#include "table.h"

namespace arrayforge {
namespace {

template <class T>
inline constexpr bool is_float_type = false;
template <>
inline constexpr bool is_float_type<f32> = true;
template <>
inline constexpr bool is_float_type<f64> = true;

template <class To, class R>
To float_to_integer(R x) {
  constexpr bool kSigned = static_cast<To>(-1) < static_cast<To>(0);
  constexpr int kBits = sizeof(To) * 8 - (kSigned ? 1 : 0);
  constexpr To kMax = static_cast<To>(~(kSigned ? static_cast<To>(To{1} << kBits) : To{0}));
  constexpr To kMin = kSigned ? static_cast<To>(~kMax) : To{0};
  constexpr R kLimit = static_cast<R>(1ULL << (kBits - 1)) * 2;
  // A negative float to an unsigned dtype wraps through int64, as two's complement does elsewhere.
  if constexpr (!kSigned) {
    if (x < 0) return static_cast<To>(float_to_integer<std::int64_t>(x));
  }
  if (x != x) return 0;
  return x >= kLimit ? kMax : kSigned && x < -kLimit ? kMin : static_cast<To>(x);
}

template <class From, class To>
struct convert {
  To operator()(From x) const {
    if constexpr (same_type<From, To> && !same_type<From, Boolean>) {
      return x;
    } else if constexpr (is_complex_type<From>) {
      if constexpr (is_complex_type<To>) {
        using R = typename To::real_type;
        return {static_cast<R>(x.re), static_cast<R>(x.im)};
      } else if constexpr (same_type<To, Boolean>) {
        return {static_cast<std::uint8_t>((x.re != 0) | (x.im != 0))};
      } else {
        return convert<typename From::real_type, To>{}(x.re);
      }
    } else {
      const auto value = number(x);
      using V = decltype(number(x));
      if constexpr (is_complex_type<To>) {
        return {static_cast<typename To::real_type>(value), 0};
      } else if constexpr (same_type<To, Boolean>) {
        return {static_cast<std::uint8_t>(value != 0)};
      } else if constexpr (same_type<To, Float16>) {
        return narrow_float16(before_narrowing(value));
      } else if constexpr (same_type<To, BFloat16>) {
        return narrow_bfloat16(before_narrowing(value));
      } else if constexpr (is_float_type<V> && !is_float_type<To>) {
        return float_to_integer<To>(value);
      } else {
        return static_cast<To>(value);
      }
    }
  }
};

template <class From>
void fill_row(KernelTable& table, DType from) {
  Loop* row = table.cast[index(from)];
  row[index(DType::bool_)] = unary_loop<From, Boolean, convert<From, Boolean>>;
  row[index(DType::int8)] = unary_loop<From, std::int8_t, convert<From, std::int8_t>>;
  row[index(DType::int16)] = unary_loop<From, std::int16_t, convert<From, std::int16_t>>;
  row[index(DType::int32)] = unary_loop<From, std::int32_t, convert<From, std::int32_t>>;
  row[index(DType::int64)] = unary_loop<From, std::int64_t, convert<From, std::int64_t>>;
  row[index(DType::uint8)] = unary_loop<From, std::uint8_t, convert<From, std::uint8_t>>;
  row[index(DType::uint16)] = unary_loop<From, std::uint16_t, convert<From, std::uint16_t>>;
  row[index(DType::uint32)] = unary_loop<From, std::uint32_t, convert<From, std::uint32_t>>;
  row[index(DType::uint64)] = unary_loop<From, std::uint64_t, convert<From, std::uint64_t>>;
  row[index(DType::float16)] = unary_loop<From, Float16, convert<From, Float16>>;
  row[index(DType::bfloat16)] = unary_loop<From, BFloat16, convert<From, BFloat16>>;
  row[index(DType::float32)] = unary_loop<From, f32, convert<From, f32>>;
  row[index(DType::float64)] = unary_loop<From, f64, convert<From, f64>>;
  row[index(DType::complex64)] = unary_loop<From, c64, convert<From, c64>>;
  row[index(DType::complex128)] = unary_loop<From, c128, convert<From, c128>>;
}

}  // namespace

void ARRAYFORGE_FILL(cast)(KernelTable& table) {
  fill_row<Boolean>(table, DType::bool_);
  fill_row<std::int8_t>(table, DType::int8);
  fill_row<std::int16_t>(table, DType::int16);
  fill_row<std::int32_t>(table, DType::int32);
  fill_row<std::int64_t>(table, DType::int64);
  fill_row<std::uint8_t>(table, DType::uint8);
  fill_row<std::uint16_t>(table, DType::uint16);
  fill_row<std::uint32_t>(table, DType::uint32);
  fill_row<std::uint64_t>(table, DType::uint64);
  fill_row<Float16>(table, DType::float16);
  fill_row<BFloat16>(table, DType::bfloat16);
  fill_row<f32>(table, DType::float32);
  fill_row<f64>(table, DType::float64);
  fill_row<c64>(table, DType::complex64);
  fill_row<c128>(table, DType::complex128);
}

}  // namespace arrayforge
