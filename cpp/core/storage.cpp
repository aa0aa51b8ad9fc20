#include "storage.h"

#include <mutex>
#include <new>

#include "arena.h"
#include "thread_local.h"

namespace arrayforge {

// Storages that defragment() may move. Small blocks share slabs with many others, so only large
// ones are listed.
struct StorageList {
  static constexpr std::size_t kThreshold = 64 * 1024;

  static std::mutex& mutex() {
    static auto* m = new std::mutex;  // never destroyed: storages may outlive the interpreter
    return *m;
  }
  static Storage*& head() {
    static Storage* first = nullptr;
    return first;
  }
  static void add(Storage* storage) {
    std::lock_guard lock(mutex());
    storage->next_ = head();
    if (head()) head()->previous_ = storage;
    head() = storage;
  }
  static void remove(Storage* storage) {
    std::lock_guard lock(mutex());
    if (storage->next_) storage->next_->previous_ = storage->previous_;
    (storage->previous_ ? storage->previous_->next_ : head()) = storage->next_;
  }
};

namespace {

// Headers of dead storages, chained, kept by the thread for the next one.
struct DeadHeader {
  DeadHeader* next;
};
struct Headers {
  DeadHeader* first;
  int count;
  bool is_owned;
};
constexpr int kKeptHeaders = 64;
ARRAYFORGE_FAST_TLS thread_local Headers headers{};

// Frees what the thread kept when it ends; a storage that dies later goes to the system.
struct HeadersOwner {
  HeadersOwner() { headers.is_owned = true; }
  ~HeadersOwner() {
    while (headers.first) ::operator delete(std::exchange(headers.first, headers.first->next));
    headers.count = kKeptHeaders;
  }
};

void* take_header() {
  DeadHeader* header = headers.first;
  if (!header) return ::operator new(sizeof(Storage));
  headers.first = header->next;
  --headers.count;
  return header;
}

void give_header(void* header) {
  if (headers.count >= kKeptHeaders) return ::operator delete(header);
  if (!headers.is_owned) thread_local HeadersOwner owner;
  headers.first = new (header) DeadHeader{headers.first};
  ++headers.count;
}

}  // namespace

StorageRef Storage::allocate(std::size_t nbytes) {
  void* data = arena::allocate(nbytes);
  auto* storage = new (take_header()) Storage;
  storage->data_ = static_cast<char*>(data);
  storage->nbytes_ = nbytes;
  storage->arena_ = true;
  if (nbytes >= StorageList::kThreshold) StorageList::add(storage);
  return StorageRef(storage);
}

StorageRef Storage::borrow(void* data, std::size_t nbytes, bool writable, void* owner,
                           Release release) {
  auto* storage = new (take_header()) Storage;
  storage->data_ = static_cast<char*>(data);
  storage->nbytes_ = nbytes;
  storage->writable_ = writable;
  storage->owner_ = owner;
  storage->release_ = release;
  return StorageRef(storage);
}

void Storage::destroy() {
  if (arena_) {
    if (nbytes_ >= StorageList::kThreshold) StorageList::remove(this);
    arena::release(data_, nbytes_);
  } else if (release_) {
    release_(owner_);
  }
  this->~Storage();
  give_header(this);
}

std::size_t Storage::defragment() {
  std::lock_guard lock(StorageList::mutex());
  std::size_t moved = 0;
  for (Storage* storage = StorageList::head(); storage; storage = storage->next_) {
    if (storage->pinned()) continue;
    void* better = arena::relocate(storage->data_, storage->nbytes_);
    if (!better) continue;
    storage->data_ = static_cast<char*>(better);
    ++moved;
  }
  return moved;
}

}  // namespace arrayforge
