// The module arrayforge._core.
#include <limits>

#include "../core/config.h"
#include "../core/layout.h"
#include "../core/promotion.h"
#include "../kernels/table.h"
#include "array_type.h"
#include "convert.h"
#include "dtype_type.h"
#include "foreign.h"
#include "functions.h"
#include "layout.h"
#include "memory.h"
#include "mutants.h"
#include "transfer.h"

namespace arrayforge {
namespace {

PyObject* context_strict = nullptr;  // ContextVar: True, False or None
bool global_strict = false;

bool query_strict() {
  PyObject* value = nullptr;
  if (PyContextVar_Get(context_strict, Py_None, &value) < 0) throw error_already_set();
  py::object owner = py::reinterpret_steal<py::object>(value);
  return value == Py_None ? global_strict : value == Py_True;
}

void bind_config(py::module_& module) {
  context_strict = checked(PyContextVar_New("arrayforge_strict", nullptr));
  module.attr("_context_strict") = py::handle(context_strict);
  module.def("_set_strict", [](bool on) {
    global_strict = on;
    strict_armed = true;
  });
  module.def("_arm_strict", [] { strict_armed = true; });
  set_strict_query(query_strict);
  module.def("_isa", [] { return std::string(kernels().isa); });
  module.def("_isa_levels", [] { return std::string(isa_levels()); });
}

DType require_dtype(const py::object& object) {
  const auto dtype = as_dtype(object.ptr());
  if (!dtype) throw TypeError("_promote(): expected a dtype");
  return *dtype;
}

struct OpRow {
  const char* name;
  int arity;
  const char* accepts;
  const char* result;
};
constexpr OpRow kOpRows[] = {
#define OP(name, arity, accepts, result, summary) {#name, arity, #accepts, #result},
#include "../ops.def"
};

// The operations of ops.def, for the tests that run through them.
py::list op_table() {
  py::list rows;
  for (const OpRow& row : kOpRows) {
    rows.append(py::make_tuple(row.name, row.arity, row.accepts, row.result));
  }
  return rows;
}

// What result_type() and broadcast_shapes() are made of.
void bind_rules(py::module_& module) {
  module.def("_op_table", op_table);
  module.def("_promote", [](const py::object& a, const py::object& b) {
    const Promoted result = promote(require_dtype(a), require_dtype(b));
    return py::make_tuple(borrow(dtype_object(result.dtype)), result.standard);
  });
  module.def("_promote_scalar", [](const py::object& a, const py::object& scalar) {
    const auto kind = scalar_kind(scalar.ptr());
    if (!kind) throw TypeError("_promote_scalar(): expected a Python scalar");
    const DType wide = default_device()->backend->default_float;
    const Promoted result = a.is_none() ? Promoted{default_dtype(*kind, wide), true}
                                        : promote(require_dtype(a), *kind, wide);
    return py::make_tuple(borrow(dtype_object(result.dtype)), result.standard);
  });
  module.def("_require_lenient", [](const std::string& function, const std::string& rule) {
    require_lenient(function, rule);
  });
  module.def("_require_lenient_attribute", [](const std::string& name, const std::string& rule) {
    require_lenient_attribute(name, rule);
  });
  module.def("_broadcast_shapes", [](const py::args& args) {
    std::vector<Dims> shapes;
    for (const py::handle& shape : args) {
      shapes.push_back(to_dims("broadcast_shapes", shape.ptr()));
      for (const std::int64_t size : shapes.back()) {
        if (size >= 0) continue;
        throw ValueError("broadcast_shapes(): sizes must not be negative, got shape " +
                         to_string(shapes.back()));
      }
    }
    std::vector<const Dims*> pointers;
    for (const Dims& shape : shapes) pointers.push_back(&shape);
    return steal(to_tuple(broadcast_shapes("broadcast_shapes", pointers)));
  });
}

void bind_constants(py::module_& module) {
  module.attr("e") = 2.718281828459045;
  module.attr("pi") = 3.141592653589793;
  module.attr("inf") = std::numeric_limits<double>::infinity();
  module.attr("nan") = std::numeric_limits<double>::quiet_NaN();
  module.attr("newaxis") = py::none();
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.doc() = "The compiled core of arrayforge.";
  bind_errors(module);
  bind_dtypes(module);
  bind_backends(module);
  bind_array(module);
  bind_asarray(module);
  bind_transfer(module);
  bind_functions(module);
  bind_foreign(module);
  bind_layout(module);
  bind_config(module);
  bind_rules(module);
  bind_memory(module);
  bind_constants(module);
  bind_mutants(module);
  py::list names;
  for (auto item : module.attr("__dict__").cast<py::dict>()) {
    const auto name = py::cast<std::string>(item.first);
    if (name[0] == '_' || name == "Backend" || name == "linalg" || name == "fft") continue;
    names.append(item.first);
  }
  module.attr("__all__") = names;
}

}  // namespace arrayforge
