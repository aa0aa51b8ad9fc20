// Selection by mask and by index: moves elements of a size, whatever their dtype.
//
// Loops over a mask write the next slot for every element and advance past it where the mask
// selects. They end with the last selected element instead of the mask's, so nothing is written or
// read beyond what was counted.
#pragma once

#include <cstddef>

#include "sort_keys.h"

namespace arrayforge {
namespace {

// As large as any dtype; aligned to the parts of a complex number.
struct Item16 {
  u64 low, high;
};

template <class T>
T load_item(const char* at) {
  T item;
  __builtin_memcpy(&item, at, sizeof item);
  return item;
}

template <class T>
void store_item(char* at, T item) {
  __builtin_memcpy(at, &item, sizeof item);
}

template <class Step>
void for_selected(const char* mask, std::int64_t count, Step step) {
  std::int64_t found = 0;
  for (std::int64_t i = 0; found < count; ++i) {
    step(i, found);
    found += mask[i] != 0;
  }
}

inline void nonzero(const char* mask, std::int64_t base, std::int64_t* out, std::int64_t count) {
  for_selected(mask, count, [=](std::int64_t i, std::int64_t k) { out[k] = base + i; });
}

template <class T>
void compress(const char* src, std::int64_t src_stride, const char* mask, char* dst,
              std::int64_t count) {
  constexpr std::int64_t kSize = sizeof(T);
  if (src_stride == kSize) {
    for_selected(mask, count, [=](std::int64_t i, std::int64_t k) {
      store_item(dst + k * kSize, load_item<T>(src + i * kSize));
    });
  } else {
    for_selected(mask, count, [=](std::int64_t i, std::int64_t k) {
      store_item(dst + k * kSize, load_item<T>(src + i * src_stride));
    });
  }
}

template <class T>
void expand(char* dst, std::int64_t dst_stride, const char* mask, const char* values,
            std::int64_t value_stride, std::int64_t count) {
  for_selected(mask, count, [=](std::int64_t i, std::int64_t k) {
    char* const at = dst + i * dst_stride;
    const T before = load_item<T>(at), value = load_item<T>(values + k * value_stride);
    store_item(at, mask[i] ? value : before);
  });
}

template <class T>
void take(const char* src, std::int64_t src_stride, const std::int64_t* indices, std::int64_t n,
          char* dst) {
  constexpr std::int64_t kSize = sizeof(T);
  if (src_stride == kSize) {
    for (std::int64_t i = 0; i < n; ++i) {
      store_item(dst + i * kSize, load_item<T>(src + indices[i] * kSize));
    }
  } else {
    for (std::int64_t i = 0; i < n; ++i) {
      store_item(dst + i * kSize, load_item<T>(src + indices[i] * src_stride));
    }
  }
}

template <class T>
void scatter(char* dst, std::int64_t dst_stride, const std::int64_t* indices, std::int64_t n,
             const char* src, std::int64_t src_stride) {
  for (std::int64_t i = 0; i < n; ++i) {
    store_item(dst + indices[i] * dst_stride, load_item<T>(src + i * src_stride));
  }
}

// kShift drops the sign of a floating zero.
template <class U, int kShift>
std::int64_t count_nonzero(const char* data, std::int64_t stride, std::int64_t n) {
  constexpr std::int64_t kSize = sizeof(U);
  std::int64_t count = 0, i = 0;
  if (stride == kSize) {
    // One counter per lane, as wide as the element, added up before it can overflow.
    constexpr int kLanes = 64 / sizeof(U);
    typedef U Lanes __attribute__((vector_size(64)));
    constexpr std::int64_t kRounds = 255;
    while (i + kLanes <= n) {
      Lanes lanes = {};
      for (std::int64_t round = 0; round < kRounds && i + kLanes <= n; ++round, i += kLanes) {
        lanes -= reinterpret_cast<Lanes>((load_item<Lanes>(data + i * kSize) << kShift) != 0);
      }
      for (int lane = 0; lane < kLanes; ++lane) count += static_cast<std::int64_t>(lanes[lane]);
    }
  }
  for (; i < n; ++i) {
    count += static_cast<U>(load_item<U>(data + i * stride) << kShift) != 0;
  }
  return count;
}

template <class U>
std::int64_t count_nonzero_complex(const char* data, std::int64_t stride, std::int64_t n) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const char* const at = data + i * stride;
    count += static_cast<U>((load_item<U>(at) | load_item<U>(at + sizeof(U))) << 1) != 0;
  }
  return count;
}

}  // namespace
}  // namespace arrayforge
