#include "config.h"

#include <string>

#include "error.h"

namespace arrayforge {
namespace {
bool (*strict_query)() = nullptr;
}

bool strict_mode() { return strict_query && strict_query(); }

void set_strict_query(bool (*query)()) { strict_query = query; }

void require_lenient(std::string_view function, std::string_view rule) {
  if (strict_mode()) {
    throw StrictError(std::string(function) + "(): outside the standard: " + std::string(rule));
  }
}

}  // namespace arrayforge
