// Other libraries' host memory as native arrays that share it: the buffer protocol and
// __array_interface__.
#pragma once

#include <optional>

#include "../core/array.h"
#include "python.h"

namespace arrayforge {

// A view of the object's memory that keeps the object alive, or nothing where it offers neither
// protocol. Throws TypeError for elements that have no dtype here. Memory whose elements do not lie
// where their type wants them is copied, or refused where may_copy is false.
std::optional<Array> host_memory(const char* function, PyObject* object, bool may_copy = true);

// No process has memory beyond, with five levels of page tables either.
inline constexpr std::uint64_t kLastAddress = std::uint64_t{1} << 56;

// Throws BufferError where elements would lie outside the address space.
void check_span(const char* function, const Dims& shape, const Dims& strides, std::int64_t itemsize,
                const void* data);

// A view of bytes that somebody else owns. The strides may be negative; `data` is the first
// element.
Array borrowed_array(DType dtype, Dims shape, Dims strides, void* data, bool writable, void* owner,
                     Storage::Release release);

}  // namespace arrayforge
