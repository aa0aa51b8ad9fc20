// The arena on its own: placement, accounting, limits, threads, fork. `arena_test --time` prints
// timings too.
#include "../../cpp/core/arena.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "../../cpp/core/arena_regions.h"
#include "check.h"

namespace arena = arrayforge::arena;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

struct Held {
  unsigned char* data;
  std::size_t nbytes;
  unsigned char mark;
};

Held take(std::size_t nbytes, unsigned char mark) {
  Held held{static_cast<unsigned char*>(arena::allocate(nbytes)), nbytes, mark};
  CHECK(reinterpret_cast<std::uintptr_t>(held.data) % arena::kAlignment == 0);
  std::memset(held.data, mark, nbytes);
  return held;
}

void check_contents(const Held& held) {
  for (std::size_t i = 0; i < held.nbytes; i += 61) CHECK(held.data[i] == held.mark);
  if (held.nbytes != 0) CHECK(held.data[held.nbytes - 1] == held.mark);
}

void give(const Held& held) {
  check_contents(held);
  arena::release(held.data, held.nbytes);
}

void test_every_size_near_a_class() {
  std::vector<Held> held;
  std::size_t total = 0;
  for (std::size_t nbytes = 0; nbytes < 40000; nbytes = nbytes < 1100 ? nbytes + 1 : nbytes + 61) {
    held.push_back(take(nbytes, static_cast<unsigned char>(nbytes * 7)));
    total += nbytes;
    CHECK(arena::stats().live_bytes == total);
    CHECK(arena::stats().allocations == held.size());
  }
  CHECK(arena::stats().peak_bytes == total);
  for (const Held& h : held) give(h);
  CHECK(arena::stats().live_bytes == 0 && arena::stats().allocations == 0);
  CHECK(arena::stats().peak_bytes == total);
  arena::reset_peak();
  CHECK(arena::stats().peak_bytes == 0);
}

void test_random_walk(unsigned seed, int steps, std::size_t largest) {
  std::mt19937_64 random(seed);
  std::vector<Held> held;
  for (int step = 0; step < steps; ++step) {
    if (held.size() > 60 || (!held.empty() && random() % 2 == 0)) {
      std::swap(held[random() % held.size()], held.back());
      give(held.back());
      held.pop_back();
    } else {
      const std::size_t bound = std::size_t{1} << (random() % 24);
      held.push_back(
          take(random() % std::min(bound, largest) + 1, static_cast<unsigned char>(random())));
    }
  }
  for (const Held& h : held) give(h);
}

// Live blocks of the map, with the sum of what they occupy; blocks fill their regions without a
// gap.
std::size_t check_map() {
  std::size_t live = 0;
  std::size_t reserved = 0;
  for (const arena::Region& region : arena::map()) {
    const char* at = static_cast<const char*>(region.data);
    reserved += region.nbytes;
    for (const arena::Block& block : region.blocks) {
      if (!region.is_small) CHECK(block.data == at);
      CHECK(block.data >= at);
      at = static_cast<const char*>(block.data) + block.nbytes;
      if (block.is_live) live += block.nbytes;
    }
    CHECK(at <= static_cast<const char*>(region.data) + region.nbytes);
  }
  CHECK(reserved == arena::stats().reserved_bytes);
  return live;
}

void test_map() {
  CHECK(check_map() == 0);
  const Held small = take(100, 1);
  const Held large = take(kMiB, 2);
  CHECK(check_map() == 128 + kMiB);
  give(small);
  give(large);
  CHECK(check_map() == 0);
}

long page_faults() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

void test_reuse_takes_no_page_faults() {
  for (const std::size_t nbytes :
       {100 * std::size_t{1000}, 5 * kMiB + 8, std::size_t{80'000'000}}) {
    give(take(nbytes, 1));
    const std::size_t reserved = arena::stats().reserved_bytes;
    const long before = page_faults();
    for (int turn = 0; turn < 10; ++turn) {
      void* data = arena::allocate(nbytes);
      std::memset(data, turn, nbytes);
      arena::release(data, nbytes);
    }
    if (!SANITIZED) CHECK(page_faults() == before);
    CHECK(arena::stats().reserved_bytes == reserved);
  }
}

// Two operands and a result of growing sizes: the reserve follows the largest, not the sum.
void test_reserve_follows_the_working_set() {
  arena::trim();
  for (std::size_t nbytes = 40 * kMiB; nbytes < 120 * kMiB; nbytes += 10 * kMiB) {
    void* blocks[3];
    for (void*& block : blocks) block = arena::allocate(nbytes);
    for (void* block : blocks) arena::release(block, nbytes);
    CHECK(arena::stats().reserved_bytes <= 3 * (nbytes + 2 * kMiB) + 64 * kMiB);
  }
}

void test_trim() {
  arena::trim();
  const Held kept = take(kMiB, 3);
  const Held hole = take(20 * kMiB, 4);
  const Held small = take(300, 5);
  give(take(80 * kMiB, 6));
  give(hole);
  CHECK(arena::stats().reserved_bytes >= 144 * kMiB);
  CHECK(arena::trim() >= 100 * kMiB);
  CHECK(arena::stats().reserved_bytes <= 68 * kMiB);
  CHECK(arena::trim() == 0);
  give(kept);
  give(small);
  CHECK(arena::trim() >= 64 * kMiB);
  CHECK(arena::stats().reserved_bytes == 0);
}

void test_limit() {
  const std::size_t live = arena::stats().live_bytes;
  give(take(1000, 0));
  arena::set_limit(live + 1500);
  const Held first = take(1000, 1);
  try {
    arena::allocate(501);
    CHECK(false);
  } catch (const arena::OutOfMemory& error) {
    CHECK(error.requested == 501 && error.limit == live + 1500 && error.live == live + 1000);
    CHECK(error.is_limit());
  }
  const Held second = take(500, 2);
  give(first);
  give(second);
  arena::set_limit(arena::kUnlimited);
  for (const std::size_t nbytes :
       {SIZE_MAX, SIZE_MAX - 63, std::size_t{1} << 62, std::size_t{1} << 47}) {
    try {
      arena::allocate(nbytes);
      CHECK(false);
    } catch (const arena::OutOfMemory& error) {
      CHECK(error.requested == nbytes && !error.is_limit());
    }
  }
  CHECK(arena::stats().live_bytes == live);
}

void test_relocate() {
  arena::trim();
  std::vector<Held> held;
  for (int i = 0; i < 100; ++i) {
    held.push_back(
        take(300'000 + static_cast<std::size_t>(i) * 7001, static_cast<unsigned char>(i)));
  }
  std::vector<Held> kept;
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (i % 3 == 0) {
      kept.push_back(held[i]);
    } else {
      give(held[i]);
    }
  }
  const arena::Stats before = arena::stats();
  CHECK(before.fragmentation > 0.2);
  for (bool moved = true; moved;) {
    moved = false;
    for (Held& h : kept) {
      void* place = arena::relocate(h.data, h.nbytes);
      if (place == nullptr) continue;
      CHECK(place < h.data);
      h.data = static_cast<unsigned char*>(place);
      check_contents(h);
      moved = true;
    }
  }
  CHECK(arena::stats().fragmentation == 0.0);
  CHECK(arena::stats().live_bytes == before.live_bytes);
  CHECK(arena::stats().peak_bytes == before.peak_bytes);
  check_map();
  for (const Held& h : kept) give(h);
  CHECK(check_map() == 0);
  const Held small = take(64, 1);
  CHECK(arena::relocate(small.data, small.nbytes) == nullptr);
  give(small);
}

void test_threads_release_for_each_other() {
  std::mutex mutex;
  std::vector<Held> shared;
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937_64 random(seed);
      for (int step = 0; step < 4000; ++step) {
        const Held mine = take(random() % (random() % 16 == 0 ? 100'000 : 2000),
                               static_cast<unsigned char>(step));
        std::lock_guard lock(mutex);
        shared.push_back(mine);
        if (shared.size() < 50) continue;
        std::swap(shared[random() % shared.size()], shared.back());
        give(shared.back());
        shared.pop_back();
      }
      test_random_walk(seed, 2000, 100'000);
    });
  }
  for (int i = 0; i < 200; ++i) arena::stats();
  for (std::thread& thread : threads) thread.join();
  std::size_t live = 0;
  for (const Held& h : shared) live += h.nbytes;
  CHECK(arena::stats().live_bytes == live);
  CHECK(arena::stats().allocations == shared.size());
  for (const Held& h : shared) give(h);
  // The caches of the ended threads came back: nothing occupies the map.
  CHECK(check_map() == 0);
}

void test_limit_is_exact_with_threads() {
  arena::set_limit(arena::stats().live_bytes + 100 * 1000);
  std::atomic<int> granted{0};
  std::vector<std::thread> threads;
  std::vector<std::vector<Held>> held(4);
  for (std::vector<Held>& mine : held) {
    threads.emplace_back([&] {
      try {
        for (;;) {
          mine.push_back(take(1000, 9));
          ++granted;
        }
      } catch (const arena::OutOfMemory&) {
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  arena::set_limit(arena::kUnlimited);
  CHECK(granted == 100);
  for (const auto& mine : held) {
    for (const Held& h : mine) give(h);
  }
}

void test_fork() {
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    while (!stop) give(take(50'000, 1));
  });
  for (int i = 0; i < 10; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      test_random_walk(1, 200, 100'000);
      _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  stop = true;
  busy.join();
}

void test_released_memory_is_poisoned() {
#ifdef ARRAYFORGE_ASAN
  for (const std::size_t nbytes : {std::size_t{100}, 100 * std::size_t{1000}}) {
    char* data = static_cast<char*>(arena::allocate(nbytes));
    CHECK(__asan_region_is_poisoned(data, nbytes) == nullptr);
    CHECK(__asan_address_is_poisoned(data + nbytes));
    arena::release(data, nbytes);
    CHECK(__asan_address_is_poisoned(data) && __asan_address_is_poisoned(data + nbytes - 1));
  }
#endif
}

// Outlives main's thread-locals and the statics: releasing then is safe.
struct AtExit {
  void* small = nullptr;
  void* large = nullptr;
  ~AtExit() {
    arena::release(small, 100);
    arena::release(large, kMiB);
    arena::release(arena::allocate(10), 10);
  }
} at_exit;

template <class F>
void print_time(const char* what, int turns, F&& f) {
  double best = 1e30;
  for (int round = 0; round < 5; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int turn = 0; turn < turns; ++turn) f();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / turns);
  }
  std::printf("%-40s %8.1f ns\n", what, best);
}

void print_times() {
  for (const std::size_t nbytes :
       {std::size_t{32}, std::size_t{1000}, std::size_t{32768}, std::size_t{40'000},
        std::size_t{800'000}, std::size_t{80'000'000}}) {
    char what[64];
    std::snprintf(what, sizeof what, "allocate and release %zu", nbytes);
    print_time(what, 100'000, [=] { arena::release(arena::allocate(nbytes), nbytes); });
  }
  void* blocks[1000];
  print_time("1000 times 64 bytes, then release", 1000, [&] {
    for (void*& block : blocks) block = arena::allocate(64);
    for (void* block : blocks) arena::release(block, 64);
  });
  arena::set_limit(kMiB * 1000);
  print_time("allocate and release 32, limited", 100'000,
             [] { arena::release(arena::allocate(32), 32); });
  arena::set_limit(arena::kUnlimited);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--time") == 0) print_times();
  arena::reset_peak();
  test_every_size_near_a_class();
  test_random_walk(0, 20'000, 32 * kMiB);
  test_map();
  test_reuse_takes_no_page_faults();
  test_reserve_follows_the_working_set();
  test_trim();
  test_limit();
  test_relocate();
  test_threads_release_for_each_other();
  test_limit_is_exact_with_threads();
  test_fork();
  test_released_memory_is_poisoned();
  CHECK(arena::stats().live_bytes == 0);
  at_exit.small = arena::allocate(100);
  at_exit.large = arena::allocate(kMiB);
  std::puts("arena: ok");
}
