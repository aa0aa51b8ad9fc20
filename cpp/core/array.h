// The native array: dtype, layout and a storage it may share. A value type; copying it makes a
// view.
#pragma once

#include <cstdint>

#include "dims.h"
#include "dtype.h"
#include "layout.h"
#include "storage.h"

namespace arrayforge {

struct Array {
  DType dtype = DType::float64;
  Dims shape;
  Dims strides;  // bytes
  std::int64_t offset = 0;
  StorageRef storage;

  int ndim() const { return shape.size(); }
  std::int64_t size() const { return size_of(shape); }
  std::int64_t nbytes() const { return size() * itemsize(dtype); }
  bool c_contiguous() const { return is_c_contiguous(shape, strides, itemsize(dtype)); }
  bool f_contiguous() const { return is_f_contiguous(shape, strides, itemsize(dtype)); }

  // A view of the same storage.
  Array view(Dims new_shape, Dims new_strides, std::int64_t new_offset) const {
    return Array{dtype, std::move(new_shape), std::move(new_strides), new_offset, storage};
  }
};

// A fresh C-contiguous array of unspecified values. Throws ValueError for a shape that cannot be.
Array make_array(DType dtype, const Dims& shape);
Array make_array(DType dtype, const Dims& shape, Dims strides);

// Views with the axes in that order, and with the last two of them exchanged.
Array permute(const Array& x, const Dims& axes);
Array transpose(const Array& x);

// A view of the real or the imaginary parts of a complex array.
Array component(const Array& x, bool imaginary);

// Whether every element lies where its type wants it, which all kernels rely on. Only memory of
// others can lie differently.
bool is_aligned(const Array& x);

inline bool overlaps_itself(const Array& x) {
  return overlaps_itself(x.shape, x.strides, itemsize(x.dtype));
}

// True iff a write to one may change an element of the other, judged by the bytes they span.
bool may_overlap(const Array& a, const Array& b);

}  // namespace arrayforge
