// Indexing: from a key, parsed into items, to a view (basic parts) and byte offsets (advanced
// parts), and the loops that gather and scatter through them. NumPy's rules; what is outside the
// standard asks for lenient mode.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "array.h"

namespace arrayforge {

enum class IndexKind : std::uint8_t { integer, slice, ellipsis, newaxis, integers, mask };

struct IndexItem {
  IndexKind kind = IndexKind::ellipsis;
  // An integer is its start; a slice has the bounds that Python gives, clipped by resolve_index().
  std::int64_t start = 0, stop = 0, step = 1;
  std::int64_t count = 0;  // of a resolved slice
  int axis = 0;            // the first axis it consumes, once resolved
  Array array = {};        // integers: int64, mask: bool; both C-contiguous

  bool is_array() const { return kind == IndexKind::integers || kind == IndexKind::mask; }
  int axes() const;  // how many it consumes; 0 for an ellipsis
};
using IndexItems = std::vector<IndexItem>;

// Checks the items against a shape and completes them: axes, clipped slices, integers from 0, the
// ellipsis that is left out at the end. Needs no data. Throws IndexError, or StrictError for forms
// outside the standard.
void resolve_index(std::string_view function, const Dims& shape, IndexItems& items);

// resolve_index() has passed.
struct IndexPlan {
  Array rest;  // what the basic parts leave; the result, unless the key is advanced
  bool advanced = false;
  int position = 0;  // where the axes of the offsets go among those of rest
  Array offsets;     // int64, contiguous: bytes added to the first element of rest

  Dims shape() const { return shape(offsets.shape); }
  // With offsets of that shape.
  Dims shape(const Dims& offsets_shape) const;
};
IndexPlan plan_index(std::string_view function, const Array& x, const IndexItems& items);

// The plan without its offsets: what is known of a key before the values in its arrays are.
IndexPlan plan_rest(const Array& x, const IndexItems& items);

// The shape that a key selects; nothing where a mask decides. Throws IndexError where index arrays
// do not broadcast.
std::optional<Dims> plan_shape(std::string_view function, const Array& x, const IndexItems& items);

// Throws IndexError for more axes than an array may have.
void check_rank(std::string_view function, int ndim);

// The shape of index arrays together; throws IndexError.
Dims broadcast_indices(std::string_view function, std::span<const Dims* const> shapes);

// Throws TypeError, or StrictError, for a value that an array of that dtype does not take.
void check_assigned(std::string_view function, DType target, DType value);
// Throws ShapeError for a value that does not broadcast to the target.
void check_assigned(std::string_view function, const Dims& target, const Dims& value);

// Index values counted from the front, times a stride; throws IndexError naming axis, index and
// size.
Array index_offsets(std::string_view function, const Array& indices, int axis, std::int64_t size,
                    std::int64_t stride);

// A plan whose offsets cover every axis: indices along one, the element's own place along the
// others, where sides of 1 stretch. Throws ShapeError and IndexError.
IndexPlan plan_along_axis(std::string_view function, const Array& x, const Array& indices,
                          int axis);

// The elements that an advanced plan selects, as a fresh array.
Array gather(const IndexPlan& plan);

// Writes values, of the dtype of x and of a shape that broadcasts to the plan's, to what the plan
// selects. The last one stays where offsets repeat.
void scatter(const IndexPlan& plan, const Array& values);

// The same for a mask over all of x, C-contiguous as x is: one pass.
Array select(const Array& x, const Array& mask);

// True iff a value of that shape can be written to the target; leading axes of size 1 do not count.
bool broadcasts_into(const Dims& shape, const Dims& target);

// The value without the leading axes that the target lacks.
Array without_extra_axes(const Array& value, int ndim);

// Coordinates of the true elements of a C-contiguous mask: one int64 vector per axis.
std::vector<Array> nonzero_coordinates(const Array& mask);

}  // namespace arrayforge
