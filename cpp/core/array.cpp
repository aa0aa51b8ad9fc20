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

void require_unstretched(const Array& array) {
  if (!is_stretched(array.shape, array.strides)) return;
  throw ValueError("elements of this broadcast view of shape " + to_string(array.shape) +
                   " are one and the same in memory; copy() gives an array to write to");
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

Array permute(const Array& x, const Dims& axes) {
  Dims shape(axes), strides(axes);
  for (int i = 0; i < axes.size(); ++i) {
    shape[i] = x.shape[static_cast<int>(axes[i])];
    strides[i] = x.strides[static_cast<int>(axes[i])];
  }
  return x.view(std::move(shape), std::move(strides), x.offset);
}

Array transpose(const Array& x) {
  Dims shape(x.shape), strides(x.strides);
  const int n = x.ndim();
  std::swap(shape[n - 2], shape[n - 1]);
  std::swap(strides[n - 2], strides[n - 1]);
  return x.view(std::move(shape), std::move(strides), x.offset);
}

Array component(const Array& x, bool imaginary) {
  const DType dtype = component_dtype(x.dtype);
  return Array{dtype, x.shape, x.strides, x.offset + (imaginary ? itemsize(dtype) : 0), x.storage};
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
