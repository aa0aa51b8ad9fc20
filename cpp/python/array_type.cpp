#include "array_type.h"

#include <structmember.h>

#include <atomic>
#include <new>

#include "../core/config.h"
#include "../core/thread_local.h"
#include "dtype_type.h"
#include "functions.h"

namespace arrayforge {

PyTypeObject* array_type = nullptr;

namespace {

std::atomic<std::int64_t> live{0};

// Under the GIL no other thread counts at the same time.
void count_live(std::int64_t change) {
#ifdef Py_GIL_DISABLED
  live.fetch_add(change, std::memory_order_relaxed);
#else
  live.store(live.load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
#endif
}

// Memory of dead arrays, chained through `weakrefs`, kept by the thread for the next one.
struct FreeList {
  PyObject* first;
  int count;
};
constexpr int kKept = 64;
ARRAYFORGE_FAST_TLS thread_local FreeList free_list{};

[[gnu::noinline]] ArrayObject* allocate_new() {
  ArrayObject* self = PyObject_GC_New(ArrayObject, array_type);
  if (!self) throw error_already_set();
  return self;
}

inline ArrayObject* allocate() {
  ArrayObject* self = as_array(free_list.first);
  if (self) {
    free_list.first = self->weakrefs;
    --free_list.count;
    // It kept its type and a reference to it.
    Py_SET_REFCNT(reinterpret_cast<PyObject*>(self), 1);
  } else {
    self = allocate_new();
  }
  count_live(1);
  self->raw = nullptr;
  self->weakrefs = nullptr;
  return self;
}

bool is_collected(PyObject* raw) { return PyType_IS_GC(Py_TYPE(raw)); }

void dealloc(PyObject* object) {
  ArrayObject* self = as_array(object);
  if (self->weakrefs) PyObject_ClearWeakRefs(object);
  if (self->raw) {
    if (is_collected(self->raw)) PyObject_GC_UnTrack(object);
    Py_CLEAR(self->raw);
  }
  self->value.storage.end_share();
  self->value.~Array();
  count_live(-1);
  if (free_list.count < kKept) {
    self->weakrefs = free_list.first;
    free_list.first = object;
    ++free_list.count;
    return;
  }
  PyTypeObject* type = Py_TYPE(object);
  PyObject_GC_Del(self);
  Py_DECREF(type);
}

int traverse(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(as_array(object)->raw);
  Py_VISIT(Py_TYPE(object));
  return 0;
}

// Breaks the cycle through the raw array; what is left is an empty native array.
int clear(PyObject* object) {
  ArrayObject* self = as_array(object);
  if (!self->raw) return 0;
  PyObject_GC_UnTrack(object);
  PyObject* raw = self->raw;
  self->raw = nullptr;
  self->backend = native_backend();
  self->device = cpu_device();
  self->value.shape = Dims{0};
  self->value.strides = Dims{itemsize(self->value.dtype)};
  storage_of(self);
  Py_DECREF(raw);
  return 0;
}

Py_ssize_t length(PyObject* object) {
  Py_ssize_t result = -1;
  guarded_status([&] {
    const Dims& shape = as_array(object)->value.shape;
    if (shape.empty()) throw TypeError("len(): a 0-dimensional array has no length");
    require_lenient("len", "use x.shape[0]");
    result = static_cast<Py_ssize_t>(shape[0]);
  });
  return result;
}

int contains(PyObject* object, PyObject* value) {
  int result = -1;
  guarded_status([&] {
    require_lenient("in", "membership; write xp.any(x == value)");
    py::object found = steal(PyObject_RichCompare(object, value, Py_EQ));
    if (is_array(found.ptr())) {
      PyObject* args[1] = {found.ptr()};
      found = steal(call_function(Function::any_, args, 1));
    }
    result = PyObject_IsTrue(found.ptr());
  });
  return result;
}

PyObject* item(PyObject* object, Py_ssize_t i) {
  PyObject* key = PyLong_FromSsize_t(i);
  if (!key) return nullptr;
  PyObject* result = array_subscript(object, key);
  Py_DECREF(key);
  return result;
}

PyObject* iterate_rows(PyObject* object) {
  return guarded([&] {
    if (as_array(object)->value.ndim() == 0) {
      throw TypeError("iter(): a 0-dimensional array has no rows");
    }
    // Along one axis Python's protocol for sequences does it for every library.
    if (as_array(object)->value.ndim() > 1) require_lenient("iter", "rows; use unstack(x)");
    return PySeqIter_New(object);
  });
}

PyMemberDef members[] = {
    {"dtype", T_OBJECT_EX, offsetof(ArrayObject, dtype), READONLY, "Data type of the elements."},
    {"device", T_OBJECT_EX, offsetof(ArrayObject, device), READONLY,
     "Device that holds the array."},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(ArrayObject, weakrefs), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

PyObject* call_printing(const char* name, PyObject* self) {
  return guarded([&] {
    return py::module_::import("arrayforge.printing").attr(name)(borrow(self)).release().ptr();
  });
}
PyObject* repr(PyObject* self) { return call_printing("array_repr", self); }
PyObject* str(PyObject* self) { return call_printing("array_str", self); }

}  // namespace

std::int64_t live_arrays() { return live.load(); }

PyObject* wrap(Array&& value) {
  ArrayObject* self = allocate();
  new (&self->value) Array(std::move(value));
  self->dtype = dtype_object(self->value.dtype);
  self->backend = native_backend();
  self->device = cpu_device();
  return reinterpret_cast<PyObject*>(self);
}

ArrayObject* wrap_fresh(DType dtype, const Dims& shape, std::int64_t size) {
  const std::int64_t unit = itemsize(dtype);
  if (shape.size() > Dims::kInline) return as_array(wrap(make_array(dtype, shape)));
  StorageRef storage = Storage::allocate(static_cast<std::size_t>(size * unit));
  ArrayObject* self = allocate();
  new (&self->value) Array{dtype, shape, c_strides(shape, unit), 0, std::move(storage)};
  self->dtype = dtype_object(dtype);
  self->backend = native_backend();
  self->device = cpu_device();
  return self;
}

PyObject* wrap_view(const ArrayObject* x, int ndim, const std::int64_t* shape,
                    const std::int64_t* strides, std::int64_t offset) {
  // Dims that need memory are made before the object is.
  if (ndim > Dims::kInline) {
    return wrap(x->value.view(Dims(shape, ndim), Dims(strides, ndim), offset));
  }
  ArrayObject* self = allocate();
  new (&self->value) Array{x->value.dtype, Dims(shape, ndim), Dims(strides, ndim), offset,
                           x->value.storage.share()};
  self->dtype = x->dtype;
  self->backend = x->backend;
  self->device = x->device;
  return reinterpret_cast<PyObject*>(self);
}

PyObject* wrap_foreign(BackendObject* backend, DeviceObject* device, PyObject* raw, DType dtype,
                       const Dims& shape, StorageRef storage) {
  ArrayObject* self = allocate();
  // Member by member: for the whole of it the compiler clears the memory first.
  Array& value = self->value;
  value.dtype = dtype;
  new (&value.shape) Dims(shape);
  new (&value.strides) Dims(c_strides(shape, itemsize(dtype)));
  value.offset = 0;
  new (&value.storage) StorageRef(std::move(storage));
  self->dtype = dtype_object(dtype);
  self->backend = backend;
  self->device = device;
  self->raw = new_ref(raw);
  if (is_collected(raw)) PyObject_GC_Track(self);
  return reinterpret_cast<PyObject*>(self);
}

const StorageRef& storage_of(ArrayObject* array) {
  if (!array->value.storage) array->value.storage = Storage::foreign();
  return array->value.storage;
}

void replace_raw(ArrayObject* array, py::object raw) {
  const py::object old = steal(array->raw);
  array->raw = raw.release().ptr();
  if (is_collected(old.ptr()) && !is_collected(array->raw)) PyObject_GC_UnTrack(array);
  if (!is_collected(old.ptr()) && is_collected(array->raw)) PyObject_GC_Track(array);
  storage_of(array)->bump_version();
}

PyObject* to_tuple(const Dims& dims) {
  PyObject* tuple = checked(PyTuple_New(dims.size()));
  for (int i = 0; i < dims.size(); ++i) {
    PyTuple_SET_ITEM(tuple, i, PyLong_FromLongLong(dims[i]));
  }
  return tuple;
}

void bind_array(py::module_& module) {
  std::vector<PyType_Slot> slots = {
      {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
      {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
      {Py_tp_clear, reinterpret_cast<void*>(clear)},
      {Py_tp_members, members},
      {Py_tp_getset, array_getters},
      {Py_tp_methods, array_methods},
      {Py_tp_repr, reinterpret_cast<void*>(repr)},
      {Py_tp_str, reinterpret_cast<void*>(str)},
      {Py_tp_richcompare, reinterpret_cast<void*>(array_compare)},
      {Py_tp_hash, reinterpret_cast<void*>(PyObject_HashNotImplemented)},
      {Py_mp_length, reinterpret_cast<void*>(length)},
      {Py_mp_subscript, reinterpret_cast<void*>(array_subscript)},
      {Py_mp_ass_subscript, reinterpret_cast<void*>(array_assign_subscript)},
      {Py_tp_iter, reinterpret_cast<void*>(iterate_rows)},
      {Py_sq_item, reinterpret_cast<void*>(item)},
      {Py_sq_length, reinterpret_cast<void*>(length)},
      {Py_sq_contains, reinterpret_cast<void*>(contains)},
      {Py_bf_getbuffer, reinterpret_cast<void*>(array_get_buffer)},
      {Py_bf_releasebuffer, reinterpret_cast<void*>(array_release_buffer)},
      {Py_tp_doc, const_cast<char*>("An n-dimensional array on some device.")},
  };
  for (PyType_Slot* slot = number_slots; slot->slot; ++slot) slots.push_back(*slot);
  slots.push_back({0, nullptr});
  PyType_Spec spec = {"arrayforge.Array", sizeof(ArrayObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                      slots.data()};
  array_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&spec)));
  module.attr("Array") = py::handle(reinterpret_cast<PyObject*>(array_type));
  module.def("_live_arrays", &live_arrays);
}

}  // namespace arrayforge
