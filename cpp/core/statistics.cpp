#include "statistics.h"

#include <cmath>
#include <limits>

#include "access.h"
#include "reduce.h"

namespace arrayforge {
namespace {

double reduced_count(const Array& x, const Dims& axes) {
  double n = 1;
  for (std::int64_t axis : axes) n *= static_cast<double>(x.shape[static_cast<int>(axis)]);
  return n;
}

// Complex numbers are pairs of numbers here.
void divide(const Array& x, double divisor) {
  auto* values = reinterpret_cast<double*>(write(x));
  const std::int64_t n = x.nbytes() / std::int64_t{sizeof(double)};
  for (std::int64_t i = 0; i < n; ++i) values[i] /= divisor;
}

}  // namespace

Array mean(std::string_view function, const Array& x, const Dims& axes) {
  Array result = reduce(function, Reduction::total, x, axes);
  divide(result, reduced_count(x, axes));
  return result;
}

Array variance(std::string_view function, const Array& x, const Dims& axes, double correction) {
  const Array centers = mean(function, x, axes);
  Array result = reduce(function, Reduction::variance, x, axes, &centers);
  const double freedom = reduced_count(x, axes) - correction;
  divide(result, freedom > 0 ? freedom : std::numeric_limits<double>::quiet_NaN());
  return result;
}

void take_roots(const Array& x) {
  auto* values = reinterpret_cast<double*>(write(x));
  const std::int64_t n = x.size();
  for (std::int64_t i = 0; i < n; ++i) values[i] = std::sqrt(values[i]);
}

}  // namespace arrayforge
