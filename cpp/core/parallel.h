// The thread pool: parallel_for over chunks whose boundaries depend on the length and the grain
// only, so that results that depend on them have the same bits for any number of threads.
// parallel.cpp states the policy.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace arrayforge {

// What the calling thread uses: its own number if it set one, else the process's.
int num_threads();

// The process's number; n < 1 restores the default: ARRAYFORGE_NUM_THREADS (if it is a positive
// number), else the CPUs that affinity and the cgroup's quota grant.
void set_num_threads(int n);

// The calling thread's own number, 0 for none; returns the previous one.
int set_thread_limit(int n);

class ScopedThreads {
 public:
  explicit ScopedThreads(int n) : previous_(set_thread_limit(n)) {}
  ~ScopedThreads() { set_thread_limit(previous_); }
  ScopedThreads(const ScopedThreads&) = delete;
  ScopedThreads& operator=(const ScopedThreads&) = delete;

 private:
  int previous_;
};

namespace parallel {

using Body = void (*)(void* context, std::int64_t begin, std::int64_t end);
void run(std::int64_t n, std::int64_t grain, Body body, void* context);

}  // namespace parallel

// Calls f(begin, end) for each chunk [k * grain, min(n, (k + 1) * grain)), in any order and on any
// thread, and returns when all are done. The first exception of an f is thrown here; chunks not
// begun by then are left out. Inside an f the chunks run one after another on the same thread. f
// must not fork.
template <class F>
void parallel_for(std::int64_t n, std::int64_t grain, F&& f) {
  if (n <= 0) return;
  if (n <= grain) {
    f(std::int64_t{0}, n);
    return;
  }
  using Function = std::remove_reference_t<F>;
  const parallel::Body body = [](void* context, std::int64_t begin, std::int64_t end) {
    (*static_cast<Function*>(context))(begin, end);
  };
  using Plain = std::remove_const_t<Function>;
  parallel::run(n, grain, body, const_cast<Plain*>(std::addressof(f)));
}

}  // namespace arrayforge
