#include "storage.h"

#include <algorithm>
#include <mutex>
#include <new>

#include "arena.h"
#include "thread_local.h"

namespace arrayforge {

// Storages that defragment() may move (small blocks share slabs with many others, so only large
// ones are listed), and those of others that wait for their release.
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

  // The owner may hold memory that is borrowed from us, and so on: what such a chain drops waits
  // for the first of it to be done, so that a long one does not recurse.
  static void release_in_turn(Storage* storage);
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
    return StorageList::release_in_turn(this);
  }
  this->~Storage();
  give_header(this);
}

void StorageList::release_in_turn(Storage* storage) {
  thread_local Storage* waiting = nullptr;
  thread_local bool is_busy = false;
  storage->next_ = std::exchange(waiting, storage);
  if (is_busy) return;
  is_busy = true;
  while (waiting) {
    Storage* first = std::exchange(waiting, waiting->next_);
    first->release_(first->owner_);
    first->~Storage();
    give_header(first);
  }
  is_busy = false;
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

std::vector<Storage::Holder> Storage::largest(std::size_t count) {
  std::vector<Holder> holders;
  {
    std::lock_guard lock(StorageList::mutex());
    for (const Storage* storage = StorageList::head(); storage; storage = storage->next_) {
      holders.push_back({storage->nbytes_, storage->references(), storage->pinned()});
    }
  }
  std::sort(holders.begin(), holders.end(),
            [](const Holder& a, const Holder& b) { return a.nbytes > b.nbytes; });
  holders.resize(std::min(count, holders.size()));
  return holders;
}

}  // namespace arrayforge
