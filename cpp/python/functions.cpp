#include "functions.h"

#include <array>
#include <memory>
#include <utility>

#include "../core/config.h"
#include "elementwise.h"
#include "foreign.h"
#include "function_type.h"
#include "mutants.h"

namespace arrayforge {
namespace {

struct Row {
  const char* chapter;
  const char* name;
  const char* signature;
  Handler handler;  // null: composite
  bool frontend;    // the same function whatever the backend
};

#define ARRAYFORGE_native(name) &entries::name, false
#define ARRAYFORGE_composite(name) nullptr, false
#define ARRAYFORGE_frontend(name) nullptr, true
constexpr Row kRows[kFunctionCount] = {
#define FUNCTION(chapter, name, signature, how, summary) \
  {#chapter, #name, signature, ARRAYFORGE_##how(name)},
#include "../ops.def"
};

constexpr const char* kOpNames[kOpCount] = {
#define OP(name, arity, accepts, result, summary) #name,
#include "../ops.def"
};

struct Prepared {
  std::unique_ptr<Signature> signature;
  int device = -1;  // index of the parameter, or -1
  bool creates = false;
  bool transfers = false;  // its handler takes arrays and targets on any device
};
std::array<Prepared, kFunctionCount> prepared;
std::array<PyObject*, kFunctionTotal> composites;  // None: there is none

PyObject* call_composite(int row, const Arguments& arguments) {
  const py::object callable = composite_of(static_cast<int>(kOpCount) + row);
  py::list positional;
  py::dict named;
  const auto& parameters = arguments.signature().parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    switch (parameters[i].binding) {
      case Parameter::Binding::variadic:
        for (Py_ssize_t k = 0; k < arguments.variadic_count(); ++k) {
          positional.append(borrow(arguments.variadic()[k]));
        }
        break;
      case Parameter::Binding::keyword_only:
        named[parameters[i].name] = borrow(arguments[static_cast<int>(i)]);
        break;
      default:
        positional.append(borrow(arguments[static_cast<int>(i)]));
    }
  }
  return checked(PyObject_Call(callable.ptr(), py::tuple(positional).ptr(), named.ptr()));
}

void require_array(int row, PyObject* object) {
  if (is_array(object)) return;
  throw TypeError(std::string(kRows[row].name) + "(): expected an arrayforge array, got " +
                  Py_TYPE(object)->tp_name + "; asarray() converts");
}

// Composites may take for granted that arrays are arrays: x, the arrays of a sequence, and both
// operands of linear algebra.
void require_arrays(int row, const Arguments& arguments) {
  const auto& parameters = arguments.signature().parameters();
  const bool algebra = std::string_view(kRows[row].chapter).starts_with("lin");
  for (int i = 0; i < static_cast<int>(parameters.size()); ++i) {
    const auto is = [&](const char* name) {
      return PyUnicode_CompareWithASCIIString(parameters[static_cast<std::size_t>(i)].name, name) ==
             0;
    };
    if (is("x") || (algebra && (is("x1") || is("x2")))) require_array(row, arguments[i]);
    PyObject* items = arguments[i];
    if (!is("arrays") || !(PyTuple_Check(items) || PyList_Check(items))) continue;
    const Py_ssize_t n = PySequence_Fast_GET_SIZE(items);
    for (Py_ssize_t k = 0; k < n; ++k) require_array(row, PySequence_Fast_GET_ITEM(items, k));
  }
  for (Py_ssize_t k = 0; k < arguments.variadic_count(); ++k) {
    require_array(row, arguments.variadic()[k]);
  }
}

PyObject* run(int row, Arguments&& arguments) {
  const Prepared& facts = prepared[row];
  if (kRows[row].frontend) return call_composite(row, arguments);
  if (facts.transfers) return kRows[row].handler(arguments);
  BackendChoice choice(kRows[row].name);
  const int count = static_cast<int>(facts.signature->parameters().size());
  for (int i = 0; i < count; ++i) {
    if (arguments[i] != Py_None) choice.add_all(arguments[i]);
  }
  for (Py_ssize_t k = 0; k < arguments.variadic_count(); ++k) {
    choice.add_all(arguments.variadic()[k]);
  }
  if (!kRows[row].handler) {
    require_arrays(row, arguments);
    return call_composite(row, arguments);
  }
  BackendObject* backend = choice.backend();
  DeviceObject* device = choice.device();
  if (facts.creates && (!backend || arguments[facts.device] != Py_None)) {
    device = to_device(kRows[row].name, arguments[facts.device]);
    backend = device->backend;
  }
  if (backend && backend != native_backend()) {
    arguments.run_on({static_cast<int>(kOpCount) + row, backend, device});
  }
  return kRows[row].handler(arguments);
}

PyObject* call_row(int row, Form form, PyObject* const* args, Py_ssize_t count, PyObject* keywords,
                   bool by_position = false) {
  return mutable_result(static_cast<int>(kOpCount) + row, form, args, count, [&] {
    return run(row, Arguments(*prepared[row].signature, args, count, keywords, by_position));
  });
}

template <int I>
PyObject* entry(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return guarded(kRows[I].name, [&] {
    if constexpr (I == static_cast<int>(Function::where_)) {
      // scikit-learn 1.9 takes NumPy's short form where its diff(x, 2) got that far.
      if (count == 1 && !keywords) {
        require_lenient("where", "a condition alone; use nonzero(condition)");
        return call_function(Function::nonzero_, args, 1);
      }
    }
    return call_row(I, Form::function, args, count, keywords);
  });
}

template <int I>
PyObject* unary_entry(PyObject*, PyObject* const* args, Py_ssize_t count) {
  constexpr Op op = static_cast<Op>(I);
  if constexpr (op == Op::real_ || op == Op::imag_) return component_entry(op, args, count);
  return elementwise_entry(op, args, count);
}

template <int... I>
constexpr auto function_entries(std::integer_sequence<int, I...>) {
  return std::array<_PyCFunctionFastWithKeywords, sizeof...(I)>{entry<I>...};
}
template <int... I>
constexpr auto op_entries(std::integer_sequence<int, I...>) {
  return std::array<_PyCFunctionFast, sizeof...(I)>{unary_entry<I>...};
}
constexpr auto kEntries = function_entries(std::make_integer_sequence<int, kFunctionCount>());
constexpr auto kOpEntries =
    op_entries(std::make_integer_sequence<int, static_cast<int>(kOpCount)>());

#define ARRAYFORGE_PARAMETERS_1 "(x, /)"
#define ARRAYFORGE_PARAMETERS_2 "(x1, x2, /)"
// Static: a builtin function refers to its definition for as long as it lives.
PyMethodDef definitions[kFunctionTotal + 1] = {
#define OP(name, arity, accepts, result, summary) \
  {#name, nullptr, METH_FASTCALL, #name ARRAYFORGE_PARAMETERS_##arity "\n--\n\n" summary},
#include "../ops.def"
#define FUNCTION(chapter, name, signature, how, summary) \
  {#name, nullptr, METH_FASTCALL | METH_KEYWORDS, #name signature "\n--\n\n" summary},
#include "../ops.def"
    {nullptr, nullptr, 0, nullptr},
};

PyCFunction as_method(_PyCFunctionFast function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

// Every public function: its name, with its namespace, and who computes it.
py::list function_table() {
  py::list rows;
  for (const char* name : kOpNames) rows.append(py::make_tuple(name, "native"));
  for (const Row& row : kRows) {
    const std::string chapter = row.chapter;
    const char* how = row.handler ? "native" : row.frontend ? "frontend" : "composite";
    const bool apart = chapter == "linalg" || chapter == "fft";
    if (!apart) rows.append(py::make_tuple(row.name, how));
    if (apart || chapter == "linear_algebra") {
      const std::string space = apart ? chapter : "linalg";
      rows.append(py::make_tuple(space + "." + row.name, how));
    }
  }
  return rows;
}

}  // namespace

const char* function_name(FunctionIndex function) {
  const int ops = static_cast<int>(kOpCount);
  return function < ops ? kOpNames[function] : kRows[function - ops].name;
}

const char* function_namespace(FunctionIndex function) {
  if (function < static_cast<int>(kOpCount)) return "";
  const std::string_view chapter = kRows[function - static_cast<int>(kOpCount)].chapter;
  return chapter == "linalg" || chapter == "fft"
             ? kRows[function - static_cast<int>(kOpCount)].chapter
             : "";
}

py::object composite_of(FunctionIndex function) {
  PyObject*& slot = composites[static_cast<std::size_t>(function)];
  if (!slot) {
    const int row = function - static_cast<int>(kOpCount);
    const std::string module =
        std::string("arrayforge.composites.") + (row < 0 ? "elementwise" : kRows[row].chapter);
    const py::module_ chapter = py::module_::import(module.c_str());
    slot = py::object(py::getattr(chapter, function_name(function), py::none())).release().ptr();
  }
  return slot == Py_None ? py::object() : borrow(slot);
}

PyObject* call_function(Function function, PyObject* const* args, Py_ssize_t count,
                        PyObject* keywords, bool by_position) {
  return call_row(static_cast<int>(function), Form::method, args, count, keywords, by_position);
}

py::object asarray_on(PyObject* object, DeviceObject* device) {
  PyObject* args[2] = {object, reinterpret_cast<PyObject*>(device)};
  const py::tuple keywords = py::make_tuple("device");
  return steal(call_function(Function::asarray_, args, 1, keywords.ptr()));
}

void bind_functions(py::module_& module) {
  module.def("_function_table", function_table);
  bind_function_type();
  py::module_ linalg = module.def_submodule("linalg");
  py::module_ fft = module.def_submodule("fft");
  for (int i = 0; i < kFunctionTotal; ++i) {
    const int row = i - static_cast<int>(kOpCount);
    const std::string space = function_namespace(i);
    if (row < 0) definitions[i].ml_meth = as_method(kOpEntries[i]);
    const py::str owner(space.empty() ? "arrayforge" : "arrayforge." + space);
    const bool is_op = row < 0;
    py::object function = steal(is_op ? PyCFunction_NewEx(&definitions[i], nullptr, owner.ptr())
                                      : make_function(kEntries[row], definitions[i], owner));
    py::module_& target = space == "linalg" ? linalg : space == "fft" ? fft : module;
    target.attr(definitions[i].ml_name) = function;
    if (is_op) continue;
    if (std::string_view(kRows[row].chapter) == "linear_algebra") {
      linalg.attr(definitions[i].ml_name) = function;
    }
    Prepared& facts = prepared[row];
    facts.signature = std::make_unique<Signature>(kRows[row].name, kRows[row].signature);
    facts.device = facts.signature->find("device");
    // scikit-learn 1.9 calls diff(x, 2), as NumPy has it.
    if (row == static_cast<int>(Function::diff_)) {
      facts.signature->positional_by_habit = facts.signature->find("n");
    }
    facts.transfers = row == static_cast<int>(Function::asarray_) ||
                      row == static_cast<int>(Function::from_dlpack_);
    facts.creates = facts.device >= 0 && std::string_view(kRows[row].name) != "astype" &&
                    std::string_view(kRows[row].name) != "from_dlpack";
  }
}

}  // namespace arrayforge
