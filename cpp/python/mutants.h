// Test-only: a build with ARRAYFORGE_MUTANTS returns wrong results for one chosen function, to show
// that its tests notice (tests/support/mutants.py). Without the option these are the plain calls.
#pragma once

#include "functions.h"

namespace arrayforge {

// How a public function was called; a mutant can be limited to one of them.
enum class Form { function, op, reflected, inplace, method };

#ifdef ARRAYFORGE_MUTANTS

// One call of a public function while it runs. Only outermost calls are counted and mutated: a
// function that others are made of must be caught by tests of its own.
class MutantCall {
 public:
  MutantCall(FunctionIndex function, Form form, PyObject* const* args, Py_ssize_t count);
  MutantCall(const MutantCall&) = delete;
  MutantCall& operator=(const MutantCall&) = delete;
  ~MutantCall();

  // Takes the right result and gives the wrong one, or the right one where no mutant applies.
  PyObject* result(PyObject* right);

  // For calls that write into their first argument, before and after.
  void keep_target();
  PyObject* target(PyObject* right);

 private:
  bool is_active() const;

  FunctionIndex function_;
  Form form_;
  PyObject* const* args_;
  Py_ssize_t count_;
  py::object kept_;
};

void bind_mutants(py::module_& module);

// work() is the call. args are the operands as given, positional ones first.
template <class Work>
PyObject* mutable_result(FunctionIndex function, Form form, PyObject* const* args, Py_ssize_t count,
                         Work&& work) {
  MutantCall call(function, form, args, count);
  return call.result(work());
}

// The same where work() writes into args[0] and returns it.
template <class Work>
PyObject* mutable_target(FunctionIndex function, PyObject* const* args, Py_ssize_t count,
                         Work&& work) {
  MutantCall call(function, Form::inplace, args, count);
  call.keep_target();
  return call.target(work());
}

#else

inline void bind_mutants(py::module_&) {}

template <class Work>
PyObject* mutable_result(FunctionIndex, Form, PyObject* const*, Py_ssize_t, Work&& work) {
  return work();
}

template <class Work>
PyObject* mutable_target(FunctionIndex, PyObject* const*, Py_ssize_t, Work&& work) {
  return work();
}

#endif

}  // namespace arrayforge
