// What a key and an assigned value tell without the data of any array.
#include <string>

#include "config.h"
#include "error.h"
#include "index_plan.h"
#include "promotion.h"

namespace arrayforge {

void check_rank(std::string_view function, int ndim) {
  if (ndim <= kMaxRank) return;
  throw IndexError(std::string(function) + "(): at most " + std::to_string(kMaxRank) +
                   " dimensions, got " + std::to_string(ndim));
}

Dims broadcast_indices(std::string_view function, std::span<const Dims* const> shapes) {
  try {
    return broadcast_shapes(function, shapes);
  } catch (const ShapeError& error) {
    throw IndexError(error.what());
  }
}

std::optional<Dims> plan_shape(std::string_view function, const Array& x, const IndexItems& items) {
  std::vector<const Dims*> shapes;
  for (const IndexItem& item : items) {
    if (item.kind == IndexKind::mask) return std::nullopt;
    if (item.kind == IndexKind::integers) shapes.push_back(&item.array.shape);
  }
  const IndexPlan plan = plan_rest(x, items);
  const Dims shape = plan.shape(broadcast_indices(function, shapes));
  check_rank(function, shape.size());
  return shape;
}

void check_assigned(std::string_view function, DType target, DType value) {
  if (is_complex(value) && !is_complex(target) && target != DType::bool_) {
    throw TypeError(std::string(function) + "(): a complex value does not fit, got " +
                    std::string(name(value)) + " for " + std::string(name(target)));
  }
  if (!can_cast(value, target)) {
    require_lenient(function, "values of another kind of dtype; convert with astype()");
  }
}

void check_assigned(std::string_view function, const Dims& target, const Dims& value) {
  if (broadcasts_into(value, target)) return;
  throw ShapeError(std::string(function) + "(): value of shape " + to_string(value) +
                   " does not broadcast to " + to_string(target));
}

}  // namespace arrayforge
