// Storage: reference-counted bytes. They come from the arena or from a foreign owner (a DLPack
// capsule, a buffer) that a callback releases. Views share a storage; its version counts the writes
// made through us; while it is pinned its bytes must not move.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace arrayforge {

class Storage;

class StorageRef {
 public:
  StorageRef() = default;
  explicit StorageRef(Storage* owned) : storage_(owned) {}
  StorageRef(const StorageRef& other);
  StorageRef(StorageRef&& other) noexcept : storage_(std::exchange(other.storage_, nullptr)) {}
  StorageRef& operator=(StorageRef other) noexcept {
    std::swap(storage_, other.storage_);
    return *this;
  }
  ~StorageRef();

  // Another reference, and its end, without atomics; see Storage::shares_. An array object that
  // ends may end a share of another one: they count as equals.
  StorageRef share() const;
  void end_share();

  Storage* operator->() const { return storage_; }
  Storage* get() const { return storage_; }
  explicit operator bool() const { return storage_ != nullptr; }
  bool operator==(const StorageRef& other) const { return storage_ == other.storage_; }

 private:
  Storage* storage_ = nullptr;
};

class Storage {
 public:
  using Release = void (*)(void* owner);

  // Bytes from the arena, 64-byte aligned, unspecified contents; throws arena::OutOfMemory.
  static StorageRef allocate(std::size_t nbytes);
  // Bytes of somebody else; `release(owner)` is called when the last reference goes, on any thread.
  static StorageRef borrow(void* data, std::size_t nbytes, bool writable, void* owner,
                           Release release);
  // No bytes: the identity and version of an engine's memory.
  static StorageRef foreign() { return borrow(nullptr, 0, true, nullptr, nullptr); }

  std::size_t nbytes() const { return nbytes_; }
  bool writable() const { return writable_; }
  bool from_arena() const { return arena_; }
  std::uint64_t version() const { return version_.load(std::memory_order_relaxed); }
  void bump_version() { version_.fetch_add(1, std::memory_order_relaxed); }
  void pin() { pins_.fetch_add(1, std::memory_order_relaxed); }
  void unpin() { pins_.fetch_sub(1, std::memory_order_release); }
  bool pinned() const { return pins_.load(std::memory_order_acquire) > 0; }
  std::int64_t references() const { return references_.load(std::memory_order_relaxed) + shares(); }

  // Moves the bytes of unpinned arena storages to denser places; the caller makes sure that no
  // kernel runs: it holds what starts them (Python's lock), and kernels_running() is false. Returns
  // the number of storages moved.
  static std::size_t defragment();

  // Alive while kernels may run without Python's lock: nothing moves then, temporary arrays of the
  // kernels included, which nobody pins.
  class Running {
   public:
    Running() { running_.fetch_add(1, std::memory_order_relaxed); }
    ~Running() { running_.fetch_sub(1, std::memory_order_release); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
  };
  static bool kernels_running() { return running_.load(std::memory_order_acquire) > 0; }

  // The largest arena storages, the largest first; small ones are not listed.
  struct Holder {
    std::size_t nbytes;
    std::int64_t references;
    bool pinned;
  };
  static std::vector<Holder> largest(std::size_t count);

 private:
  friend class StorageRef;
  friend struct Access;
  friend struct StorageList;

  std::int64_t shares() const { return shares_.load(std::memory_order_relaxed); }
  void set_shares(std::int64_t count) { shares_.store(count, std::memory_order_relaxed); }
  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void drop() {
    // The last owner needs no atomic write.
    if (references_.load(std::memory_order_acquire) == 1 ||
        references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      destroy();
    }
  }
  void destroy();

  static inline std::atomic<int> running_{0};

  std::atomic<std::int64_t> references_{1};
  // References of Python's array objects that references_ does not count. All of them come and go
  // under Python's lock. One is made from an array object, and every array object that ends gives
  // back a share while there is one, so that at least one array object is in references_.
  std::atomic<std::int64_t> shares_{0};
  std::atomic<std::uint64_t> version_{0};
  std::atomic<std::int32_t> pins_{0};
  bool writable_ = true;
  bool arena_ = false;
  char* data_ = nullptr;
  std::size_t nbytes_ = 0;
  void* owner_ = nullptr;
  Release release_ = nullptr;
  Storage* next_ = nullptr;
  Storage* previous_ = nullptr;
};

inline StorageRef::StorageRef(const StorageRef& other) : storage_(other.storage_) {
  if (storage_) storage_->retain();
}
inline StorageRef::~StorageRef() {
  if (storage_) storage_->drop();
}
inline StorageRef StorageRef::share() const {
  storage_->set_shares(storage_->shares() + 1);
  return StorageRef(storage_);
}
inline void StorageRef::end_share() {
  const std::int64_t count = storage_ ? storage_->shares() : 0;
  if (count == 0) return;
  storage_->set_shares(count - 1);
  storage_ = nullptr;
}

}  // namespace arrayforge
