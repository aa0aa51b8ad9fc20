// The thread pool on its own: chunks, nesting, concurrent callers, exceptions, fork. `--time`
// prints timings too.
#include "../../cpp/core/parallel.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <vector>

#include "../../cpp/core/arena.h"
#include "../../cpp/core/parallel_cpus.h"
#include "check.h"

using namespace arrayforge;

namespace {

void test_each_index_once() {
  for (const std::int64_t n : {0, 1, 7, 64, 65, 1000, 12345}) {
    for (const std::int64_t grain : {0, 1, 7, 64, 20000}) {
      std::vector<int> seen(static_cast<std::size_t>(n), 0);
      parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t unit = std::max<std::int64_t>(grain, 1);
        CHECK(begin % unit == 0 && end == std::min(n, begin + unit));
        for (std::int64_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
      });
      CHECK(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
    }
  }
}

// Sums per chunk, then over chunks: the bits depend on the boundaries.
float chunked_sum(int threads) {
  const ScopedThreads scope(threads);
  CHECK(num_threads() == threads);
  constexpr std::int64_t n = 100'003;
  constexpr std::int64_t grain = 1000;
  std::vector<float> partial(n / grain + 1);
  parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    float sum = 0;
    for (std::int64_t i = begin; i < end; ++i) sum += 1.0f / static_cast<float>(i + 1);
    partial[static_cast<std::size_t>(begin / grain)] = sum;
  });
  float sum = 0;
  for (const float p : partial) sum += p;
  return sum;
}

void test_same_bits_for_any_number_of_threads() {
  const float expected = chunked_sum(1);
  for (const int threads : {2, 3, 4, 7}) CHECK(chunked_sum(threads) == expected);
}

void test_nested() {
  std::atomic<std::int64_t> total{0};
  parallel_for(20, 1, [&](std::int64_t, std::int64_t) {
    const std::thread::id self = std::this_thread::get_id();
    parallel_for(100, 10, [&](std::int64_t begin, std::int64_t end) {
      CHECK(std::this_thread::get_id() == self);
      total += end - begin;
    });
  });
  CHECK(total == 2000);
}

void test_exceptions() {
  for (int turn = 0; turn < 200; ++turn) {
    try {
      parallel_for(100, 1, [&](std::int64_t begin, std::int64_t) {
        if (begin == turn % 100) throw std::runtime_error("chunk");
      });
      CHECK(false);
    } catch (const std::runtime_error& error) {
      CHECK(std::strcmp(error.what(), "chunk") == 0);
    }
  }
  test_each_index_once();
}

void test_concurrent_callers() {
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 12; ++caller) {
    callers.emplace_back([caller] {
      const ScopedThreads scope(1 + caller % 4);
      for (int turn = 0; turn < 300; ++turn) {
        std::atomic<std::int64_t> total{0};
        parallel_for(1000, 50, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) total.fetch_add(i, std::memory_order_relaxed);
        });
        CHECK(total == 499'500);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
}

void test_helpers_take_part() {
  std::atomic<int> arrived{0};
  // Chunks that wait for each other: only several threads can finish them.
  parallel_for(3, 1, [&](std::int64_t, std::int64_t) {
    ++arrived;
    while (arrived < 3) std::this_thread::yield();
  });
}

void test_fork() {
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    while (!stop) {
      parallel_for(64, 1,
                   [](std::int64_t, std::int64_t) { arena::release(arena::allocate(99), 99); });
    }
  });
  for (int i = 0; i < 10; ++i) {
    test_each_index_once();
    const pid_t child = fork();
    if (child == 0) {
      test_helpers_take_part();
      test_each_index_once();
      _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
    test_helpers_take_part();
  }
  stop = true;
  busy.join();
}

void test_numbers() {
  CHECK(parallel::available_cpus() >= 1);
  set_num_threads(3);
  CHECK(num_threads() == 3);
  CHECK(set_thread_limit(2) == 0 && num_threads() == 2);
  std::thread([] { CHECK(num_threads() == 3); }).join();
  CHECK(set_thread_limit(0) == 2 && num_threads() == 3);
  setenv("ARRAYFORGE_NUM_THREADS", "5", 1);
  set_num_threads(0);
  CHECK(num_threads() == 5);
  setenv("ARRAYFORGE_NUM_THREADS", "many", 1);
  set_num_threads(0);
  CHECK(num_threads() == parallel::available_cpus());
}

template <class F>
void print_time(const char* what, int turns, F&& f) {
  double best = 1e30;
  for (int round = 0; round < 7; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int turn = 0; turn < turns; ++turn) f();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / turns);
  }
  std::printf("%-40s %8.3f us\n", what, best);
}

void print_times() {
  for (const int threads : {1, 2}) {
    const ScopedThreads scope(threads);
    std::printf("%d threads\n", threads);
    print_time("two empty chunks", 10'000,
               [] { parallel_for(2, 1, [](std::int64_t, std::int64_t) {}); });
    for (const std::int64_t n : {20'000, 200'000, 2'000'000}) {
      char what[64];
      std::snprintf(what, sizeof what, "%lld additions in a chain", static_cast<long long>(n));
      print_time(what, static_cast<int>(4'000'000 / n), [n] {
        parallel_for(n, n / 8, [](std::int64_t begin, std::int64_t end) {
          volatile std::int64_t sum = 0;
          for (std::int64_t i = begin; i < end; ++i) sum = sum + i;
        });
      });
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--time") == 0) print_times();
  test_numbers();
  set_num_threads(4);
  test_each_index_once();
  test_same_bits_for_any_number_of_threads();
  test_nested();
  test_exceptions();
  test_concurrent_callers();
  test_helpers_take_part();
  test_fork();
  std::puts("parallel: ok");
}
