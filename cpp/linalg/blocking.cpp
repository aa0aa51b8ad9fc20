#include "blocking.h"

#include <unistd.h>

#include <algorithm>

namespace arrayforge {
namespace {

struct Caches {
  std::int64_t second, last;
};

// The C library says 0 or -1 where it does not know.
std::int64_t known(long bytes, std::int64_t otherwise) { return bytes > 0 ? bytes : otherwise; }

Caches measure_caches() {
#if defined(_SC_LEVEL2_CACHE_SIZE) && defined(_SC_LEVEL3_CACHE_SIZE)
  const std::int64_t second = known(sysconf(_SC_LEVEL2_CACHE_SIZE), 512 << 10);
  return {second, known(sysconf(_SC_LEVEL3_CACHE_SIZE), 4 * second)};
#else
  return {512 << 10, 4 << 20};
#endif
}

const Caches& caches() {
  static const Caches measured = measure_caches();
  return measured;
}

Blocking& overrides() {
  static Blocking chosen;
  return chosen;
}

std::int64_t multiple(std::int64_t value, std::int64_t of, std::int64_t least, std::int64_t most) {
  return std::clamp(value / of, (least + of - 1) / of, (most + of - 1) / of) * of;
}

}  // namespace

Blocking blocking(const GemmKernel& kernel) {
  const std::int64_t depth = kernel.kc * kernel.packed_size;
  const Blocking& chosen = overrides();
  Blocking result;
  // Half the second cache is left to b's panel and to c; a quarter of the last one to the other
  // cores.
  result.mc = multiple(chosen.mc ? chosen.mc : caches().second / 2 / depth, kernel.mr, 32, 1024);
  result.nc = multiple(chosen.nc ? chosen.nc : caches().last / 4 / depth, kernel.nr, 256, 4096);
  result.direct_bytes = direct_bytes();
  return result;
}

std::int64_t direct_bytes() {
  const std::int64_t chosen = overrides().direct_bytes;
  return chosen ? chosen : caches().second / 4;
}

void set_blocking(const Blocking& blocking) { overrides() = blocking; }

}  // namespace arrayforge
