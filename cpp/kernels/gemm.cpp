// The family `gemm`: register tiles per dtype and ISA level, as data.
#include "gemm.h"

#include "gemm_dots.h"
#include "gemm_pack.h"
#include "gemm_tile.h"
#include "table.h"

namespace arrayforge {
namespace {

// Rows and vectors of the tile. Of the 16 or 32 registers a tile leaves some for a row of b, a
// broadcast factor and, where there is no fused multiply-add, the product. int8 is computed in 16
// bits: wrapping makes the low half right.
#if defined(__AVX512F__)
constexpr int kRows = 8, kVectors = 3, kComplexRows = 4, kComplexVectors = 3;
constexpr int kIntegerRows = 8, kIntegerVectors = 3, kLongRows = 8, kLongVectors = 3;
#elif defined(__FMA__)
constexpr int kRows = 4, kVectors = 3, kComplexRows = 2, kComplexVectors = 3;
constexpr int kIntegerRows = 4, kIntegerVectors = 2, kLongRows = 4, kLongVectors = 1;
#else
constexpr int kRows = 4, kVectors = 2, kComplexRows = 2, kComplexVectors = 2;
constexpr int kIntegerRows = 4, kIntegerVectors = 2, kLongRows = 4, kLongVectors = 1;
#endif

using Float32 = GemmType<float, float, false, kRows, kVectors>;
using Float64 = GemmType<double, double, false, kRows, kVectors>;
using Complex64 = GemmType<float, float, true, kComplexRows, kComplexVectors>;
using Complex128 = GemmType<double, double, true, kComplexRows, kComplexVectors>;
using Int8 = GemmType<std::uint8_t, std::uint16_t, false, kIntegerRows, kIntegerVectors>;
using Int16 = GemmType<std::uint16_t, std::uint16_t, false, kIntegerRows, kIntegerVectors>;
using Int32 = GemmType<std::uint32_t, std::uint32_t, false, kIntegerRows, kIntegerVectors>;
using Int64 = GemmType<std::uint64_t, std::uint64_t, false, kLongRows, kLongVectors>;

template <class T, class Item, class Packed>
GemmKernel row(std::int64_t kc) {
  return {T::mr,           T::nr,     kc,      T::packed_item,
          packed_tile<T>,  direct<T>, dots<T>, pack<Item, Packed>,
          pack<Item, Item>};
}

}  // namespace

// kc decides where sums are split, so it belongs to the bits of a result and is not a matter of
// cache sizes.
void ARRAYFORGE_FILL(gemm)(KernelTable& table) {
  using u8 = std::uint8_t;
  using u16 = std::uint16_t;
  using u32 = std::uint32_t;
  using u64 = std::uint64_t;
  const auto set = [&table](DType dtype, const GemmKernel& kernel) {
    table.gemm.of[index(dtype)] = kernel;
  };
  set(DType::float32, row<Float32, u32, u32>(384));
  set(DType::float64, row<Float64, u64, u64>(256));
  set(DType::complex64, row<Complex64, u64, u64>(256));
  set(DType::complex128, row<Complex128, Pair, Pair>(192));
  const GemmKernel bytes = row<Int8, u8, u16>(512), shorts = row<Int16, u16, u16>(512);
  const GemmKernel ints = row<Int32, u32, u32>(384), longs = row<Int64, u64, u64>(256);
  set(DType::int8, bytes);
  set(DType::uint8, bytes);
  set(DType::int16, shorts);
  set(DType::uint16, shorts);
  set(DType::int32, ints);
  set(DType::uint32, ints);
  set(DType::int64, longs);
  set(DType::uint64, longs);
}

}  // namespace arrayforge
