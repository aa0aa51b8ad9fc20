// The message of a broadcasting error: the aligned table of shapes, the axis that fails, and the
// fix.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dims.h"

namespace arrayforge {

std::string broadcast_error(std::string_view function, std::span<const Dims* const> shapes);

}  // namespace arrayforge
