// Sorting and searching over arrays: lanes, scratch and threads around the kernels.
#pragma once

#include <vector>

#include "array.h"

namespace arrayforge {

// A sorted copy, and the int64 order that sorts. `axis` is counted from the front.
Array sorted(const Array& x, int axis, bool descending);
Array sorted_order(const Array& x, int axis, bool descending);

// Where the values would go in the vector `sorted`; both of one dtype, the result has the shape of
// values.
Array positions_in(const Array& sorted, const Array& values, bool right);

// Elements of a vector at int64 positions; throws IndexError when one is outside.
Array gather(const char* function, const Array& vector, const Array& positions);

// One int64 vector per axis, in C order.
std::vector<Array> nonzero_positions(const Array& x);

}  // namespace arrayforge
