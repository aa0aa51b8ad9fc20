// x[key] and x[key] = value. Keys of integers and slices become views at once; others are parsed
// into items that core/index_plan.h resolves. An engine gets the same items, checked, as a tuple of
// raw arrays and Python objects.
#include "../core/access.h"
#include "../core/config.h"
#include "../core/index_plan.h"
#include "../core/nditer.h"
#include "array_type.h"
#include "convert.h"
#include "dtype_type.h"
#include "functions.h"
#include "indexing_foreign.h"
#include "simple_view.h"
#include "strict_slices.h"
#include "unlocked.h"

namespace arrayforge {
namespace {

[[noreturn]] void refuse(const char* function, const std::string& got) {
  throw IndexError(
      std::string(function) +
      "(): indices are integers, slices, ..., None, and integer or boolean arrays, got " + got);
}

// A key as items, and as the engine takes it where there is one.
class Key {
 public:
  Key(const char* function, ArrayObject* x) : function_(function), x_(x), choice_(function) {
    choice_.add(x);
  }

  void parse(PyObject* key) {
    if (PyTuple_Check(key)) {
      const Py_ssize_t n = PyTuple_GET_SIZE(key);
      items.reserve(static_cast<std::size_t>(n) + 1);
      for (Py_ssize_t i = 0; i < n; ++i) parse_item(PyTuple_GET_ITEM(key, i));
    } else {
      parse_item(key);
    }
    const bool lone_mask = items.size() == 1 && items[0].kind == IndexKind::mask;
    resolve_index(function_, x_->value.shape, items);
    used_ = lone_mask ? 1 : items.size();
    if (!strict_mode()) return;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items[i].kind != IndexKind::slice) continue;
      check_slice(function_, owners_[i].ptr(), x_->value.shape[items[i].axis]);
    }
  }

  const BackendChoice& choice() const { return choice_; }
  bool has(IndexKind kind) const {
    for (const IndexItem& item : items) {
      if (item.kind == kind) return true;
    }
    return false;
  }

  py::tuple for_engine(BackendObject* backend) const {
    py::tuple result(used_);
    for (std::size_t i = 0; i < used_; ++i) result[i] = engine_item(backend, i);
    return result;
  }

  IndexItems items;

 private:
  void push(IndexItem&& item, py::object owner = {}) {
    items.push_back(std::move(item));
    owners_.push_back(std::move(owner));
  }

  void parse_item(PyObject* object) {
    if (PySlice_Check(object)) {
      Py_ssize_t start, stop, step;
      if (PySlice_Unpack(object, &start, &stop, &step) < 0) throw error_already_set();
      push({.kind = IndexKind::slice, .start = start, .stop = stop, .step = step}, borrow(object));
    } else if (object == Py_None) {
      push({.kind = IndexKind::newaxis});
    } else if (object == Py_Ellipsis) {
      push({.kind = IndexKind::ellipsis});
    } else if (is_array(object)) {
      parse_array(borrow(object));
    } else if (PyBool_Check(object)) {
      Array mask = make_array(DType::bool_, Dims());
      *write(mask) = object == Py_True;
      push({.kind = IndexKind::mask, .array = std::move(mask)}, borrow(object));
    } else if (PyFloat_Check(object) || PyComplex_Check(object) || PyUnicode_Check(object)) {
      refuse(function_, shown(object));
    } else if (!parse_integer(object)) {
      parse_stranger(object);
    }
  }

  // Anything with __index__. Arrays of other libraries have one too, and refuse unless they are
  // 0-dimensional.
  bool parse_integer(PyObject* object) {
    if (!PyIndex_Check(object)) return false;
    PyObject* integer = PyNumber_Index(object);
    if (!integer) {
      if (!PyErr_ExceptionMatches(PyExc_TypeError)) throw error_already_set();
      PyErr_Clear();
      return false;
    }
    const py::object owner = py::reinterpret_steal<py::object>(integer);
    int overflow;
    const std::int64_t value = PyLong_AsLongLongAndOverflow(integer, &overflow);
    if (overflow) {
      throw IndexError(std::string(function_) + "(): index " + shown(integer) + " is out of range");
    }
    push({.kind = IndexKind::integer, .start = value});
    return true;
  }

  // Lists and arrays of other libraries.
  void parse_stranger(PyObject* object) {
    const bool sequence = PyList_Check(object) || PyTuple_Check(object);
    if (!sequence && !PyObject_CheckBuffer(object) &&
        !PyObject_HasAttrString(object, "__array__") &&
        !PyObject_HasAttrString(object, "__dlpack__")) {
      refuse(function_, Py_TYPE(object)->tp_name);
    }
    require_lenient(function_, "lists and foreign arrays as indices; convert with asarray()");
    py::object array = asarray_on(object, x_->device);
    const Array& value = as_array(array.ptr())->value;
    if (sequence && value.size() == 0 && is_floating(value.dtype)) {
      // No items, no dtype: an empty list selects nothing.
      push({.kind = IndexKind::integers, .array = make_array(DType::int64, value.shape)});
      if (choice_.backend() != native_backend()) {
        owners_.back() = asarray_on(wrapped_empty(value.shape).ptr(), x_->device);
      }
      return;
    }
    parse_array(std::move(array));
  }

  static py::object wrapped_empty(const Dims& shape) {
    return steal(wrap(make_array(DType::int64, shape)));
  }

  void parse_array(py::object owner) {
    ArrayObject* array = as_array(owner.ptr());
    const Array& value = array->value;
    const bool integers = is_integer(value.dtype);
    if (!integers && value.dtype != DType::bool_) {
      refuse(function_, "an array of " + std::string(name(value.dtype)));
    }
    if (integers && value.ndim() == 0 && parse_integer(owner.ptr())) return;
    choice_.add(array);
    Array own = value;
    if (array->is_native()) {
      own = integers && value.dtype != DType::int64 ? copy(value, DType::int64) : contiguous(value);
    }
    push({.kind = integers ? IndexKind::integers : IndexKind::mask, .array = std::move(own)},
         std::move(owner));
  }

  // Resolved items, in the form that every engine reads alike.
  py::object engine_item(BackendObject* backend, std::size_t i) const {
    const IndexItem& item = items[i];
    switch (item.kind) {
      case IndexKind::integer:
        return py::int_(item.start);
      case IndexKind::slice: {
        if (item.count == 0) return py::slice(0, 0, 1);
        const py::object stop = item.stop < 0 ? py::object(py::none()) : py::int_(item.stop);
        return steal(
            PySlice_New(py::int_(item.start).ptr(), stop.ptr(), py::int_(item.step).ptr()));
      }
      case IndexKind::ellipsis:
        return borrow(Py_Ellipsis);
      case IndexKind::newaxis:
        return py::none();
      default:
        return engine_index(backend, owners_[i]);
    }
  }

  const char* function_;
  ArrayObject* x_;
  BackendChoice choice_;
  std::size_t used_ = 0;            // all items, or the one mask: engines need no ellipsis after it
  std::vector<py::object> owners_;  // arrays, slices and Python booleans of the items
};

// Runs f without the GIL where it has much to do.
template <class F>
void run_large(std::int64_t size, const Array& x, F&& f) {
  if (size <= kParallelGrain) return f();
  const Pin pin(x);
  const WithoutGil without;
  f();
}

// A mask over all of a compact array needs no offsets.
bool covers(const Array& x, const IndexItems& items) {
  return items.size() == 1 && items[0].kind == IndexKind::mask && x.ndim() > 0 &&
         items[0].array.shape == x.shape && x.c_contiguous();
}

PyObject* get_native(const Array& x, const Key& key) {
  Array result;
  if (covers(x, key.items)) {
    run_large(x.size(), x, [&] { result = select(x, key.items[0].array); });
    return wrap(std::move(result));
  }
  IndexPlan plan = plan_index(kGet, x, key.items);
  if (!plan.advanced) return wrap(std::move(plan.rest));
  run_large(size_of(plan.shape()), x, [&] { result = gather(plan); });
  return wrap(std::move(result));
}

// A Python scalar, or a NumPy scalar as one; null where the value is an array or becomes one.
py::object scalar_of(PyObject* value) {
  if (scalar_kind(value)) return borrow(value);
  return numpy_scalar(kSet, value);
}

// A Python scalar promotes to dtypes of its own kind and above only.
void check_scalar_kind(DType dtype, PyObject* scalar) {
  if (!strict_mode()) return;
  const Promoted promoted = promote(dtype, *scalar_kind(scalar), native_backend()->default_float);
  if (promoted.dtype == dtype && promoted.standard) return;
  require_lenient(kSet, "a " + std::string(Py_TYPE(scalar)->tp_name) + " into " +
                            std::string(name(dtype)) + "; convert it first");
}

// The value as an array of x's dtype, or of one that is converted on the way.
Array to_value(const Array& x, PyObject* value, const py::object& scalar) {
  if (scalar) {
    Array one = make_array(x.dtype, Dims());
    store_scalar(kSet, x.dtype, scalar.ptr(), write(one));
    return one;
  }
  const Array& array = as_array(value)->value;
  check_assigned(kSet, x.dtype, array.dtype);
  return array;
}

void assign_view(const Array& target, const Array& value) {
  check_assigned(kSet, target.shape, value.shape);
  const Array source = without_extra_axes(value, target.ndim());
  run_large(target.size(), target, [&] { copy_into(target, source); });
}

void assign_native(const Array& x, const Key& key, PyObject* value, const py::object& scalar) {
  const IndexPlan plan = plan_index(kSet, x, key.items);
  const Array source = to_value(x, value, scalar);
  if (!plan.advanced) return assign_view(plan.rest, source);
  const Dims shape = plan.shape();
  check_assigned(kSet, shape, source.shape);
  Array same = without_extra_axes(source, shape.size());
  if (same.dtype != x.dtype) same = copy(same, x.dtype);
  run_large(size_of(shape), x, [&] { scatter(plan, same); });
}

void assign(ArrayObject* x, PyObject* key_object, PyObject* value) {
  if (x->is_native()) require_unstretched(x->value);
  const py::object scalar = scalar_of(value);
  if (scalar) check_scalar_kind(x->value.dtype, scalar.ptr());
  ViewPlan plan;
  if (x->is_native() && (scalar || (is_array(value) && as_array(value)->is_native())) &&
      simple_view(kSet, x->value, key_object, &plan)) {
    const Array view = plan.of(x->value);
    if (scalar && view.ndim() == 0) {
      alignas(16) char element[16];
      store_scalar(kSet, view.dtype, scalar.ptr(), element);
      std::memcpy(write(view), element, static_cast<std::size_t>(itemsize(view.dtype)));
      return;
    }
    return assign_view(view, to_value(view, value, scalar));
  }
  if (!x->is_native() && (scalar || is_array(value))) {
    if (const auto simple = simple_key(kSet, x->value, key_object)) {
      BackendChoice choice(kSet);
      choice.add(x);
      if (!scalar) choice.add(as_array(value));
      return assign_foreign(x, simple->key, simple->shape, choice.backend(), value, scalar);
    }
  }
  Key key(kSet, x);
  key.parse(key_object);
  BackendChoice choice = key.choice();
  py::object converted;
  if (!scalar && !is_array(value)) {
    require_lenient(kSet, "values that are no array and no scalar; convert with asarray()");
    converted = asarray_on(value, x->device);
    value = converted.ptr();
  }
  if (!scalar) choice.add(as_array(value));
  if (key.has(IndexKind::integers)) require_lenient(kSet, "assignment through integer arrays");
  if (choice.backend() == native_backend()) {
    assign_native(x->value, key, value, scalar);
  } else {
    const std::optional<Dims> shape = plan_shape(kSet, x->value, key.items);
    assign_foreign(x, key.for_engine(choice.backend()), shape, choice.backend(), value, scalar);
  }
}

}  // namespace

PyObject* array_subscript(PyObject* self, PyObject* key_object) {
  return guarded(kGet, [&]() -> PyObject* {
    ArrayObject* x = as_array(self);
    if (x->is_native()) {
      if (PyObject* view = simple_item(kGet, x, key_object)) return view;
    } else if (const auto simple = simple_key(kGet, x->value, key_object)) {
      return get_foreign(x, *simple);
    }
    Key key(kGet, x);
    key.parse(key_object);
    BackendObject* backend = key.choice().backend();
    if (backend != native_backend()) {
      return get_foreign(x, key.items, key.for_engine(backend), key.choice());
    }
    return get_native(x->value, key);
  });
}

int array_assign_subscript(PyObject* self, PyObject* key, PyObject* value) {
  const auto body = [&] {
    if (!value) throw TypeError("__delitem__(): elements of an array cannot be deleted");
    assign(as_array(self), key, value);
  };
  return guarded_status(body, kSet);
}

}  // namespace arrayforge
