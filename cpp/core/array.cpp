#include "array.h"

#include "access.h"

namespace arrayforge {

Array make_array(DType dtype, const Dims& shape) {
  return make_array(dtype, shape, c_strides(shape, itemsize(dtype)));
}

Array make_array(DType dtype, const Dims& shape, Dims strides) {
  const auto nbytes = static_cast<std::size_t>(size_of(shape) * itemsize(dtype));
  return Array{dtype, shape, std::move(strides), 0, Storage::allocate(nbytes)};
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
