// Order-preserving keys: every dtype is sorted as unsigned integers, so one sort per width serves
// all.
//
// to_key and from_key are a bijection of bit patterns, good for sorting values. tie_key maps what
// compares equal (zeros of both signs; all NaNs) to one key, good for stable orders and searches.
#pragma once

#include <cstdint>

namespace arrayforge {
namespace {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

template <class U>
struct SignedOf;
template <>
struct SignedOf<u8> {
  using type = std::int8_t;
};
template <>
struct SignedOf<u16> {
  using type = std::int16_t;
};
template <>
struct SignedOf<u32> {
  using type = std::int32_t;
};
template <>
struct SignedOf<u64> {
  using type = std::int64_t;
};

template <class U>
constexpr U kSignBit = static_cast<U>(U{1} << (8 * sizeof(U) - 1));

struct BooleanKey {
  using Bits = u8;
  static u8 to_key(u8 bits) { return bits != 0; }
  static u8 from_key(u8 key) { return key; }
  static u8 tie_key(u8 bits) { return bits != 0; }
};

template <class U>
struct UnsignedKey {
  using Bits = U;
  static U to_key(U bits) { return bits; }
  static U from_key(U key) { return key; }
  static U tie_key(U bits) { return bits; }
};

template <class U>
struct SignedKey {
  using Bits = U;
  static U to_key(U bits) { return bits ^ kSignBit<U>; }
  static U from_key(U key) { return key ^ kSignBit<U>; }
  static U tie_key(U bits) { return bits ^ kSignBit<U>; }
};

// IEEE bit patterns: negative ones are inverted, positive ones get the sign bit. That would put
// negative NaNs before minus infinity; subtracting their number wraps them round to the top.
template <class U, int kMantissaBits>
struct FloatKey {
  using Bits = U;
  using Signed = typename SignedOf<U>::type;
  static constexpr int kTop = 8 * sizeof(U) - 1;
  static constexpr U kNans = static_cast<U>((U{1} << kMantissaBits) - 1);  // of one sign
  static constexpr U kNanKey = static_cast<U>(-1);
  static constexpr U kFirstNan = static_cast<U>(U{0} - 2 * kNans);

  static U to_key(U bits) {
    const U flip = static_cast<U>(static_cast<Signed>(bits) >> kTop) | kSignBit<U>;
    return static_cast<U>((bits ^ flip) - kNans);
  }
  static U from_key(U key) {
    key = static_cast<U>(key + kNans);
    const U flip = static_cast<U>(static_cast<Signed>(static_cast<U>(~key)) >> kTop) | kSignBit<U>;
    return key ^ flip;
  }
  static U tie_key(U bits) {
    const U key = to_key(bits == kSignBit<U> ? U{0} : bits);
    return key >= kFirstNan ? kNanKey : key;
  }
};

using Float16Key = FloatKey<u16, 10>;
using BFloat16Key = FloatKey<u16, 7>;
using Float32Key = FloatKey<u32, 23>;
using Float64Key = FloatKey<u64, 52>;

// A complex number as two keys, compared high first. A NaN takes one of the codes above all numbers
// into high, and the part that is a number into low.
template <class U>
struct ComplexKey {
  U high, low;
};

template <class Part>
ComplexKey<typename Part::Bits> complex_key(const typename Part::Bits* parts) {
  using U = typename Part::Bits;
  const U re = Part::tie_key(parts[0]), im = Part::tie_key(parts[1]);
  constexpr U kNan = Part::kNanKey;
  if (re != kNan && im != kNan) [[likely]] {
    return {re, im};
  }
  if (re != kNan) return {static_cast<U>(kNan - 2), re};
  if (im != kNan) return {static_cast<U>(kNan - 1), im};
  return {kNan, 0};
}

}  // namespace
}  // namespace arrayforge
