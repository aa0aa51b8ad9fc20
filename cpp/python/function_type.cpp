#include "function_type.h"

#include <structmember.h>

#include <string_view>

namespace arrayforge {
namespace {

struct FunctionObject {
  PyObject_HEAD vectorcallfunc vectorcall;
  _PyCFunctionFastWithKeywords entry;
  const PyMethodDef* definition;
  PyObject* module;
  PyObject* annotations;  // null until asked for
};

PyTypeObject* function_type = nullptr;

FunctionObject* as_function(PyObject* object) { return reinterpret_cast<FunctionObject*>(object); }

PyObject* call(PyObject* self, PyObject* const* args, std::size_t count, PyObject* keywords) {
  return as_function(self)->entry(self, args, PyVectorcall_NARGS(count), keywords);
}

// "name(x, /)\n--\n\nSummary.": what builtin functions have.
constexpr std::string_view kSeparator = "\n--\n\n";

PyObject* get_name(PyObject* self, void*) {
  return PyUnicode_FromString(as_function(self)->definition->ml_name);
}
PyObject* get_module(PyObject* self, void*) { return new_ref(as_function(self)->module); }
PyObject* get_doc(PyObject* self, void*) {
  const std::string_view text = as_function(self)->definition->ml_doc;
  return PyUnicode_FromString(text.data() + text.find(kSeparator) + kSeparator.size());
}
PyObject* get_signature(PyObject* self, void*) {
  const PyMethodDef* definition = as_function(self)->definition;
  const std::string_view text = definition->ml_doc;
  const std::size_t begin = std::strlen(definition->ml_name);
  return PyUnicode_FromStringAndSize(text.data() + begin,
                                     static_cast<Py_ssize_t>(text.find(kSeparator) - begin));
}
PyObject* get_annotations(PyObject* self, void*) {
  return guarded([&] {
    FunctionObject* function = as_function(self);
    if (!function->annotations) {
      py::object hints = py::module_::import("arrayforge.hints").attr("of");
      function->annotations = hints(borrow(self)).release().ptr();
    }
    return new_ref(function->annotations);
  });
}

PyObject* repr(PyObject* self) {
  const FunctionObject* function = as_function(self);
  return PyUnicode_FromFormat("<function %U.%s>", function->module, function->definition->ml_name);
}

// Not bound by classes that hold one, as builtin functions are not.
PyObject* get(PyObject* self, PyObject*, PyObject*) { return new_ref(self); }

// Pickled by name.
PyObject* reduce(PyObject* self, PyObject*) { return get_name(self, nullptr); }

PyGetSetDef getters[] = {
    {"__name__", get_name, nullptr, nullptr, nullptr},
    {"__qualname__", get_name, nullptr, nullptr, nullptr},
    {"__module__", get_module, nullptr, nullptr, nullptr},
    {"__doc__", get_doc, nullptr, nullptr, nullptr},
    {"__text_signature__", get_signature, nullptr, nullptr, nullptr},
    {"__annotations__", get_annotations, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};
PyMethodDef methods[] = {
    {"__reduce__", reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};
PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(FunctionObject, vectorcall), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};
PyType_Slot slots[] = {
    {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
    {Py_tp_repr, reinterpret_cast<void*>(repr)},
    {Py_tp_descr_get, reinterpret_cast<void*>(get)},
    {Py_tp_getset, getters},
    {Py_tp_methods, methods},
    {Py_tp_members, members},
    {0, nullptr},
};
PyType_Spec spec = {
    "arrayforge.function", sizeof(FunctionObject), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

PyObject* make_function(_PyCFunctionFastWithKeywords entry, const PyMethodDef& definition,
                        const py::str& module) {
  auto* function = PyObject_New(FunctionObject, function_type);
  if (!function) throw error_already_set();
  function->vectorcall = call;
  function->entry = entry;
  function->definition = &definition;
  function->module = new_ref(module.ptr());
  function->annotations = nullptr;
  return reinterpret_cast<PyObject*>(function);
}

void bind_function_type() {
  function_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&spec)));
}

}  // namespace arrayforge
