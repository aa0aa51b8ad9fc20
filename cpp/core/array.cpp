#include "array.h"

#include "access.h"
#include "promotion.h"

namespace arrayforge {

Array make_array(DType dtype, const Dims& shape) {
  return make_array(dtype, shape, c_strides(shape, itemsize(dtype)));
}

Array make_array(DType dtype, const Dims& shape, Dims strides) {
  // Operands that stretch may broadcast to more than there can be.
  const std::int64_t nbytes = checked_size({}, shape, itemsize(dtype)) * itemsize(dtype);
  return Array{dtype, shape, std::move(strides), 0,
               Storage::allocate(static_cast<std::size_t>(nbytes))};
}

bool is_aligned(const Array& x) {
  const DType element = is_complex(x.dtype) ? component_dtype(x.dtype) : x.dtype;
  const std::int64_t unit = itemsize(element);
  if (reinterpret_cast<std::uintptr_t>(Access::data(x)) % static_cast<std::uintptr_t>(unit) != 0) {
    return false;
  }
  for (int i = 0; i < x.ndim(); ++i) {
    if (x.shape[i] > 1 && x.strides[i] % unit != 0) return false;
  }
  return true;
}

bool may_overlap(const Array& a, const Array& b) {
  if (a.storage != b.storage && a.storage->from_arena() && b.storage->from_arena()) return false;
  const Extent x = extent(a.shape, a.strides, itemsize(a.dtype));
  const Extent y = extent(b.shape, b.strides, itemsize(b.dtype));
  const char* p = Access::data(a);
  const char* q = Access::data(b);
  return p + x.begin < q + y.end && q + y.begin < p + x.end;
}

}  // namespace arrayforge
