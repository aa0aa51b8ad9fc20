// The most fused multiply-adds one thread can do, in GFLOP/s of float64, at the level named on the
// command line. benchmarks/gemm.py builds and runs it: shares of the peak need a measured peak.
#include <immintrin.h>

#include <cstdio>
#include <cstring>
#include <ctime>

namespace {

constexpr int kChains = 12;  // more than latency times throughput of any processor so far
constexpr long kTurns = 4'000'000;

#define PEAK(name, isa, Vector, lanes, set1, fmadd)                                              \
  __attribute__((target(isa), noinline)) double name(double factor) {                            \
    Vector sums[kChains];                                                                        \
    const Vector x = set1(factor), y = set1(1e-9);                                               \
    for (int i = 0; i < kChains; ++i) sums[i] = set1(i);                                         \
    for (long turn = 0; turn < kTurns; ++turn) {                                                 \
      _Pragma("GCC unroll 12") for (int i = 0; i < kChains; ++i) sums[i] = fmadd(sums[i], x, y); \
    }                                                                                            \
    double total = 0;                                                                            \
    for (int i = 0; i < kChains; ++i) total += sums[i][0];                                       \
    return total;                                                                                \
  }
PEAK(v4, "avx512f", __m512d, 8, _mm512_set1_pd, _mm512_fmadd_pd)
PEAK(v3, "avx2,fma", __m256d, 4, _mm256_set1_pd, _mm256_fmadd_pd)

}  // namespace

int main(int argc, char** argv) {
  const bool wide = argc > 1 && std::strcmp(argv[1], "v4") == 0;
  double best = 1e9, sink = 0;
  for (int round = 0; round < 5; ++round) {
    const std::clock_t start = std::clock();
    sink += wide ? v4(0.999) : v3(0.999);
    const double taken = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    if (taken < best) best = taken;
  }
  std::printf("%.2f\n", 2.0 * kChains * (wide ? 8 : 4) * kTurns / best / 1e9 + 0 * sink);
}
