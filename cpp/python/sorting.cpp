// Sorting and searching.
#include "../core/sorting.h"

#include "engine_call.h"
#include "functions.h"
#include "operands.h"

namespace arrayforge {
namespace {

// sort and argsort: (x, /, *, axis, descending, stable). Both sorts are stable whatever is asked.
PyObject* by_lanes(const Arguments& a, Array (*sorting)(const Array&, int, bool), bool indices) {
  const Array& x = array_argument(a, 0);
  if (x.dtype == DType::bool_ || is_complex(x.dtype)) {
    require_lenient(a.function(), "only real numbers have an order; convert with astype()");
  }
  const int axis = normalize_axis(a.function(), to_int(a.function(), "axis", a[1]), x.ndim());
  const bool descending = to_bool(a.function(), "descending", a[2]);
  if (a.engine()) {
    // Engines sort upwards; the composite turns that around. Stable is what an engine may take
    // another default for, and what our descending order relies on.
    EngineCall call(a);
    call.array(a[0]);
    if (axis != x.ndim() - 1) call.keyword("axis", py::int_(axis));
    const DType dtype = indices ? DType::int64 : x.dtype;
    if (descending) return call.flag("descending", true).composed(dtype, x.shape);
    return call.flag("stable", indices).result(dtype, x.shape);
  }
  Array result;
  const Pin pin(x);
  unlocked(x.size() > kParallelGrain, [&] { result = sorting(x, axis, descending); });
  return wrap(std::move(result));
}

}  // namespace

namespace entries {

PyObject* sort(const Arguments& a) { return by_lanes(a, sorted, false); }
PyObject* argsort(const Arguments& a) { return by_lanes(a, sorted_order, true); }

PyObject* searchsorted(const Arguments& a) {
  const Array& x1 = array_argument(a, 0);
  const ArrayOrScalar x2("searchsorted", a[1]);
  if (x1.ndim() != 1) {
    throw ShapeError("searchsorted(): x1 must be one-dimensional, got shape " +
                     to_string(x1.shape));
  }
  const bool right = PyUnicode_Check(a[2]) && PyUnicode_CompareWithASCIIString(a[2], "right") == 0;
  if (!right && !(PyUnicode_Check(a[2]) && PyUnicode_CompareWithASCIIString(a[2], "left") == 0)) {
    throw ValueError("searchsorted(): side must be 'left' or 'right', got " + shown(a[2]));
  }
  const DType dtype =
      require_promoted("searchsorted", x2.promoted_with(x1.dtype, default_float(a)));
  if (a[3] != Py_None) {
    const Array& sorter = array_argument("searchsorted", a[3]);
    if (!is_integer(sorter.dtype)) {
      throw TypeError("searchsorted(): sorter must have an integer dtype, got " +
                      std::string(name(sorter.dtype)));
    }
    if (!(sorter.shape == x1.shape)) {
      throw ShapeError("searchsorted(): sorter must have the shape of x1, " +
                       to_string(sorter.shape) + " and " + to_string(x1.shape));
    }
  }
  if (a.engine()) {
    py::object vector = borrow(a[0]);
    if (a[3] != Py_None) {
      PyObject* args[2] = {a[0], a[3]};
      vector = steal(call_function(Function::take_, args, 2));
    }
    EngineCall call(a);
    call.array(vector.ptr(), dtype).array(x2, dtype);
    if (right) call.keyword("side", borrow(a[2]));
    return call.result(DType::int64, x2.shape());
  }
  Array vector = x1;
  if (a[3] != Py_None) {
    vector = gather("searchsorted", x1, copy(as_array(a[3])->value, DType::int64));
  }
  const Array values = x2.as_operand(dtype);
  const Pin pins[] = {Pin(vector), Pin(values)};
  Array result;
  unlocked(vector.size() + values.size() > kParallelGrain, [&] {
    result = positions_in(vector.dtype == dtype ? vector : copy(vector, dtype),
                          values.dtype == dtype ? values : copy(values, dtype), right);
  });
  return wrap(std::move(result));
}

PyObject* nonzero(const Arguments& a) {
  const Array& x = array_argument(a, 0);
  if (x.ndim() == 0) throw ValueError("nonzero(): needs at least 1 axis, got shape ()");
  if (a.engine()) return EngineCall(a).array(a[0]).described();
  std::vector<Array> positions;
  const Pin pin(x);
  unlocked(x.size() > kParallelGrain, [&] { positions = nonzero_positions(x); });
  py::tuple result(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    result[i] = steal(wrap(std::move(positions[i])));
  }
  return result.release().ptr();
}

}  // namespace entries
}  // namespace arrayforge
