// Chooses the kernel table when the library is loaded.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "table.h"

namespace arrayforge {

#if defined(__x86_64__)
#define ARRAYFORGE_LEVELS(LEVEL) LEVEL(v2) LEVEL(v3) LEVEL(v4)
#else
#define ARRAYFORGE_LEVELS(LEVEL) LEVEL(generic)
#endif

#define LEVEL(level)                                   \
  ARRAYFORGE_DECLARE_FILLS(level)                      \
  static void fill_table_##level(KernelTable& table) { \
    ARRAYFORGE_CALL_FILLS(level)                       \
    table.isa = #level;                                \
  }
#define ARRAYFORGE_DECLARE(family, level) void fill_##family##_##level(KernelTable& table);
#define ARRAYFORGE_CALL(family, level) fill_##family##_##level(table);
#define ARRAYFORGE_DECLARE_FILLS(level) ARRAYFORGE_FAMILIES(ARRAYFORGE_DECLARE, level)
#define ARRAYFORGE_CALL_FILLS(level) ARRAYFORGE_FAMILIES(ARRAYFORGE_CALL, level)
ARRAYFORGE_LEVELS(LEVEL)
#undef LEVEL

namespace {

struct Level {
  const char* name;
  void (*fill)(KernelTable& table);
};

constexpr Level kLevels[] = {
#define LEVEL(level) {#level, fill_table_##level},
    ARRAYFORGE_LEVELS(LEVEL)
#undef LEVEL
};
constexpr int kLevelCount = sizeof(kLevels) / sizeof(kLevels[0]);

// How many of the levels the processor has; they nest.
int supported_levels() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("popcnt")) return 0;
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
      !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2")) {
    return 1;
  }
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl")) {
    return 2;
  }
#endif
  return kLevelCount;
}

// An ARRAYFORGE_ISA that names no level of this machine leaves the best one in force; the Python
// side reports it as an error right after (isa_levels() tells which ones there are).
const KernelTable* choose() {
  static KernelTable table;
  const int supported = supported_levels();
  int chosen = supported;
  if (const char* wanted = std::getenv("ARRAYFORGE_ISA")) {
    for (int i = 0; i < supported; ++i) {
      if (std::strcmp(wanted, kLevels[i].name) == 0) chosen = i + 1;
    }
  }
  for (int i = 0; i < chosen; ++i) kLevels[i].fill(table);
  return &table;
}

}  // namespace

const KernelTable* const kKernels = choose();

const char* isa_levels() {
  static char text[64];
  text[0] = 0;
  for (int i = 0; i < supported_levels(); ++i) {
    if (i > 0) std::strcat(text, " ");
    std::strcat(text, kLevels[i].name);
  }
  return text;
}

}  // namespace arrayforge
