#include "arguments.h"

#include <cstring>
#include <string>
#include <string_view>

#include "../core/config.h"
#include "convert.h"

namespace arrayforge {
namespace {

using Binding = Parameter::Binding;

std::string_view strip(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

PyObject* literal(std::string_view text) {
  if (text == "None") return new_ref(Py_None);
  if (text == "True") return new_ref(Py_True);
  if (text == "False") return new_ref(Py_False);
  if (text.front() == '\'') {
    text = text.substr(1, text.size() - 2);
    return PyUnicode_InternFromString(std::string(text).c_str());
  }
  const std::string number(text);
  if (number.find('.') != std::string::npos) return PyFloat_FromDouble(std::stod(number));
  return PyLong_FromString(number.c_str(), nullptr, 10);
}

[[noreturn]] void fail(const Signature& signature, const std::string& rule) {
  throw TypeError(std::string(signature.function()) + "(): " + rule);
}

// Interned names are found by identity; others by value.
int find_keyword(const std::vector<Parameter>& parameters, PyObject* name) {
  const int count = static_cast<int>(parameters.size());
  for (int i = 0; i < count; ++i) {
    if (parameters[i].name == name) return i;
  }
  for (int i = 0; i < count; ++i) {
    if (PyUnicode_Compare(parameters[i].name, name) == 0) return i;
  }
  return -1;
}

}  // namespace

Signature::Signature(const char* function, const char* text) : function_(function) {
  std::string_view rest(text);
  rest = rest.substr(1, rest.size() - 2);
  Binding binding = Binding::positional;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string_view item = strip(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (item == "/") {
      for (Parameter& parameter : parameters_) parameter.binding = Binding::positional_only;
    } else if (item == "*") {
      binding = Binding::keyword_only;
    } else if (item.front() == '*') {
      const std::string name(item.substr(1));
      parameters_.push_back(
          {checked(PyUnicode_InternFromString(name.c_str())), new_ref(Py_None), Binding::variadic});
      binding = Binding::keyword_only;
    } else {
      const std::size_t equals = item.find('=');
      const std::string name(item.substr(0, equals));
      PyObject* value =
          equals == std::string_view::npos ? nullptr : checked(literal(item.substr(equals + 1)));
      parameters_.push_back({checked(PyUnicode_InternFromString(name.c_str())), value, binding});
    }
  }
}

int Signature::find(const char* name) const {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (PyUnicode_CompareWithASCIIString(parameters_[i].name, name) == 0) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

Arguments::Arguments(const Signature& signature, PyObject* const* args, Py_ssize_t count,
                     PyObject* keywords, bool by_position)
    : signature_(signature) {
  const auto& parameters = signature.parameters();
  const int total = static_cast<int>(parameters.size());
  Py_ssize_t used = 0;
  for (int i = 0; i < total && used < count; ++i) {
    if (parameters[i].binding == Binding::variadic) {
      rest_ = args + used;
      rest_count_ = count - used;
      used = count;
    } else if (parameters[i].binding != Binding::keyword_only) {
      values_[i] = args[used++];
    }
  }
  if (used < count) used = bind_keyword_only(args, used, count, by_position);
  if (used < count) {
    fail(signature, "takes at most " + std::to_string(used) + " positional arguments, got " +
                        std::to_string(count) + "; the others go by name");
  }
  const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
  for (Py_ssize_t k = 0; k < named; ++k) {
    PyObject* name = PyTuple_GET_ITEM(keywords, k);
    const int i = find_keyword(parameters, name);
    if (i < 0 || parameters[i].binding == Binding::variadic) {
      fail(signature, "unexpected keyword argument " + shown(name));
    }
    if (parameters[i].binding == Binding::positional_only) {
      fail(signature, shown(name) + " is positional-only");
    }
    if (values_[i]) fail(signature, shown(name) + " is given twice");
    values_[i] = args[count + k];
  }
  for (int i = 0; i < total; ++i) {
    if (values_[i]) continue;
    if (!parameters[i].default_value)
      fail(signature, "missing argument " + shown(parameters[i].name));
    values_[i] = parameters[i].default_value;
  }
}

Py_ssize_t Arguments::bind_keyword_only(PyObject* const* args, Py_ssize_t used, Py_ssize_t count,
                                        bool by_position) {
  const auto& parameters = signature_.parameters();
  const int habit = signature_.positional_by_habit;
  if (habit >= 0) {
    const auto name = py::cast<std::string>(borrow(parameters[habit].name));
    require_lenient(signature_.function(), name + " by position; write " + name + "=");
    values_[habit] = args[used++];
  }
  for (std::size_t i = 0; by_position && i < parameters.size() && used < count; ++i) {
    if (parameters[i].binding == Binding::keyword_only) values_[i] = args[used++];
  }
  return used;
}

}  // namespace arrayforge
