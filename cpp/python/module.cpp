// The module arrayforge._core.
#include <limits>

#include "../core/config.h"
#include "../core/parallel.h"
#include "../kernels/table.h"
#include "array_type.h"
#include "dtype_type.h"
#include "functions.h"

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
  module.def("_set_strict", [](bool on) { global_strict = on; });
  set_strict_query(query_strict);
  module.def("_isa", [] { return std::string(kernels().isa); });
  module.def("_isa_levels", [] { return std::string(isa_levels()); });
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
  bind_functions(module);
  bind_config(module);
  bind_constants(module);
  py::list names;
  for (auto item : module.attr("__dict__").cast<py::dict>()) {
    const auto name = py::cast<std::string>(item.first);
    if (name[0] != '_' && name != "Backend") names.append(item.first);
  }
  module.attr("__all__") = names;
}

}  // namespace arrayforge
