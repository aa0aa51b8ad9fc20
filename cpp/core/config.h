// Switches that change what the frontend accepts. Read only on paths outside the standard, so they
// cost nothing on the others.
#pragma once

#include <atomic>
#include <string_view>

namespace arrayforge {

// True where everything outside the standard is an error. Set from Python (contexts, threads and
// tasks do not leak into each other), asked through the callback that cpp/python installs.
bool ask_strict_mode();
void set_strict_query(bool (*query)());

// Set once strict mode was asked for anywhere; until then nobody looks further.
inline std::atomic<bool> strict_armed{false};
inline bool strict_mode() {
  return strict_armed.load(std::memory_order_relaxed) && ask_strict_mode();
}

[[noreturn]] void refuse_lenient(std::string_view function, std::string_view rule);
[[noreturn]] void refuse_lenient_attribute(std::string_view name, std::string_view rule);

// Throws StrictError in strict mode: "name(): outside the standard: rule".
inline void require_lenient(std::string_view function, std::string_view rule) {
  if (strict_mode()) refuse_lenient(function, rule);
}
// The same of an attribute: "name: outside the standard: rule".
inline void require_lenient_attribute(std::string_view name, std::string_view rule) {
  if (strict_mode()) refuse_lenient_attribute(name, rule);
}

}  // namespace arrayforge
