// The one place that hands out data pointers. Nothing keeps one across calls: hold a Pin while a
// pointer is in use outside the call that asked for it (exports, kernels that run without the GIL).
#pragma once

#include "array.h"
#include "error.h"

namespace arrayforge {

struct Access {
  static char* data(const Array& array) { return array.storage->data_ + array.offset; }
};

// The first element, for reading.
inline const char* read(const Array& array) { return Access::data(array); }

// The first element, for writing; raises the storage's version.
inline char* write(const Array& array) {
  if (!array.storage->writable()) {
    throw ValueError("the memory of this array is read-only; copy() gives one that is not");
  }
  array.storage->bump_version();
  return Access::data(array);
}

// Refuses to let users write to a broadcast view: a value meant for one element would show in all.
void require_unstretched(const Array& array);

// The first element of an array that nobody has seen yet: its version stays.
inline char* fresh(const Array& array) { return Access::data(array); }

// Keeps the bytes of a storage where they are.
class Pin {
 public:
  explicit Pin(const Array& array) : storage_(array.storage) { storage_->pin(); }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  ~Pin() { storage_->unpin(); }

 private:
  StorageRef storage_;
};

}  // namespace arrayforge
