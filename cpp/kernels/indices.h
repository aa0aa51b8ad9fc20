// 0, 1, ... n - 1 as a pack of template arguments: the lanes that a shuffle names.
#pragma once

namespace arrayforge {
namespace {

template <int... kIndices>
struct Indices {};
template <int kCount, int... kIndices>
struct FirstIndices : FirstIndices<kCount - 1, kCount - 1, kIndices...> {};
template <int... kIndices>
struct FirstIndices<0, kIndices...> {
  using type = Indices<kIndices...>;
};

}  // namespace
}  // namespace arrayforge
