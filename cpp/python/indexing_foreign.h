// Indexing of an engine's arrays: the key is parsed and checked, the engine carries it out.
#pragma once

#include "../core/index_plan.h"
#include "foreign.h"

namespace arrayforge {

inline constexpr const char* kGet = "__getitem__";
inline constexpr const char* kSet = "__setitem__";

// An array of a key as the engine takes it, integers as int64; a Python boolean as it is.
py::object engine_index(BackendObject* backend, const py::object& index);

// A key of integers, slices, None and one ..., as the engine takes it, and what it selects.
struct SimpleKey {
  py::tuple key;
  Dims shape;
};
// Nothing where the items have to be looked at one by one, errors included.
std::optional<SimpleKey> simple_key(const char* function, const Array& x, PyObject* key);

PyObject* get_foreign(ArrayObject* x, const SimpleKey& key);
PyObject* get_foreign(ArrayObject* x, const IndexItems& items, const py::tuple& key,
                      const BackendChoice& choice);

// The value is a Python scalar where `scalar` holds one, else an array.
void assign_foreign(ArrayObject* x, const py::tuple& key, const std::optional<Dims>& shape,
                    BackendObject* backend, PyObject* value, const py::object& scalar);

// x[...] = value, an array of x's shape that nobody else holds. Where no view of x would see the
// write, its payload becomes that of x.
void assign_all(ArrayObject* x, const py::object& value);

}  // namespace arrayforge
