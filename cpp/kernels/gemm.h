// What GEMM asks of an ISA level: a micro-kernel per dtype and its register tile.
#pragma once
#include <cstdint>
#include "../core/dtype.h"
namespace arrayforge {
struct GemmKernels {};
}  // namespace arrayforge
