// Two passes: the first collects the leaves and checks that the sequences are regular, the second
// converts.
#include "nested.h"

#include <string>
#include <vector>

#include "../core/access.h"
#include "../core/config.h"
#include "../core/layout.h"
#include "../core/nditer.h"
#include "../core/promotion.h"
#include "../kernels/table.h"
#include "array_type.h"
#include "convert.h"
#include "host_memory.h"
#include "transfer.h"

namespace arrayforge {
namespace {

struct Leaf {
  py::object scalar;  // a Python scalar, or
  Array array;        // an array, which counts as the nested sequence of its elements
};

class Collector {
 public:
  Collector(const char* function, DeviceObject* device) : function_(function), device_(device) {}

  void collect(PyObject* object, int depth) {
    if (depth > kMaxRank) too_deep();
    if (!is_nested(object)) return add_leaf(object, depth);
    if (PySequence_Size(object) < 0) unmeasured();
    // A copy as a tuple: a conversion may change a list under our hands.
    py::object items = steal(PySequence_Tuple(object));
    const Py_ssize_t n = PyTuple_GET_SIZE(items.ptr());
    enter(depth, n);
    if (n == 0) closed_ = true;
    for (Py_ssize_t i = 0; i < n; ++i) {
      path_.push_back(i);
      collect(PyTuple_GET_ITEM(items.ptr(), i), depth + 1);
      path_.pop_back();
    }
  }

  Dims shape() const { return Dims(sizes_.data(), static_cast<int>(sizes_.size())); }
  const std::vector<Leaf>& leaves() const { return leaves_; }

  DType dtype(DType default_float) const {
    if (strong_) {
      DType result = *strong_;
      for (int k = 0; k < 4; ++k) {
        if (kinds_[k]) result = promote(result, static_cast<ScalarKind>(k), default_float).dtype;
      }
      return result;
    }
    for (int k = 3; k >= 0; --k) {
      if (!kinds_[k]) continue;
      const auto kind = static_cast<ScalarKind>(k);
      if (kind == ScalarKind::integer && beyond_int64_) return DType::uint64;
      return default_dtype(kind, default_float);
    }
    return default_float;
  }

 private:
  std::string place() const {
    std::string text = "obj";
    for (Py_ssize_t i : path_) text += "[" + std::to_string(i) + "]";
    return text;
  }

  [[noreturn]] void too_deep() const {
    throw ValueError(std::string(function_) + "(): sequences are nested deeper than " +
                     std::to_string(kMaxRank) + " levels");
  }

  [[noreturn]] void ragged(const std::string& found, int depth) const {
    const auto d = static_cast<std::size_t>(depth);
    const std::string expected =
        d < sizes_.size() ? std::to_string(sizes_[d]) + " items" : std::string("no items");
    throw ValueError(std::string(function_) + "(): nested sequences must be regular, " + place() +
                     " has " + found + " where its siblings have " + expected);
  }

  // A sequence such as range(2**70) has more items than its length can say.
  [[noreturn]] void unmeasured() const {
    if (!PyErr_ExceptionMatches(PyExc_OverflowError)) throw error_already_set();
    PyErr_Clear();
    throw OverflowError(std::string(function_) + "(): the length of " + place() +
                        " must fit 63 bits");
  }

  void enter(int depth, Py_ssize_t n) {
    if (depth < static_cast<int>(sizes_.size())) {
      if (sizes_[static_cast<std::size_t>(depth)] != n) ragged(std::to_string(n) + " items", depth);
      return;
    }
    if (closed_) ragged(std::to_string(n) + " items", depth);
    sizes_.push_back(n);
  }

  void close(int depth) {
    closed_ = true;
    if (depth < static_cast<int>(sizes_.size())) ragged("no items", depth);
  }

  void add_leaf(PyObject* object, int depth) {
    if (const auto kind = scalar_kind(object); kind && !is_numpy_number(object)) {
      close(depth);
      kinds_[static_cast<int>(*kind)] = true;
      if (*kind == ScalarKind::integer) beyond_int64_ |= does_not_fit(object);
      leaves_.push_back({borrow(object), Array()});
      return;
    }
    Array array = array_leaf(object);
    strong_ = strong_ ? promote(*strong_, array.dtype).dtype : array.dtype;
    if (depth + array.ndim() > kMaxRank) too_deep();
    for (std::int64_t n : array.shape) enter(depth++, n);
    close(depth);
    leaves_.push_back({py::object(), std::move(array)});
  }

  // numpy.float64 is a float, but beside others of NumPy it brings its dtype.
  static bool is_numpy_number(PyObject* object) {
    return !PyFloat_CheckExact(object) && !PyLong_CheckExact(object) && !PyBool_Check(object) &&
           !PyComplex_CheckExact(object) && PyObject_CheckBuffer(object);
  }

  static bool does_not_fit(PyObject* integer) {
    int overflow = 0;
    PyLong_AsLongLongAndOverflow(integer, &overflow);
    return overflow != 0;
  }

  Array array_leaf(PyObject* object) const {
    std::optional<Array> array;
    if (is_array(object)) {
      ArrayObject* leaf = as_array(object);
      if (!leaf->is_native() && leaf->backend != device_->backend) {
        throw TypeError(std::string(function_) + "(): " + place() +
                        " is on another device; join arrays with stack()");
      }
      require_lenient(function_, "arrays inside sequences; join them with stack()");
      // The result is built on the host, whatever device it goes to: float(leaf) reads it there
      // too.
      if (leaf->is_native()) {
        array = leaf->value;
      } else if (leaf->value.ndim() > 0) {
        throw ValueError(std::string(function_) + "(): " + place() + " is an array of shape " +
                         to_string(leaf->value.shape) + " on a device, only 0-dimensional ones " +
                         "may be items; join arrays with stack()");
      } else {
        const py::object host = steal(to_host(leaf));
        array = as_array(host.ptr())->value;
      }
    } else if (!PyUnicode_Check(object)) {
      array = host_memory(function_, object);
    }
    if (!array) {
      throw TypeError(std::string(function_) + "(): " + place() + " is a " +
                      Py_TYPE(object)->tp_name + ", expected a number or a sequence of numbers");
    }
    return std::move(*array);
  }

  const char* function_;
  DeviceObject* device_;
  std::vector<std::int64_t> sizes_;
  std::vector<Py_ssize_t> path_;
  std::vector<Leaf> leaves_;
  std::optional<DType> strong_;
  bool kinds_[4] = {};
  bool beyond_int64_ = false;
  bool closed_ = false;  // no further axis: a leaf or an empty sequence was seen
};

// Returns where the next leaf begins.
char* store_leaf(const char* function, DType dtype, const Leaf& leaf, char* element) {
  if (leaf.scalar) {
    store_scalar(function, dtype, leaf.scalar.ptr(), element);
    return element + itemsize(dtype);
  }
  const Array x = contiguous(leaf.array);
  if (is_complex(x.dtype) && !is_complex(dtype)) {
    throw TypeError(std::string(function) + "(): a complex number does not fit " +
                    std::string(name(dtype)));
  }
  char* pointers[2] = {const_cast<char*>(read(x)), element};
  const std::int64_t strides[2] = {itemsize(x.dtype), itemsize(dtype)};
  kernels().cast[index(x.dtype)][index(dtype)](pointers, strides, x.size());
  return element + x.size() * itemsize(dtype);
}

}  // namespace

Array nested_array(const char* function, PyObject* object, std::optional<DType> dtype,
                   DeviceObject* device) {
  Collector collector(function, device);
  collector.collect(object, 0);
  const DType chosen = dtype ? *dtype : collector.dtype(device->backend->default_float);
  const Dims shape = collector.shape();
  checked_size(function, shape, itemsize(chosen));
  Array result = make_array(chosen, shape);
  const Pin pin(result);  // __bool__ of a number may run anything, defragment() included
  char* element = write(result);
  for (const Leaf& leaf : collector.leaves()) {
    element = store_leaf(function, chosen, leaf, element);
  }
  return result;
}

}  // namespace arrayforge
