#include "config.h"

#include <string>

#include "error.h"

namespace arrayforge {
namespace {
bool (*strict_query)() = nullptr;
}

bool ask_strict_mode() { return strict_query && strict_query(); }

void set_strict_query(bool (*query)()) { strict_query = query; }

void refuse_lenient(std::string_view function, std::string_view rule) {
  throw StrictError(std::string(function) + "(): outside the standard: " + std::string(rule));
}

void refuse_lenient_attribute(std::string_view name, std::string_view rule) {
  throw StrictAttributeError(std::string(name) + ": outside the standard: " + std::string(rule));
}

}  // namespace arrayforge
