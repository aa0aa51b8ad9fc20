// The arena and the thread pool for arrayforge.memory and arrayforge.configuration.
#include "memory.h"

#include <chrono>
#include <thread>

#include "../core/arena.h"
#include "../core/parallel.h"
#include "../core/parallel_cpus.h"
#include "../core/storage.h"

namespace arrayforge {
namespace {

py::dict stats() {
  const arena::Stats now = arena::stats();
  py::dict result;
  result["live_bytes"] = now.live_bytes;
  result["peak_bytes"] = now.peak_bytes;
  result["reserved_bytes"] = now.reserved_bytes;
  result["allocations"] = now.allocations;
  result["total_allocations"] = now.total_allocations;
  result["fragmentation"] = now.fragmentation;
  return result;
}

py::object limit() {
  const std::size_t bytes = arena::limit();
  return bytes == arena::kUnlimited ? py::object(py::none()) : py::object(py::int_(bytes));
}

void set_limit(const std::optional<std::size_t>& bytes) {
  arena::set_limit(bytes.value_or(arena::kUnlimited));
}

// Kernels of other threads point at memory: it moves when they are done, or not at all where they
// do not pause within a second. With the lock held no further one starts.
bool wait_for_kernels() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (Storage::kernels_running()) {
    if (std::chrono::steady_clock::now() > end) return false;
    const py::gil_scoped_release release;
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  return true;
}

// A block moves at most once per pass; passes end when nothing moves any more.
std::size_t defragment() {
  if (!wait_for_kernels()) return 0;
  std::size_t moved = 0;
  while (const std::size_t now = Storage::defragment()) moved += now;
  return moved;
}

}  // namespace

void bind_memory(py::module_& module) {
  module.def("_memory_stats", stats);
  module.def("_memory_limit", limit);
  module.def("_set_memory_limit", set_limit);
  module.def("_reset_peak", [] { arena::reset_peak(); });
  module.def("_raise_peak", [](std::size_t nbytes) { arena::raise_peak(nbytes); });
  module.def("_trim", [] { return arena::trim(); });
  module.def("_defragment", defragment);
  module.def("_available_cpus", [] { return parallel::available_cpus(); });
  module.def("_num_threads", [] { return num_threads(); });
  module.def("_set_num_threads", [](int n) { set_num_threads(n); });
  module.def("_set_thread_limit", [](int n) { return set_thread_limit(n); });
}

}  // namespace arrayforge
