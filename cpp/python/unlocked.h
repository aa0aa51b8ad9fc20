// Work without Python's lock. Whoever defragments waits for it to end, so what it allocates on the
// way stays in its place.
#pragma once

#include "../core/storage.h"
#include "python.h"

namespace arrayforge {

class WithoutGil {
  // In this order: the work counts as running before the lock is given up.
  Storage::Running running_;
  py::gil_scoped_release release_;
};

// Runs f without the lock where the work is worth it. The caller pins what f reads and writes.
template <class F>
void unlocked(bool large, F&& f) {
  if (!large) return f();
  const WithoutGil without;
  f();
}

}  // namespace arrayforge
