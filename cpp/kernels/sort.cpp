// Fills in sorting, searching and selecting for every dtype.
#include "sort.h"

#include "sort_keys.h"
#include "sort_order.h"
#include "sort_search.h"
#include "sort_select.h"
#include "sort_unique.h"
#include "table.h"

namespace arrayforge {
namespace {

template <int kSize>
std::int64_t argsort_scratch(std::int64_t n) {
  return kSize == 1 ? 0 : (2 * n + kSpareSlack) * 8;
}

template <int kSize>
std::int64_t sort_scratch(std::int64_t n) {
  return kSize == 1 ? 0 : (n + kSpareSlack) * kSize;
}

// Complex numbers are sorted through their order: the elements to gather from, it, and its scratch.
template <int kSize>
std::int64_t sort_scratch_complex(std::int64_t n) {
  return n * (kSize + 8) + argsort_scratch<kSize>(n);
}

template <class Policy>
void sort_values(void* data, std::int64_t n, void* scratch, bool descending) {
  using U = typename Policy::Bits;
  U* const items = static_cast<U*>(data);
  const U flip = descending ? static_cast<U>(-1) : U{0};
  for (std::int64_t i = 0; i < n; ++i) items[i] = Policy::to_key(items[i]) ^ flip;
  if constexpr (sizeof(U) == 1) {
    sort_bytes(items, n);
  } else {
    sort_integers(items, n, static_cast<U*>(scratch));
  }
  for (std::int64_t i = 0; i < n; ++i) {
    items[i] = Policy::from_key(static_cast<U>(items[i] ^ flip));
  }
}

void number_positions(std::int64_t* out, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = i;
}

template <class Policy>
void argsort_bytes(const void* data, std::int64_t n, std::int64_t* out, void*, bool descending) {
  const u8* const items = static_cast<const u8*>(data);
  const u8 flip = descending ? 255 : 0;
  std::int64_t next[kBuckets + 1] = {};
  for (std::int64_t i = 0; i < n; ++i) ++next[(Policy::tie_key(items[i]) ^ flip) + 1];
  for (int b = 0; b < kBuckets; ++b) next[b + 1] += next[b];
  for (std::int64_t i = 0; i < n; ++i) out[next[Policy::tie_key(items[i]) ^ flip]++] = i;
}

template <class Policy>
void argsort_real(const void* data, std::int64_t n, std::int64_t* out, void* scratch,
                  bool descending) {
  using U = typename Policy::Bits;
  const U* const items = static_cast<const U*>(data);
  const U flip = descending ? static_cast<U>(-1) : U{0};
  u64* const packed = static_cast<u64*>(scratch);
  const auto key = [=](std::int64_t i) -> u64 {
    return static_cast<U>(Policy::tie_key(items[i]) ^ flip);
  };
  number_positions(out, n);
  order_positions(key, out, n, packed, packed + n);
}

template <class Part>
void argsort_complex(const void* data, std::int64_t n, std::int64_t* out, void* scratch,
                     bool descending) {
  using U = typename Part::Bits;
  const U* const parts = static_cast<const U*>(data);
  const u64 flip = descending ? ~u64{0} : 0;
  u64* const packed = static_cast<u64*>(scratch);
  number_positions(out, n);
  if constexpr (sizeof(U) == 4) {
    const auto key = [=](std::int64_t i) -> u64 {
      const ComplexKey<U> k = complex_key<Part>(parts + 2 * i);
      return (u64{k.high} << 32 | k.low) ^ flip;
    };
    order_positions(key, out, n, packed, packed + n);
  } else {
    const auto high = [=](std::int64_t i) { return complex_key<Part>(parts + 2 * i).high ^ flip; };
    const auto low = [=](std::int64_t i) { return complex_key<Part>(parts + 2 * i).low ^ flip; };
    order_positions(high, out, n, packed, packed + n);
    order_ties(high, low, out, n, packed, packed + n);
  }
}

template <class Part>
void sort_complex(void* data, std::int64_t n, void* scratch, bool descending) {
  using Item = typename ComplexRuns<Part>::Item;
  Item* const items = static_cast<Item*>(data);
  Item* const before = static_cast<Item*>(scratch);
  std::int64_t* const order = reinterpret_cast<std::int64_t*>(before + n);
  argsort_complex<Part>(data, n, order, order + n, descending);
  __builtin_memcpy(before, items, static_cast<std::size_t>(n) * sizeof(Item));
  for (std::int64_t i = 0; i < n; ++i) items[i] = before[order[i]];
}

template <class Policy, int kShift>
void fill_real(SortKernels& table, DType dtype) {
  using U = typename Policy::Bits;
  const std::size_t d = index(dtype);
  table.sort_scratch[d] = sort_scratch<sizeof(U)>;
  table.argsort_scratch[d] = argsort_scratch<sizeof(U)>;
  table.sort[d] = sort_values<Policy>;
  if constexpr (sizeof(U) == 1) {
    table.argsort[d] = argsort_bytes<Policy>;
  } else {
    table.argsort[d] = argsort_real<Policy>;
  }
  table.searchsorted[d] = searchsorted<RealReader<Policy>>;
  table.unique[d] = unique<RealRuns<Policy>>;
  table.count_nonzero[d] = count_nonzero<U, kShift>;
}

template <class Part>
void fill_complex(SortKernels& table, DType dtype) {
  constexpr int kSize = 2 * sizeof(typename Part::Bits);
  const std::size_t d = index(dtype);
  table.sort_scratch[d] = sort_scratch_complex<kSize>;
  table.argsort_scratch[d] = argsort_scratch<kSize>;
  table.sort[d] = sort_complex<Part>;
  table.argsort[d] = argsort_complex<Part>;
  table.searchsorted[d] = searchsorted<ComplexReader<Part>>;
  table.unique[d] = unique<ComplexRuns<Part>>;
  table.count_nonzero[d] = count_nonzero_complex<typename Part::Bits>;
}

template <class T>
void fill_size(SortKernels& table) {
  constexpr std::size_t s = size_class(sizeof(T));
  table.compress[s] = compress<T>;
  table.expand[s] = expand<T>;
  table.take[s] = take<T>;
  table.scatter[s] = scatter<T>;
}

}  // namespace

void ARRAYFORGE_FILL(sort)(KernelTable& kernels) {
  SortKernels& table = kernels.sort;
  fill_real<BooleanKey, 0>(table, DType::bool_);
  fill_real<SignedKey<u8>, 0>(table, DType::int8);
  fill_real<SignedKey<u16>, 0>(table, DType::int16);
  fill_real<SignedKey<u32>, 0>(table, DType::int32);
  fill_real<SignedKey<u64>, 0>(table, DType::int64);
  fill_real<UnsignedKey<u8>, 0>(table, DType::uint8);
  fill_real<UnsignedKey<u16>, 0>(table, DType::uint16);
  fill_real<UnsignedKey<u32>, 0>(table, DType::uint32);
  fill_real<UnsignedKey<u64>, 0>(table, DType::uint64);
  fill_real<Float16Key, 1>(table, DType::float16);
  fill_real<BFloat16Key, 1>(table, DType::bfloat16);
  fill_real<Float32Key, 1>(table, DType::float32);
  fill_real<Float64Key, 1>(table, DType::float64);
  fill_complex<Float32Key>(table, DType::complex64);
  fill_complex<Float64Key>(table, DType::complex128);
  fill_size<u8>(table);
  fill_size<u16>(table);
  fill_size<u32>(table);
  fill_size<u64>(table);
  fill_size<Item16>(table);
  table.nonzero = nonzero;
  table.unique_indices = unique_indices;
}

}  // namespace arrayforge
