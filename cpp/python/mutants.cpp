// Wrong results on purpose; compiled only with ARRAYFORGE_MUTANTS. A mutant is a function and a
// kind:
//   zeros  zeros of the right dtype and shape (ones, where zeros are right)
//   first  the first array among the operands, converted and stretched to the right dtype and
//   shape,
//          its elements repeated where broadcasting does not do it; in reverse order for functions
//          whose result is that operand
//   dtype  the right values in another dtype
// Tuples are mutated item by item; an in-place operator's target gets the wrong contents. Results
// that are no arrays get the like: False, 0, bool; True, the first operand; an int for a bool,
// another dtype for a dtype.
#include "mutants.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "../core/access.h"
#include "../core/nditer.h"
#include "array_type.h"
#include "convert.h"
#include "dtype_type.h"
#include "elementwise.h"
#include "transfer.h"

namespace arrayforge {
namespace {

constexpr const char* kForms[] = {"function", "operator", "reflected", "inplace", "method"};
constexpr std::size_t kFormCount = std::size(kForms);
enum class MutantKind { zeros, first, dtype };
constexpr const char* kKinds[] = {"zeros", "first", "dtype"};

// Set while nothing runs, then only read.
FunctionIndex chosen = -1;
MutantKind chosen_kind = MutantKind::zeros;
std::optional<Form> chosen_form;  // nothing: all of them

thread_local int depth = 0;
std::array<std::atomic<bool>, kFunctionTotal * kFormCount> called;
std::atomic<std::int64_t> mutations;

constexpr FunctionIndex kReturnTheirOperand[] = {
    index_of(Op::positive_),         index_of(Op::real_),
    index_of(Function::reshape_),    index_of(Function::expand_dims_),
    index_of(Function::squeeze_),    index_of(Function::broadcast_to_),
    index_of(Function::astype_),     index_of(Function::asarray_),
    index_of(Function::from_dlpack_)};

template <std::size_t N>
bool is_among(const FunctionIndex (&functions)[N], FunctionIndex function) {
  return std::find(std::begin(functions), std::end(functions), function) != std::end(functions);
}

constexpr FunctionIndex kGiveZeros[] = {index_of(Function::zeros_),
                                        index_of(Function::zeros_like_)};
constexpr FunctionIndex kGiveAnything[] = {index_of(Function::empty_),
                                           index_of(Function::empty_like_)};

// A dtype that holds the values, or most of them.
DType other_dtype(DType dtype) {
  switch (dtype) {
    case DType::bool_:
      return DType::uint8;
    case DType::int8:
      return DType::int16;
    case DType::int16:
    case DType::int64:
      return DType::int32;
    case DType::int32:
      return DType::int64;
    case DType::uint8:
      return DType::uint16;
    case DType::uint16:
    case DType::uint64:
      return DType::uint32;
    case DType::uint32:
      return DType::uint64;
    case DType::float32:
      return DType::float64;
    case DType::complex64:
      return DType::complex128;
    case DType::complex128:
      return DType::complex64;
    default:
      return DType::float32;
  }
}

py::object apply(Function function, std::initializer_list<PyObject*> args) {
  return steal(call_function(function, args.begin(), static_cast<Py_ssize_t>(args.size())));
}

PyObject* first_array(PyObject* const* args, Py_ssize_t count) {
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* found = is_array(args[i]) ? args[i] : nullptr;
    if (PyTuple_Check(args[i]) || PyList_Check(args[i])) {
      found = first_array(PySequence_Fast_ITEMS(args[i]), PySequence_Fast_GET_SIZE(args[i]));
    }
    if (found) return found;
  }
  return nullptr;
}

bool stretches_to(const Dims& shape, const Dims& target) {
  const int skipped = target.size() - shape.size();
  if (skipped < 0) return false;
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] != 1 && shape[i] != target[skipped + i]) return false;
  }
  return true;
}

// The elements in C order, over and over.
Array repeated(const Array& source, const Array& like) {
  Array result = make_array(like.dtype, like.shape);
  if (stretches_to(source.shape, like.shape)) {
    copy_into(result, source);
    return result;
  }
  const Array compact = copy(source, like.dtype);
  const char* from = read(compact);
  char* to = write(result);
  const std::int64_t size = itemsize(like.dtype);
  for (std::int64_t i = 0; i < result.size(); ++i) {
    std::memcpy(to + i * size, from + i % compact.size() * size, static_cast<std::size_t>(size));
  }
  return result;
}

// Null where there is no operand, or none that could be taken for the result.
py::object operand_as(const py::object& right, py::object operand, FunctionIndex function) {
  ArrayObject* like = as_array(right.ptr());
  const DType dtype = like->value.dtype;
  if (is_complex(as_array(operand.ptr())->value.dtype) && !is_complex(dtype)) {
    PyObject* args[1] = {operand.ptr()};
    operand = steal(elementwise_entry(Op::real_, args, 1));
  }
  operand = steal(move_to("mutants", as_array(operand.ptr()), like->device));
  if (is_among(kReturnTheirOperand, function)) operand = apply(Function::flip_, {operand.ptr()});
  const Array& source = as_array(operand.ptr())->value;
  if (source.size() == 0 || like->value.size() == 0) return {};
  if (like->is_native() && as_array(operand.ptr())->is_native()) {
    return steal(wrap(repeated(source, like->value)));
  }
  if (!stretches_to(source.shape, like->value.shape)) return {};
  operand = apply(Function::astype_, {operand.ptr(), dtype_object(dtype)});
  py::object shape = steal(to_tuple(like->value.shape));
  return apply(Function::broadcast_to_, {operand.ptr(), shape.ptr()});
}

struct Mutation {
  FunctionIndex function;
  PyObject* const* args;
  Py_ssize_t count;
  PyObject* operand;  // borrowed; null: no array among the arguments

  // Each gives null where the mutant does not apply.
  py::object array(const py::object& right) const {
    if (chosen_kind == MutantKind::dtype) {
      const DType other = other_dtype(as_array(right.ptr())->value.dtype);
      return apply(Function::astype_, {right.ptr(), dtype_object(other)});
    }
    if (is_among(kGiveAnything, function)) return {};
    if (chosen_kind == MutantKind::first) {
      return operand ? operand_as(right, borrow(operand), function) : py::object();
    }
    const bool zeros = is_among(kGiveZeros, function);
    return apply(zeros ? Function::ones_like_ : Function::zeros_like_, {right.ptr()});
  }

  py::object dtype(DType right) const {
    if (chosen_kind == MutantKind::dtype) return borrow(dtype_object(other_dtype(right)));
    if (chosen_kind == MutantKind::zeros) return borrow(dtype_object(DType::bool_));
    if (operand) return borrow(dtype_object(as_array(operand)->value.dtype));
    return count > 0 && as_dtype(args[0]) ? borrow(args[0]) : py::object();
  }

  py::object number(PyObject* right) const {
    if (PyBool_Check(right)) {
      if (chosen_kind == MutantKind::dtype) return py::int_(right == Py_True ? 1 : 0);
      return py::bool_(chosen_kind == MutantKind::first);
    }
    if (chosen_kind == MutantKind::zeros) {
      return PyLong_Check(right) ? py::object(py::int_(0)) : py::object(py::float_(0.0));
    }
    const bool converts = chosen_kind == MutantKind::dtype && PyLong_Check(right);
    return converts ? steal(PyNumber_Float(right)) : py::object();
  }

  py::object sequence(const py::object& right) const {
    const bool is_shape = function == index_of(Function::broadcast_shapes_);
    if (is_shape && chosen_kind == MutantKind::first) {
      return count > 0 ? borrow(args[0]) : py::object();
    }
    py::list items;
    bool changed = false;
    for (const py::handle& item : right) {
      const py::object wrong = any(borrow(item.ptr()));
      changed = changed || wrong;
      items.append(wrong ? wrong : borrow(item.ptr()));
    }
    if (!changed) return {};
    const py::object type = borrow(reinterpret_cast<PyObject*>(Py_TYPE(right.ptr())));
    return py::hasattr(type, "_make") ? type.attr("_make")(items) : type(items);
  }

  py::object any(const py::object& right) const {
    if (is_array(right.ptr())) return array(right);
    if (auto found = as_dtype(right.ptr())) return dtype(*found);
    if (PyLong_Check(right.ptr()) || PyFloat_Check(right.ptr())) return number(right.ptr());
    if (PyTuple_Check(right.ptr()) || PyList_Check(right.ptr())) return sequence(right);
    return {};
  }
};

// Engines lack dtypes and functions: what cannot be made wrong there stays right.
template <class F>
py::object attempt(F&& f) {
  try {
    py::object wrong = f();
    if (wrong) ++mutations;
    return wrong;
  } catch (error_already_set&) {
    return {};
  } catch (const std::exception&) {
    return {};
  }
}

std::string full_name(FunctionIndex function) {
  const std::string space = function_namespace(function);
  return (space.empty() ? "" : space + ".") + function_name(function);
}

template <std::size_t N>
int place(const char* const (&words)[N], const std::string& word) {
  const auto* found = std::find(std::begin(words), std::end(words), word);
  if (found == std::end(words)) throw ValueError("_set_mutant(): no such kind or form, " + word);
  return static_cast<int>(found - std::begin(words));
}

// NAME:KIND or NAME@FORM:KIND.
void choose(const std::string& mutant) {
  const std::size_t colon = mutant.find(':');
  const std::string target = mutant.substr(0, colon);
  const std::string name = target.substr(0, target.find('@'));
  for (FunctionIndex i = 0; i < kFunctionTotal; ++i) {
    if (full_name(i) == name) chosen = i;
  }
  if (chosen < 0 || colon == std::string::npos) {
    throw ValueError("_set_mutant(): expected FUNCTION:KIND or FUNCTION@FORM:KIND, got " + mutant);
  }
  chosen_kind = static_cast<MutantKind>(place(kKinds, mutant.substr(colon + 1)));
  chosen_form.reset();
  if (name != target) {
    chosen_form = static_cast<Form>(place(kForms, target.substr(name.size() + 1)));
  }
}

}  // namespace

MutantCall::MutantCall(FunctionIndex function, Form form, PyObject* const* args, Py_ssize_t count)
    : function_(function), form_(form), args_(args), count_(count) {
  const auto row = static_cast<std::size_t>(function);
  if (depth++ == 0) called[row * kFormCount + static_cast<std::size_t>(form)] = true;
}
MutantCall::~MutantCall() { --depth; }

bool MutantCall::is_active() const { return depth == 1 && function_ == chosen; }

PyObject* MutantCall::result(PyObject* right) {
  if (!right || right == Py_NotImplemented || !is_active()) return right;
  py::object owner = steal(right);
  const Mutation mutation{function_, args_, count_, first_array(args_, count_)};
  py::object wrong = attempt([&] { return mutation.any(owner); });
  return (wrong ? wrong : owner).release().ptr();
}

void MutantCall::keep_target() {
  if (!is_active() || chosen_kind != MutantKind::first) return;
  PyObject* dtype = dtype_object(as_array(args_[0])->value.dtype);
  kept_ = attempt([&] { return apply(Function::astype_, {args_[0], dtype}); });
}

PyObject* MutantCall::target(PyObject* right) {
  if (!right || right == Py_NotImplemented || !is_active()) return right;
  ArrayObject* array = as_array(right);
  const Mutation mutation{function_, args_, count_, kept_.ptr()};
  const py::object wrong = attempt([&] { return mutation.any(borrow(right)); });
  if (!wrong) return right;
  if (chosen_kind == MutantKind::dtype && array->is_native()) {
    std::swap(array->value, as_array(wrong.ptr())->value);
  } else if (array_assign_subscript(right, Py_Ellipsis, wrong.ptr()) < 0) {
    throw error_already_set();
  }
  return right;
}

void bind_mutants(py::module_& module) {
  module.def("_set_mutant", [](const std::string& mutant) {
    chosen = -1;
    if (!mutant.empty()) choose(mutant);
  });
  module.def("_mutations", [] { return mutations.load(); });
  // What was called since the last time, as "add" and "add@operator".
  module.def("_take_calls", [] {
    py::set taken;
    for (std::size_t i = 0; i < called.size(); ++i) {
      if (!called[i].exchange(false)) continue;
      const std::string name = full_name(static_cast<FunctionIndex>(i / kFormCount));
      taken.add(name);
      taken.add(name + "@" + kForms[i % kFormCount]);
    }
    return taken;
  });
  // Tests that start an interpreter of their own pass the mutant on.
  const char* wanted = std::getenv("ARRAYFORGE_MUTANT");
  if (wanted && *wanted) choose(wanted);
}

}  // namespace arrayforge
