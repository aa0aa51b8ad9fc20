// Indexing of an engine's arrays: the key is parsed and checked, the engine carries it out.
#pragma once

#include "../core/index_plan.h"
#include "foreign.h"

namespace arrayforge {

inline constexpr const char* kGet = "__getitem__";
inline constexpr const char* kSet = "__setitem__";

// An array of a key as the engine takes it, integers as int64; a Python boolean as it is.
py::object engine_index(BackendObject* backend, const py::object& index);

PyObject* get_foreign(ArrayObject* x, const IndexItems& items, const py::tuple& key,
                      const BackendChoice& choice);

// The value is a Python scalar where `scalar` holds one, else an array.
void assign_foreign(ArrayObject* x, const IndexItems& items, const py::tuple& key,
                    BackendObject* backend, PyObject* value, const py::object& scalar);

}  // namespace arrayforge
