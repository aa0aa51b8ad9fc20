// The policy. A call publishes its job in one of a few static slots, rings the helpers it invites
// and takes chunks itself; helpers take chunks while there are any. The caller waits only for
// chunks that a helper has begun, never for a helper to show up: one that is late finds nothing. If
// all slots are taken the caller does everything itself.
//
// A slot's word is (generation, next chunk). Taking a chunk is one compare-and-swap on it, so a
// helper that read the job's fields owns a chunk of exactly that job or none: the word changes
// before the fields do.
//
// An idle helper watches its bell for about 20 microseconds and then sleeps on it. Helpers start
// when first needed and end before a fork, in the parent too, where they start again when needed.
// They block all signals and are never destroyed at exit: nothing they use is.
#include "parallel.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "arena.h"
#include "parallel_cpus.h"

namespace arrayforge {
namespace parallel {
namespace {

constexpr int kMaxThreads = 512;
constexpr int kSlots = 8;
constexpr std::int64_t kMaxChunks = std::int64_t{1} << 31;
constexpr auto kSpin = std::chrono::microseconds(20);

struct Job {
  Body body;
  void* context;
  std::int64_t n;
  std::int64_t grain;
  std::uint32_t chunks;
  int helpers;        // that exist
  int invited;        // how many of them may take part
  int first_invited;  // the slots begin at different ones, so that callers do not share one helper

  bool invites(int helper) const {
    return helper < helpers && (helper + helpers - first_invited) % helpers < invited;
  }
  void run(std::uint32_t chunk) const {
    const std::int64_t begin = chunk * grain;
    body(context, begin, n - begin < grain ? n : begin + grain);
  }
};

struct Bell {
  alignas(64) std::atomic<std::uint32_t> count{0};

  void ring() {
    count.fetch_add(1, std::memory_order_acq_rel);
    count.notify_one();
  }
};

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

// Returns when value is no longer old.
void wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 32; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  value.wait(old, std::memory_order_acquire);
}

// Fields are stored with release and loaded with acquire: who sees a new one also sees that the
// word changed.
template <class T>
class Field {
 public:
  T get() const { return value_.load(std::memory_order_acquire); }
  void set(T value) { value_.store(value, std::memory_order_release); }

 private:
  std::atomic<T> value_{};
};

class Slot {
 public:
  bool acquire() { return !busy_.load(std::memory_order_relaxed) && !busy_.exchange(true); }
  void vacate() { busy_.store(false, std::memory_order_release); }
  void abandon();
  void publish(const Job& job);
  void finish(const Job& job);  // the caller's share, and the wait
  void help(int helper);

 private:
  static constexpr std::uint64_t kNextMask = 0xffffffff;
  Job job() const {
    return {body_.get(),   context_.get(), n_.get(),       grain_.get(),
            chunks_.get(), helpers_.get(), invited_.get(), first_invited_.get()};
  }
  void execute(const Job& job, std::uint32_t chunk) noexcept;

  alignas(64) std::atomic<std::uint64_t> word_{kNextMask};
  alignas(64) std::atomic<std::uint32_t> finished_{0};  // chunks, by helpers
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
  alignas(64) Field<Body> body_;
  Field<void*> context_;
  Field<std::int64_t> n_;
  Field<std::int64_t> grain_;
  Field<std::uint32_t> chunks_;
  Field<int> helpers_;
  Field<int> invited_;
  Field<int> first_invited_;
  std::atomic<bool> busy_{false};
};

void Slot::publish(const Job& job) {
  body_.set(job.body);
  context_.set(job.context);
  n_.set(job.n);
  grain_.set(job.grain);
  chunks_.set(job.chunks);
  helpers_.set(job.helpers);
  invited_.set(job.invited);
  first_invited_.set(job.first_invited);
  finished_.store(0, std::memory_order_relaxed);
  failed_.store(false, std::memory_order_relaxed);
  const std::uint64_t generation = (word_.load(std::memory_order_relaxed) >> 32) + 1;
  word_.store(generation << 32, std::memory_order_release);
}

// In a forked child: the caller of the job does not exist here, and no helper may find it.
void Slot::abandon() {
  word_.fetch_or(kNextMask);
  error_ = nullptr;
  vacate();
}

void Slot::execute(const Job& job, std::uint32_t chunk) noexcept {
  if (failed_.load(std::memory_order_relaxed)) return;
  try {
    job.run(chunk);
  } catch (...) {
    if (!failed_.exchange(true)) error_ = std::current_exception();
  }
}

void Slot::finish(const Job& job) {
  std::uint32_t own = 0;
  for (;; ++own) {
    const std::uint64_t word = word_.fetch_add(1, std::memory_order_acq_rel);
    const auto chunk = static_cast<std::uint32_t>(word & kNextMask);
    if (chunk >= job.chunks) break;
    execute(job, chunk);
  }
  word_.fetch_or(kNextMask, std::memory_order_acq_rel);
  const std::uint32_t others = job.chunks - own;
  for (;;) {
    const std::uint32_t finished = finished_.load(std::memory_order_acquire);
    if (finished == others) break;
    wait_for_change(finished_, finished);
  }
  std::exception_ptr error = std::exchange(error_, nullptr);
  vacate();
  if (error) std::rethrow_exception(std::move(error));
}

void Slot::help(int helper) {
  for (;;) {
    std::uint64_t word = word_.load(std::memory_order_acquire);
    const Job job = this->job();
    const auto chunk = static_cast<std::uint32_t>(word & kNextMask);
    if (chunk >= job.chunks || !job.invites(helper)) return;
    if (!word_.compare_exchange_weak(word, word + 1, std::memory_order_acq_rel)) continue;
    execute(job, chunk);
    finished_.fetch_add(1, std::memory_order_acq_rel);
    finished_.notify_one();
  }
}

thread_local bool is_inside = false;
thread_local int own_threads = 0;

class Inside {
 public:
  Inside() { is_inside = true; }
  ~Inside() { is_inside = false; }
};

class Pool {
 public:
  Slot* free_slot(int* index);
  int start(int wanted);  // returns how many helpers there are
  void ring(const Job& job);
  void before_fork();
  void after_fork_in_parent() { mutex_.unlock(); }
  void after_fork_in_child();

 private:
  void serve(int helper);

  std::mutex mutex_;
  std::atomic<int> started_{0};
  std::atomic<bool> stopping_{false};
  Slot slots_[kSlots];
  Bell bells_[kMaxThreads];
  std::thread threads_[kMaxThreads];
};

Pool& pool() {
  static Pool& instance = *[] {
    // The arena's fork handlers come first, so that they run last before a fork.
    arena::initialize();
    auto* made = new Pool;
    pthread_atfork([] { pool().before_fork(); }, [] { pool().after_fork_in_parent(); },
                   [] { pool().after_fork_in_child(); });
    return made;
  }();
  return instance;
}

Slot* Pool::free_slot(int* index) {
  for (*index = 0; *index < kSlots; ++*index) {
    if (slots_[*index].acquire()) return &slots_[*index];
  }
  return nullptr;
}

void Pool::serve(int helper) {
  is_inside = true;
  std::atomic<std::uint32_t>& bell = bells_[helper].count;
  for (;;) {
    const std::uint32_t heard = bell.load(std::memory_order_acquire);
    if (stopping_.load(std::memory_order_acquire)) return;
    for (Slot& slot : slots_) slot.help(helper);
    wait_for_change(bell, heard);
  }
}

int Pool::start(int wanted) {
  int started = started_.load(std::memory_order_acquire);
  if (started >= wanted) return started;
  std::lock_guard lock(mutex_);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    for (started = started_.load(); started < wanted; ++started) {
      threads_[started] = std::thread([this, started] { serve(started); });
    }
  } catch (const std::system_error&) {
    // The system grants no more threads: those there are will do.
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  started_.store(started, std::memory_order_release);
  return started;
}

void Pool::ring(const Job& job) {
  for (int i = 0; i < job.invited; ++i) bells_[(job.first_invited + i) % job.helpers].ring();
}

void Pool::before_fork() {
  mutex_.lock();
  stopping_.store(true);
  const int started = started_.exchange(0);
  for (int helper = 0; helper < started; ++helper) bells_[helper].ring();
  for (int helper = 0; helper < started; ++helper) threads_[helper].join();
  stopping_.store(false);
}

void Pool::after_fork_in_child() {
  for (Slot& slot : slots_) slot.abandon();
  mutex_.unlock();
}

void run_alone(std::int64_t n, std::int64_t grain, Body body, void* context) {
  for (std::int64_t begin = 0; begin < n;) {
    const std::int64_t end = n - begin < grain ? n : begin + grain;
    body(context, begin, end);
    begin = end;
  }
}

int default_threads() {
  if (const char* text = std::getenv("ARRAYFORGE_NUM_THREADS")) {
    char* end = nullptr;
    const long number = std::strtol(text, &end, 10);
    if (end != text && *end == '\0' && number > 0) {
      return static_cast<int>(std::min<long>(number, kMaxThreads));
    }
  }
  return std::min(available_cpus(), kMaxThreads);
}

std::atomic<int> process_threads{0};

}  // namespace

void run(std::int64_t n, std::int64_t grain, Body body, void* context) {
  grain = std::max<std::int64_t>(grain, 1);
  const std::int64_t chunks = n / grain + (n % grain != 0);
  const int threads = is_inside ? 1 : num_threads();
  if (threads == 1 || chunks >= kMaxChunks) return run_alone(n, grain, body, context);
  Pool& shared = pool();
  const int helpers = shared.start(threads - 1);
  int index = 0;
  Slot* slot = helpers == 0 ? nullptr : shared.free_slot(&index);
  if (slot == nullptr) return run_alone(n, grain, body, context);
  const int invited = static_cast<int>(std::min<std::int64_t>({threads - 1, helpers, chunks - 1}));
  const Job job{body,
                context,
                n,
                grain,
                static_cast<std::uint32_t>(chunks),
                helpers,
                invited,
                index * invited % helpers};
  const Inside inside;
  slot->publish(job);
  shared.ring(job);
  slot->finish(job);
}

}  // namespace parallel

int num_threads() {
  if (parallel::own_threads != 0) return parallel::own_threads;
  int threads = parallel::process_threads.load(std::memory_order_relaxed);
  if (threads == 0) {
    int unset = 0;
    threads = parallel::default_threads();
    if (!parallel::process_threads.compare_exchange_strong(unset, threads)) threads = unset;
  }
  return threads;
}

void set_num_threads(int n) {
  parallel::process_threads.store(n < 1 ? 0 : std::min(n, parallel::kMaxThreads));
}

int set_thread_limit(int n) {
  return std::exchange(parallel::own_threads, std::clamp(n, 0, parallel::kMaxThreads));
}

}  // namespace arrayforge
