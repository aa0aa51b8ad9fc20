#include "strict_slices.h"

#include <algorithm>
#include <string>

#include "../core/config.h"

namespace arrayforge {

void check_slice(const char* function, PyObject* slice, std::int64_t size) {
  const auto* parts = reinterpret_cast<PySliceObject*>(slice);
  Py_ssize_t start, stop, step;
  if (PySlice_Unpack(slice, &start, &stop, &step) < 0) throw error_already_set();
  const bool starts = parts->start == Py_None || (start >= -size && start <= size);
  const bool stops = parts->stop == Py_None ||
                     (step > 0 ? stop >= -size && stop <= size
                               : stop >= -size - 1 && stop <= std::max<std::int64_t>(0, size - 1));
  if (!starts || !stops) {
    refuse_lenient(function, "slices that reach beyond the axis, " +
                                 py::cast<std::string>(py::repr(borrow(slice))) + " for size " +
                                 std::to_string(size) + "; clip the bounds");
  }
}

}  // namespace arrayforge
