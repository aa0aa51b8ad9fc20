#include "layout.h"

#include "../core/layout.h"
#include "../core/nditer.h"
#include "array_type.h"
#include "convert.h"

namespace arrayforge {
namespace {

Dims dims(const char* function, const py::object& object) {
  return to_dims(function, object.ptr());
}

bool fortran(const char* function, const std::string& order) {
  if (order == "C" || order == "F") return order == "F";
  throw ValueError(std::string(function) + "(): order must be 'C' or 'F', got '" + order + "'");
}

std::int64_t positive(const char* function, std::int64_t itemsize) {
  if (itemsize > 0) return itemsize;
  throw ValueError(std::string(function) + "(): itemsize must be positive, got " +
                   std::to_string(itemsize));
}

// Shape and strides of one array, checked against each other.
struct Layout {
  Layout(const char* function, const py::object& shape_, const py::object& strides_,
         std::int64_t itemsize)
      : shape(dims(function, shape_)), strides(dims(function, strides_)) {
    checked_size(function, shape, positive(function, itemsize));
    if (shape.size() != strides.size()) {
      throw ShapeError(std::string(function) + "(): shape and strides differ in length, " +
                       to_string(shape) + " and " + to_string(strides));
    }
  }
  Dims shape, strides;
};

const Array& native(const char* function, const py::object& x) {
  if (!is_array(x.ptr())) {
    throw TypeError(std::string(function) + "(): expected an arrayforge array, got " +
                    Py_TYPE(x.ptr())->tp_name);
  }
  const ArrayObject* array = as_array(x.ptr());
  if (!array->is_native()) {
    throw NotImplementedError(std::string(function) + "(): the layout of an array on " +
                              py::cast<std::string>(borrow(array->device->name)) +
                              " belongs to its engine");
  }
  return array->value;
}

py::object strides(const py::object& shape_, std::int64_t itemsize, const std::string& order) {
  const Dims shape = dims("strides", shape_);
  checked_size("strides", shape, positive("strides", itemsize));
  const bool f = fortran("strides", order);
  return steal(to_tuple(f ? f_strides(shape, itemsize) : c_strides(shape, itemsize)));
}

bool is_contiguous(const py::object& shape, const py::object& strides, std::int64_t itemsize,
                   const std::string& order) {
  const Layout x("is_contiguous", shape, strides, itemsize);
  return fortran("is_contiguous", order) ? is_f_contiguous(x.shape, x.strides, itemsize)
                                         : is_c_contiguous(x.shape, x.strides, itemsize);
}

std::int64_t linear_index(const py::object& index_, const py::object& strides_) {
  const Dims index = dims("linear_index", index_), strides = dims("linear_index", strides_);
  if (index.size() != strides.size()) {
    throw ShapeError("linear_index(): index and strides differ in length, " + to_string(index) +
                     " and " + to_string(strides));
  }
  std::int64_t offset = 0;
  for (int i = 0; i < index.size(); ++i) offset += index[i] * strides[i];
  return offset;
}

py::object extent_of(const py::object& shape, const py::object& strides, std::int64_t itemsize) {
  const Layout x("extent", shape, strides, itemsize);
  const Extent span = extent(x.shape, x.strides, itemsize);
  return py::make_tuple(span.begin, span.end);
}

py::object broadcast(const py::object& shape, const py::object& strides,
                     const py::object& target_) {
  const Layout x("broadcast_strides", shape, strides, 1);
  const Dims target = dims("broadcast_strides", target_);
  const Dims* both[2] = {&x.shape, &target};
  if (!(broadcast_shapes("broadcast_strides", both) == target)) {
    throw ShapeError("broadcast_strides(): shape " + to_string(x.shape) + " does not stretch to " +
                     to_string(target));
  }
  Dims result(target.size());
  broadcast_strides(x.shape, x.strides, target, result.data());
  return steal(to_tuple(result));
}

// None where the new shape takes a copy.
py::object reshape(const py::object& shape, const py::object& strides, const py::object& target,
                   std::int64_t itemsize) {
  const Layout x("reshape_strides", shape, strides, itemsize);
  const Dims wanted = resolve_reshape(x.shape, dims("reshape_strides", target));
  const auto result = reshape_strides(x.shape, x.strides, wanted, itemsize);
  return result ? steal(to_tuple(*result)) : py::object(py::none());
}

// The array itself where its elements lie so already.
py::object as_order(const py::object& object, const std::string& order) {
  const Array& x = native("as_order", object);
  const bool f = fortran("as_order", order);
  if (f ? x.f_contiguous() : x.c_contiguous()) return object;
  const std::int64_t size = itemsize(x.dtype);
  Array result =
      make_array(x.dtype, x.shape, f ? f_strides(x.shape, size) : c_strides(x.shape, size));
  copy_into(result, x);
  return steal(wrap(std::move(result)));
}

bool overlaps(const py::object& x, const py::object& y) {
  return may_overlap(native("may_overlap", x), native("may_overlap", y));
}

}  // namespace

void bind_layout(py::module_& module) {
  py::module_ layout = module.def_submodule("_layout");
  layout.def("strides", strides);
  layout.def("is_contiguous", is_contiguous);
  layout.def("linear_index", linear_index);
  layout.def("extent", extent_of);
  layout.def("broadcast_strides", broadcast);
  layout.def("reshape_strides", reshape);
  layout.def("as_order", as_order);
  layout.def("may_overlap", overlaps);
}

}  // namespace arrayforge
