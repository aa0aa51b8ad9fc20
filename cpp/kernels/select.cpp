// where(): a choice between two elements, by item size; the dtype does not matter to it.
#include "loops.h"
#include "table.h"

namespace arrayforge {
namespace {

struct Block16 {
  std::uint64_t low, high;
};

// Operands: condition bytes, x1, x2, output.
template <class T>
void select_loop(char* const* pointers, const std::int64_t* strides, std::int64_t n) {
  const std::int64_t size = sizeof(T);
  if (strides[0] == 1 && strides[1] == size && strides[2] == size && strides[3] == size) {
    const auto* condition = reinterpret_cast<const std::uint8_t*>(pointers[0]);
    const T* x1 = reinterpret_cast<const T*>(pointers[1]);
    const T* x2 = reinterpret_cast<const T*>(pointers[2]);
    T* out = reinterpret_cast<T*>(pointers[3]);
    ARRAYFORGE_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) {
      const T a = x1[i], b = x2[i];
      out[i] = condition[i] != 0 ? a : b;
    }
    return;
  }
  const char* condition = pointers[0];
  const char* x1 = pointers[1];
  const char* x2 = pointers[2];
  char* out = pointers[3];
  for (std::int64_t i = 0; i < n; ++i) {
    *reinterpret_cast<T*>(out) = *reinterpret_cast<const T*>(*condition != 0 ? x1 : x2);
    condition += strides[0];
    x1 += strides[1];
    x2 += strides[2];
    out += strides[3];
  }
}

}  // namespace

void ARRAYFORGE_FILL(select)(KernelTable& table) {
  table.select[0] = select_loop<std::uint8_t>;
  table.select[1] = select_loop<std::uint16_t>;
  table.select[2] = select_loop<std::uint32_t>;
  table.select[3] = select_loop<std::uint64_t>;
  table.select[4] = select_loop<Block16>;
}

}  // namespace arrayforge
