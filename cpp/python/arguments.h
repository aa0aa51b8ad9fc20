// Arguments of a public function, bound by the signature that ops.def gives as text.
#pragma once

#include <vector>

#include "backend_type.h"

namespace arrayforge {

struct Parameter {
  enum class Binding { positional_only, positional, keyword_only, variadic };
  PyObject* name;           // interned
  PyObject* default_value;  // null: required
  Binding binding;
};

class Signature {
 public:
  // Parses "(x, /, *, axis=None)"; defaults are literals.
  Signature(const char* function, const char* text);

  const char* function() const { return function_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  int find(const char* name) const;  // -1 where there is none

  // The keyword-only parameter that released clients give by position, or -1.
  int positional_by_habit = -1;

 private:
  const char* function_;
  std::vector<Parameter> parameters_;
};

// The engine that runs a call of a public function.
struct Engine {
  FunctionIndex function;
  BackendObject* backend;
  DeviceObject* device;
};

class Arguments {
 public:
  static constexpr int kMax = 8;

  // Throws TypeError as Python does for its own functions. Methods outside the standard bind what
  // is keyword-only by position, too.
  Arguments(const Signature& signature, PyObject* const* args, Py_ssize_t count, PyObject* keywords,
            bool by_position = false);

  // Borrowed values in the order of the signature, defaults filled in.
  PyObject* operator[](int i) const { return values_[i]; }
  PyObject* const* variadic() const { return rest_; }
  Py_ssize_t variadic_count() const { return rest_count_; }
  const Signature& signature() const { return signature_; }
  const char* function() const { return signature_.function(); }

  // Null where the native kernels run.
  const Engine* engine() const { return engine_.backend ? &engine_ : nullptr; }
  void run_on(const Engine& engine) { engine_ = engine; }

 private:
  Py_ssize_t bind_keyword_only(PyObject* const* args, Py_ssize_t used, Py_ssize_t count,
                               bool by_position);

  const Signature& signature_;
  Engine engine_ = {};
  PyObject* values_[kMax] = {};
  PyObject* const* rest_ = nullptr;
  Py_ssize_t rest_count_ = 0;
};

}  // namespace arrayforge
