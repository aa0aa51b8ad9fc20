// Large blocks of the arena: pages of regions mapped from the system. Nothing here locks; arena.cpp
// does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "arena.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARRAYFORGE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARRAYFORGE_ASAN 1
#endif
#endif
#ifdef ARRAYFORGE_ASAN
#include <sanitizer/asan_interface.h>
#define ARRAYFORGE_POISON(data, nbytes) ASAN_POISON_MEMORY_REGION(data, nbytes)
#define ARRAYFORGE_UNPOISON(data, nbytes) ASAN_UNPOISON_MEMORY_REGION(data, nbytes)
#else
#define ARRAYFORGE_POISON(data, nbytes) ((void)(data), (void)(nbytes))
#define ARRAYFORGE_UNPOISON(data, nbytes) ((void)(data), (void)(nbytes))
#endif

namespace arrayforge::arena {

inline constexpr std::size_t kPage = 4096;
inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

constexpr std::size_t round_up(std::size_t n, std::size_t unit) {
  return (n + unit - 1) / unit * unit;
}

// Zeroed, lazily backed memory; null if the system refuses. alignment is a power of two.
void* map_memory(std::size_t nbytes, std::size_t alignment);
void unmap_memory(void* data, std::size_t nbytes);
void prefer_huge_pages(void* data, std::size_t nbytes);
// Drops the contents; returns how many bytes were resident.
std::size_t purge_memory(void* data, std::size_t nbytes);

class Regions {
 public:
  void* allocate(std::size_t nbytes);  // null if the system refuses
  void release(void* data, std::size_t nbytes);
  void* relocate(void* data, std::size_t nbytes);

  // Unmaps regions without a live block; returns their size.
  std::size_t drop_free_regions();
  std::size_t purge_free_blocks();

  std::size_t reserved() const { return reserved_; }
  double fragmentation() const;
  void list(std::vector<Region>* out) const;

 private:
  struct Extent;

  // One per page of a region, used at the first and at the last page of each block only: the table
  // stays mostly untouched, and a neighbour is found by arithmetic.
  struct Page {
    Extent* extent;
    std::size_t count;  // pages of the block; the last page has it too
    bool is_live;
    Page* previous;  // of the free list
    Page* next;
  };
  struct Extent {
    char* base;
    std::size_t pages;
    Page* table;

    std::size_t table_bytes() const { return pages * sizeof(Page); }
    char* address(const Page* page) const { return base + (page - table) * kPage; }
    bool is_free() const { return !table->is_live && table->count == pages; }
  };

  // Lists of free blocks: eight to each power of two, in number of pages.
  static constexpr std::size_t kLists = 48 * 8;
  static std::size_t list_of(std::size_t pages);

  Page* find(std::size_t pages) const;
  Page* best_of(std::size_t list, std::size_t pages, std::size_t attempts) const;
  Page* grow(std::size_t pages);
  Page* lowest_before(const char* data, std::size_t pages) const;
  Page* page_of(const void* data) const;

  void insert(Page* page, std::size_t pages);
  void remove(Page* page);
  static void mark(Page* page, std::size_t pages, bool is_live);
  void occupy(Page* page, std::size_t pages);
  void vacate(Page* page);

  std::vector<Extent*> extents_;  // by address
  std::size_t reserved_ = 0;
  Page* lists_[kLists] = {};
  std::uint64_t nonempty_[kLists / 64] = {};
};

}  // namespace arrayforge::arena
