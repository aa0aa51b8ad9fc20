// The buffer protocol of native arrays. An export pins the storage; releasing it needs no
// interpreter state.
#include "../core/access.h"
#include "array_type.h"
#include "foreign.h"
#include "transfer.h"

namespace arrayforge {
namespace {

// C has two types of 64 bits; compiled readers of NumPy's arrays know the one that NumPy prefers.
constexpr bool kLongHas64 = sizeof(long) == 8;

// struct module codes; null where Python has none (bfloat16).
const char* format_of(DType dtype) {
  switch (dtype) {
    case DType::bool_:
      return "?";
    case DType::int8:
      return "b";
    case DType::int16:
      return "h";
    case DType::int32:
      return "i";
    case DType::int64:
      return kLongHas64 ? "l" : "q";
    case DType::uint8:
      return "B";
    case DType::uint16:
      return "H";
    case DType::uint32:
      return "I";
    case DType::uint64:
      return kLongHas64 ? "L" : "Q";
    case DType::float16:
      return "e";
    case DType::bfloat16:
      return nullptr;
    case DType::float32:
      return "f";
    case DType::float64:
      return "d";
    case DType::complex64:
      return "Zf";
    case DType::complex128:
      return "Zd";
  }
  return nullptr;
}

void require_layout(const Array& x, int flags) {
  const bool c = x.c_contiguous();
  const bool f = x.f_contiguous();
  const auto wants = [flags](int flag) { return (flags & flag) == flag; };
  if ((wants(PyBUF_C_CONTIGUOUS) && !c) || (wants(PyBUF_F_CONTIGUOUS) && !f) ||
      (wants(PyBUF_ANY_CONTIGUOUS) && !c && !f) || (!wants(PyBUF_STRIDES) && !c)) {
    throw BufferError("buffer: the consumer wants contiguous memory, strides are " +
                      to_string(x.strides) + " for shape " + to_string(x.shape));
  }
}

}  // namespace

int array_get_buffer(PyObject* object, Py_buffer* view, int flags) {
  view->obj = nullptr;
  return guarded_status([&] {
    ArrayObject* self = as_array(object);
    if (!self->is_native()) {
      // Host memory of an engine, but not of a wrapper, whose arrays are more than their values.
      if (self->device->backend != self->backend || !shares_host(self->device)) {
        throw BufferError("buffer: " + way_to_host(self));
      }
      const py::object host = steal(to_host(self));
      if (PyObject_GetBuffer(host.ptr(), view, flags) < 0) throw error_already_set();
      return;
    }
    const Array& x = self->value;
    const char* format = format_of(x.dtype);
    if (!format) throw BufferError("buffer: Python's buffers have no bfloat16");
    require_layout(x, flags);
    if ((flags & PyBUF_WRITABLE) && !x.storage->writable()) {
      throw BufferError("buffer: the memory of this array is read-only");
    }
    // shape and strides of the view live as long as it does.
    auto* dims = new Py_ssize_t[static_cast<std::size_t>(2 * x.ndim() + 1)];
    std::copy(x.shape.begin(), x.shape.end(), dims);
    std::copy(x.strides.begin(), x.strides.end(), dims + x.ndim());
    if (flags & PyBUF_WRITABLE) x.storage->bump_version();
    x.storage->pin();
    view->buf = const_cast<char*>(read(x));
    view->len = x.nbytes();
    view->itemsize = itemsize(x.dtype);
    view->readonly = !x.storage->writable();
    view->ndim = x.ndim();
    view->format = (flags & PyBUF_FORMAT) ? const_cast<char*>(format) : nullptr;
    view->shape = (flags & PyBUF_ND) ? dims : nullptr;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? dims + x.ndim() : nullptr;
    view->suboffsets = nullptr;
    view->internal = dims;
    view->obj = new_ref(object);
  });
}

void array_release_buffer(PyObject* object, Py_buffer* view) {
  as_array(object)->value.storage->unpin();
  delete[] static_cast<Py_ssize_t*>(view->internal);
}

}  // namespace arrayforge
