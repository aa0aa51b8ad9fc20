// The policy. A block up to 32 KiB belongs to a size class and is cut from a slab
// (arena_slabs.cpp), a larger one is cut from a region in whole pages (arena_regions.cpp). Nothing
// released goes back to the system before trim() or before a new region is needed: it is reused.
//
// Each thread keeps some released blocks of each class in a cache of its own, a stack per class.
// The stacks make nearly all small allocations, without a lock; a stack that runs empty or full
// exchanges half of its capacity with the slabs under the arena's one lock. A block released by
// another thread than took it enters the cache of the one that released it. A thread that ends
// returns its cache; what is released later goes to the slabs.
//
// Counts are exact whenever they are read: each thread counts for itself and readers sum up. To
// have a peak without a shared counter, a thread adds its live bytes to the common ones once they
// moved by 64 KiB and remembers how high it was in between. Under a limit the caches still hold the
// blocks, but every allocation looks at the sum under the lock.
//
// The arena is never destroyed, so memory may be released during and after exit. A fork holds the
// lock; in the child the caches of the other threads stay as they were, and the blocks in them are
// lost.
#include "arena.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "arena_regions.h"
#include "arena_slabs.h"
#include "thread_local.h"

#if __has_include(<pthread.h>)
#include <pthread.h>
#define ARRAYFORGE_HAS_ATFORK 1
#endif

namespace arrayforge::arena {
namespace {

constexpr std::int64_t kUnpublished = std::int64_t{64} << 10;
constexpr std::size_t kMaxCached = 64;
constexpr std::size_t kLargestRequest = std::size_t{1} << 47;

constexpr std::array<std::uint8_t, kClasses> kCapacity = [] {
  std::array<std::uint8_t, kClasses> capacity{};
  for (std::size_t i = 0; i < kClasses; ++i) {
    capacity[i] = static_cast<std::uint8_t>(
        std::clamp<std::size_t>((std::size_t{64} << 10) / kClassBytes[i], 2, kMaxCached));
  }
  return capacity;
}();

// Written by one thread, read by others: no read-modify-write needed.
class Counter {
 public:
  std::int64_t get() const { return value_.load(std::memory_order_relaxed); }
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::int64_t add(std::int64_t change) {
    const std::int64_t value = get() + change;
    set(value);
    return value;
  }

 private:
  std::atomic<std::int64_t> value_{0};
};

struct Cache {
  Counter live;  // bytes since the last publish
  Counter peak;  // their maximum
  Counter allocated;
  Counter released;
  Cache* next = nullptr;
  std::uint8_t count[kClasses] = {};
  void* slots[kClasses][kMaxCached];
};

class Arena {
 public:
  void* allocate(Cache* cache, std::size_t nbytes);
  void release(Cache* cache, void* data, std::size_t nbytes);
  void* relocate(void* data, std::size_t nbytes);
  void publish(Cache* cache);
  void attach(Cache* cache);
  void detach(Cache* cache);

  Stats stats();
  void reset_peak();
  void raise_peak(std::size_t nbytes);
  std::size_t trim(Cache* cache);
  std::vector<Region> map(Cache* cache);
  std::size_t limit() const { return limit_.load(std::memory_order_relaxed); }
  void set_limit(std::size_t nbytes) { limit_.store(nbytes, std::memory_order_relaxed); }
  bool is_limited() const { return limit() != kUnlimited; }

  std::mutex mutex;

 private:
  std::int64_t live_elsewhere(const Cache* cache) const;
  void publish_locked(Cache* cache);
  void flush(Cache* cache, std::size_t size_class, std::size_t keep);
  void flush_all(Cache* cache);
  void* take(Cache* cache, std::size_t nbytes);
  std::size_t drop_unused();

  Regions regions_;
  Slabs slabs_;
  Cache* caches_ = nullptr;
  std::int64_t live_ = 0;
  std::int64_t peak_ = 0;
  std::int64_t allocated_ = 0;
  std::int64_t released_ = 0;
  std::atomic<std::size_t> limit_{kUnlimited};
};

Arena& arena() {
  static Arena& instance = *new Arena;
  return instance;
}

ARRAYFORGE_FAST_TLS thread_local Cache* current_cache = nullptr;
thread_local bool cache_ended = false;

struct CacheOwner {
  Cache* cache = new (std::nothrow) Cache;  // releasing may make one, and never throws
  CacheOwner() {
    if (cache != nullptr) arena().attach(cache);
  }
  CacheOwner(const CacheOwner&) = delete;
  CacheOwner& operator=(const CacheOwner&) = delete;
  ~CacheOwner() {
    current_cache = nullptr;
    cache_ended = true;
    if (cache != nullptr) arena().detach(cache);
    delete cache;
  }
};

// Null once the thread's own objects are being destroyed, or without memory for a cache.
Cache* make_cache() {
  if (current_cache != nullptr || cache_ended) return current_cache;
  initialize();
  thread_local CacheOwner owner;
  return current_cache = owner.cache;
}

bool charge(Cache* cache, std::size_t nbytes) {
  cache->allocated.add(1);
  const std::int64_t live = cache->live.add(static_cast<std::int64_t>(nbytes));
  if (live <= cache->peak.get()) return false;
  cache->peak.set(live);
  return live > kUnpublished;
}

bool discharge(Cache* cache, std::size_t nbytes) {
  cache->released.add(1);
  return cache->live.add(-static_cast<std::int64_t>(nbytes)) < -kUnpublished;
}

std::int64_t Arena::live_elsewhere(const Cache* cache) const {
  std::int64_t live = live_;
  for (const Cache* other = caches_; other != nullptr; other = other->next) {
    if (other != cache) live += other->live.get();
  }
  return live;
}

void Arena::publish_locked(Cache* cache) {
  peak_ = std::max(peak_, live_elsewhere(cache) + cache->peak.get());
  live_ += cache->live.get();
  cache->live.set(0);
  cache->peak.set(0);
}

void Arena::publish(Cache* cache) {
  std::lock_guard lock(mutex);
  publish_locked(cache);
}

void Arena::attach(Cache* cache) {
  std::lock_guard lock(mutex);
  cache->next = caches_;
  caches_ = cache;
}

void Arena::detach(Cache* cache) {
  std::lock_guard lock(mutex);
  flush_all(cache);
  publish_locked(cache);
  allocated_ += cache->allocated.get();
  released_ += cache->released.get();
  Cache** link = &caches_;
  while (*link != cache) link = &(*link)->next;
  *link = cache->next;
}

void Arena::flush(Cache* cache, std::size_t size_class, std::size_t keep) {
  std::uint8_t& count = cache->count[size_class];
  while (count > keep) slabs_.give(cache->slots[size_class][--count]);
}

void Arena::flush_all(Cache* cache) {
  for (std::size_t size_class = 0; size_class < kClasses; ++size_class) flush(cache, size_class, 0);
}

// Null if the system refuses.
void* Arena::take(Cache* cache, std::size_t nbytes) {
  if (nbytes > kSmallMax) return regions_.allocate(nbytes);
  const std::size_t size_class = class_of(nbytes);
  void* block = nullptr;
  if (cache == nullptr) {
    slabs_.take(size_class, &block, 1);
    return block;
  }
  std::uint8_t& count = cache->count[size_class];
  void** slots = cache->slots[size_class];
  if (count == 0) {
    count =
        static_cast<std::uint8_t>(slabs_.take(size_class, slots, (kCapacity[size_class] + 1) / 2));
    // The stack hands out low addresses first.
    std::reverse(slots, slots + count);
  }
  return count == 0 ? nullptr : slots[--count];
}

void* Arena::allocate(Cache* cache, std::size_t nbytes) {
  std::lock_guard lock(mutex);
  if (cache != nullptr) publish_locked(cache);
  const auto live = static_cast<std::size_t>(std::max<std::int64_t>(live_elsewhere(nullptr), 0));
  const std::size_t bound = limit();
  const bool is_refused = nbytes > kLargestRequest || live > bound || nbytes > bound - live;
  if (is_refused) throw OutOfMemory(nbytes, bound, live);
  void* data = take(cache, nbytes);
  if (data == nullptr && drop_unused() != 0) data = take(cache, nbytes);
  if (data == nullptr) throw OutOfMemory(nbytes, bound, live);
  live_ += static_cast<std::int64_t>(nbytes);
  peak_ = std::max(peak_, static_cast<std::int64_t>(live + nbytes));
  ++allocated_;
  return data;
}

void Arena::release(Cache* cache, void* data, std::size_t nbytes) {
  std::lock_guard lock(mutex);
  if (cache != nullptr) publish_locked(cache);
  live_ -= static_cast<std::int64_t>(nbytes);
  ++released_;
  if (nbytes > kSmallMax) {
    regions_.release(data, nbytes);
    return;
  }
  ARRAYFORGE_POISON(data, kClassBytes[class_of(nbytes)]);
  if (cache == nullptr) {
    slabs_.give(data);
    return;
  }
  const std::size_t size_class = class_of(nbytes);
  flush(cache, size_class, kCapacity[size_class] / 2);
  cache->slots[size_class][cache->count[size_class]++] = data;
}

void* Arena::relocate(void* data, std::size_t nbytes) {
  if (nbytes <= kSmallMax) return nullptr;
  std::lock_guard lock(mutex);
  return regions_.relocate(data, nbytes);
}

Stats Arena::stats() {
  std::lock_guard lock(mutex);
  const std::int64_t live = live_elsewhere(nullptr);
  std::int64_t peak = std::max(peak_, live);
  std::int64_t allocated = allocated_;
  std::int64_t released = released_;
  for (const Cache* cache = caches_; cache != nullptr; cache = cache->next) {
    peak = std::max(peak, live - cache->live.get() + cache->peak.get());
    allocated += cache->allocated.get();
    released += cache->released.get();
  }
  return {static_cast<std::size_t>(std::max<std::int64_t>(live, 0)),
          static_cast<std::size_t>(std::max<std::int64_t>(peak, 0)),
          regions_.reserved() + slabs_.reserved(),
          static_cast<std::size_t>(std::max<std::int64_t>(allocated - released, 0)),
          static_cast<std::size_t>(allocated),
          regions_.fragmentation()};
}

void Arena::reset_peak() {
  std::lock_guard lock(mutex);
  for (Cache* cache = caches_; cache != nullptr; cache = cache->next)
    cache->peak.set(cache->live.get());
  peak_ = live_elsewhere(nullptr);
}

void Arena::raise_peak(std::size_t nbytes) {
  std::lock_guard lock(mutex);
  peak_ = std::max(peak_, static_cast<std::int64_t>(nbytes));
}

std::size_t Arena::drop_unused() { return regions_.drop_free_regions() + slabs_.trim(); }

std::size_t Arena::trim(Cache* cache) {
  std::lock_guard lock(mutex);
  if (cache != nullptr) flush_all(cache);
  return drop_unused() + regions_.purge_free_blocks();
}

std::vector<Region> Arena::map(Cache* cache) {
  std::lock_guard lock(mutex);
  if (cache != nullptr) flush_all(cache);
  std::vector<Region> regions;
  slabs_.list(&regions);
  regions_.list(&regions);
  return regions;
}

[[gnu::noinline]] void* allocate_slowly(std::size_t nbytes) {
  void* data = arena().allocate(make_cache(), nbytes);
  ARRAYFORGE_UNPOISON(data, nbytes);
  return data;
}

[[gnu::noinline]] void release_slowly(void* data, std::size_t nbytes) noexcept {
  if (data != nullptr) arena().release(make_cache(), data, nbytes);
}

[[gnu::noinline]] void publish_slowly(Cache* cache) { arena().publish(cache); }

// Read at each allocation, so without the arena's indirection; true while there is a limit.
std::atomic<bool> limited{false};

}  // namespace

void* allocate(std::size_t nbytes) {
  Cache* cache = current_cache;
  if (nbytes > kSmallMax || cache == nullptr || limited.load(std::memory_order_relaxed)) {
    return allocate_slowly(nbytes);
  }
  const std::size_t size_class = class_of(nbytes);
  std::uint8_t& count = cache->count[size_class];
  if (count == 0) return allocate_slowly(nbytes);
  void* data = cache->slots[size_class][--count];
  if (charge(cache, nbytes)) publish_slowly(cache);
  ARRAYFORGE_UNPOISON(data, nbytes);
  return data;
}

void release(void* data, std::size_t nbytes) noexcept {
  Cache* cache = current_cache;
  if (nbytes > kSmallMax || cache == nullptr || data == nullptr)
    return release_slowly(data, nbytes);
  const std::size_t size_class = class_of(nbytes);
  std::uint8_t& count = cache->count[size_class];
  if (count == kCapacity[size_class]) return release_slowly(data, nbytes);
  ARRAYFORGE_POISON(data, kClassBytes[size_class]);
  cache->slots[size_class][count++] = data;
  if (discharge(cache, nbytes)) publish_slowly(cache);
}

Stats stats() { return arena().stats(); }
void reset_peak() { arena().reset_peak(); }
void raise_peak(std::size_t nbytes) { arena().raise_peak(nbytes); }
std::size_t limit() { return arena().limit(); }
std::size_t trim() { return arena().trim(current_cache); }
void* relocate(void* data, std::size_t nbytes) { return arena().relocate(data, nbytes); }
std::vector<Region> map() { return arena().map(current_cache); }

void set_limit(std::size_t nbytes) {
  arena().set_limit(nbytes);
  limited.store(arena().is_limited(), std::memory_order_relaxed);
}

void initialize() {
#ifdef ARRAYFORGE_HAS_ATFORK
  static const bool registered = [] {
    const auto lock = [] { arena().mutex.lock(); };
    const auto unlock = [] { arena().mutex.unlock(); };
    return pthread_atfork(lock, unlock, unlock) == 0;
  }();
  (void)registered;
#endif
}

}  // namespace arrayforge::arena
