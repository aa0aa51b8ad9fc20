// Switches that change what the frontend accepts. Read only on paths outside the standard, so they
// cost nothing on the others.
#pragma once

#include <string_view>

namespace arrayforge {

// True where everything outside the standard is an error. Set from Python (contexts, threads and
// tasks do not leak into each other), asked through the callback that cpp/python installs.
bool strict_mode();
void set_strict_query(bool (*query)());

// Throws StrictError in strict mode: "name(): rule".
void require_lenient(std::string_view function, std::string_view rule);

}  // namespace arrayforge
