// One integer or slice of a key, against the axis that it takes.
#pragma once

#include <algorithm>
#include <cstdint>

#include "../core/config.h"
#include "python.h"
#include "strict_slices.h"

namespace arrayforge {

inline constexpr const char* kFewerIndices = "fewer indices than axes; add ...";

// The value of an int of one digit, which needs no call.
inline bool small_integer(PyObject* object, std::int64_t* value) {
  if (!PyLong_CheckExact(object)) return false;
#if PY_VERSION_HEX >= 0x030C0000
  const auto* integer = reinterpret_cast<PyLongObject*>(object);
  if (!PyUnstable_Long_IsCompact(integer)) return false;
  *value = PyUnstable_Long_CompactValue(integer);
#else
  const Py_ssize_t sign = Py_SIZE(object);
  if (sign < -1 || sign > 1) return false;
  const auto digit = reinterpret_cast<PyLongObject*>(object)->ob_digit[0];
  *value = sign == 0 ? 0 : sign * static_cast<std::int64_t>(digit);
#endif
  return true;
}

// PySlice_Unpack(), quicker for start:stop of small integers.
inline void unpack(PyObject* object, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) {
  const auto* slice = reinterpret_cast<PySliceObject*>(object);
  *step = 1;
  if (slice->step == Py_None && small_integer(slice->start, start) &&
      small_integer(slice->stop, stop)) {
    return;
  }
  if (PySlice_Unpack(object, start, stop, step) < 0) throw error_already_set();
}

// PySlice_AdjustIndices(), without a call where the step is 1.
inline Py_ssize_t adjust(Py_ssize_t size, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t step) {
  if (step != 1) return PySlice_AdjustIndices(size, start, stop, step);
  *start = std::clamp(*start < 0 ? *start + size : *start, Py_ssize_t{0}, size);
  *stop = std::clamp(*stop < 0 ? *stop + size : *stop, Py_ssize_t{0}, size);
  return std::max(*stop - *start, Py_ssize_t{0});
}

struct SimpleItem {
  Py_ssize_t start, stop, step;
  Py_ssize_t count;  // of a slice, clipped; an integer, counted from the front, has -1

  bool is_integer() const { return count < 0; }

  // False where the item has to be looked at more closely, errors included.
  bool parse(const char* function, PyObject* object, std::int64_t size) {
    if (std::int64_t value; small_integer(object, &value)) {
      if (value < -size || value >= size) return false;
      start = static_cast<Py_ssize_t>(value < 0 ? value + size : value);
      count = -1;
      return true;
    }
    if (!PySlice_Check(object)) return false;
    unpack(object, &start, &stop, &step);
    if (strict_mode()) check_slice(function, object, size);
    count = adjust(size, &start, &stop, step);
    return true;
  }
};

}  // namespace arrayforge
