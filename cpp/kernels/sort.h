// What sorting and searching ask of an ISA level.
#pragma once
#include <cstdint>
#include "../core/dtype.h"
namespace arrayforge {
struct SortKernels {};
}  // namespace arrayforge
