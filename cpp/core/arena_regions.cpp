// Large blocks: whole pages of a region, coalesced with their free neighbours when released.
//
// A region is 64 MiB, or exactly the request where that is more than half of it. A request takes
// the best fit of its list of free blocks, which is the exact size again in a loop, else the low
// end of a block of the next list; so released pages are used before pages never touched, and a
// loop takes no page faults after its first turn. Before a region is mapped the wholly free ones
// are unmapped: each is too small for what is asked for, so the reserve follows the largest working
// set and does not sum up the sizes a program went through.
#include "arena_regions.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <memory>

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#define ARRAYFORGE_HAS_MMAP 1
#endif

namespace arrayforge::arena {
namespace {

constexpr std::size_t kRegion = std::size_t{64} << 20;
constexpr std::size_t kAttempts = 64;

constexpr std::size_t pages_for(std::size_t nbytes) { return round_up(nbytes, kPage) / kPage; }

}  // namespace

#ifdef ARRAYFORGE_HAS_MMAP

void* map_memory(std::size_t nbytes, std::size_t alignment) {
  const std::size_t slack = alignment > kPage ? alignment : 0;
  void* mapped =
      mmap(nullptr, nbytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  if (slack == 0) return mapped;
  const auto start = reinterpret_cast<std::uintptr_t>(mapped);
  const std::size_t before = round_up(start, alignment) - start;
  char* const aligned = static_cast<char*>(mapped) + before;
  if (before != 0) munmap(mapped, before);
  if (before != slack) munmap(aligned + nbytes, slack - before);
  return aligned;
}

void unmap_memory(void* data, std::size_t nbytes) {
  ARRAYFORGE_UNPOISON(data, nbytes);
  munmap(data, nbytes);
}

void prefer_huge_pages([[maybe_unused]] void* data, [[maybe_unused]] std::size_t nbytes) {
#ifdef MADV_HUGEPAGE
  madvise(data, nbytes, MADV_HUGEPAGE);
#endif
}

std::size_t purge_memory(void* data, std::size_t nbytes) {
#ifdef __linux__
  using Residence = unsigned char;
#else
  using Residence = char;
#endif
  constexpr std::size_t kStep = 1024;
  Residence residence[kStep];
  std::size_t resident = 0;
  for (std::size_t offset = 0; offset < nbytes; offset += kStep * kPage) {
    char* start = static_cast<char*>(data) + offset;
    const std::size_t length = std::min(kStep * kPage, nbytes - offset);
    if (mincore(start, length, residence) != 0) continue;
    for (std::size_t i = 0; i < length / kPage; ++i) resident += residence[i] & 1;
  }
  if (resident != 0) madvise(data, nbytes, MADV_DONTNEED);
  return resident * kPage;
}

#else

void* map_memory(std::size_t nbytes, std::size_t alignment) {
  void* data = std::aligned_alloc(alignment, round_up(nbytes, alignment));
  if (data != nullptr) std::memset(data, 0, nbytes);
  return data;
}

void unmap_memory(void* data, std::size_t) { std::free(data); }
void prefer_huge_pages(void*, std::size_t) {}
std::size_t purge_memory(void*, std::size_t) { return 0; }

#endif

std::size_t Regions::list_of(std::size_t pages) {
  const std::size_t power = static_cast<std::size_t>(std::bit_width(pages | 1)) - 1;
  const std::size_t eighth = power >= 3 ? (pages >> (power - 3)) & 7 : 0;
  return power * 8 + eighth;
}

void Regions::mark(Page* page, std::size_t pages, bool is_live) {
  Page* last = page + pages - 1;
  last->extent = page->extent;
  page->count = last->count = pages;
  page->is_live = last->is_live = is_live;
}

void Regions::insert(Page* page, std::size_t pages) {
  mark(page, pages, false);
  const std::size_t list = list_of(pages);
  page->previous = nullptr;
  page->next = lists_[list];
  if (page->next != nullptr) page->next->previous = page;
  lists_[list] = page;
  nonempty_[list / 64] |= std::uint64_t{1} << (list % 64);
}

void Regions::remove(Page* page) {
  const std::size_t list = list_of(page->count);
  if (page->next != nullptr) page->next->previous = page->previous;
  if (page->previous != nullptr) {
    page->previous->next = page->next;
    return;
  }
  lists_[list] = page->next;
  if (page->next == nullptr) nonempty_[list / 64] &= ~(std::uint64_t{1} << (list % 64));
}

Regions::Page* Regions::best_of(std::size_t list, std::size_t pages, std::size_t attempts) const {
  Page* best = nullptr;
  for (Page* page = lists_[list]; page != nullptr && attempts-- > 0; page = page->next) {
    if (page->count == pages) return page;
    if (page->count > pages && (best == nullptr || page->count < best->count)) best = page;
  }
  return best;
}

Regions::Page* Regions::find(std::size_t pages) const {
  const std::size_t own = list_of(pages);
  if (Page* page = best_of(own, pages, kAttempts)) return page;
  for (std::size_t list = own + 1; list < kLists; list = (list / 64 + 1) * 64) {
    const std::uint64_t higher = nonempty_[list / 64] >> (list % 64);
    if (higher == 0) continue;
    list += static_cast<std::size_t>(std::countr_zero(higher));
    return best_of(list, pages, kAttempts);
  }
  // Only now is a long search better than the alternative, a new region.
  return best_of(own, pages, kUnlimited);
}

Regions::Page* Regions::grow(std::size_t pages) {
  drop_free_regions();
  const std::size_t nbytes =
      pages * kPage > kRegion / 2 ? round_up(pages * kPage, kHugePage) : kRegion;
  extents_.reserve(extents_.size() + 1);
  auto extent = std::make_unique<Extent>();
  extent->pages = nbytes / kPage;
  extent->base = static_cast<char*>(map_memory(nbytes, kHugePage));
  if (extent->base == nullptr) return nullptr;
  extent->table = static_cast<Page*>(map_memory(extent->table_bytes(), kPage));
  if (extent->table == nullptr) {
    unmap_memory(extent->base, nbytes);
    return nullptr;
  }
  prefer_huge_pages(extent->base, nbytes);
  ARRAYFORGE_POISON(extent->base, nbytes);
  reserved_ += nbytes;
  Page* first = extent->table;
  first->extent = extent.get();
  insert(first, extent->pages);
  const auto place = std::lower_bound(extents_.begin(), extents_.end(), extent->base,
                                      [](const Extent* e, const char* at) { return e->base < at; });
  extents_.insert(place, extent.release());
  return first;
}

// A free block, listed, becomes a live one at its low end.
void Regions::occupy(Page* page, std::size_t pages) {
  remove(page);
  const std::size_t rest = page->count - pages;
  mark(page, pages, true);
  if (rest == 0) return;
  page[pages].extent = page->extent;
  insert(page + pages, rest);
}

void Regions::vacate(Page* page) {
  const Extent& extent = *page->extent;
  std::size_t count = page->count;
  Page* after = page + count;
  if (after != extent.table + extent.pages && !after->is_live) {
    remove(after);
    count += after->count;
  }
  if (page != extent.table && !page[-1].is_live) {
    page -= page[-1].count;
    remove(page);
    count += page->count;
  }
  insert(page, count);
}

Regions::Page* Regions::page_of(const void* data) const {
  const auto after = std::upper_bound(extents_.begin(), extents_.end(), data,
                                      [](const void* at, const Extent* e) { return at < e->base; });
  const Extent& extent = **(after - 1);
  return extent.table + (static_cast<const char*>(data) - extent.base) / kPage;
}

void* Regions::allocate(std::size_t nbytes) {
  const std::size_t pages = pages_for(nbytes);
  Page* page = find(pages);
  if (page == nullptr) page = grow(pages);
  if (page == nullptr) return nullptr;
  occupy(page, pages);
  return page->extent->address(page);
}

void Regions::release(void* data, std::size_t nbytes) {
  Page* page = page_of(data);
  assert(page->is_live && page->count == pages_for(nbytes));
  ARRAYFORGE_POISON(data, page->count * kPage);
  (void)nbytes;
  vacate(page);
}

Regions::Page* Regions::lowest_before(const char* data, std::size_t pages) const {
  for (const Extent* extent : extents_) {
    const Page* end = extent->table + extent->pages;
    for (Page* page = extent->table; page != end; page += page->count) {
      if (extent->address(page) >= data) return nullptr;
      if (!page->is_live && page->count >= pages) return page;
    }
  }
  return nullptr;
}

void* Regions::relocate(void* data, std::size_t nbytes) {
  Page* page = page_of(data);
  const std::size_t pages = page->count;
  const Extent& extent = *page->extent;
  if (Page* lower = lowest_before(static_cast<char*>(data), pages)) {
    occupy(lower, pages);
    void* place = lower->extent->address(lower);
    ARRAYFORGE_UNPOISON(place, nbytes);
    std::memcpy(place, data, nbytes);
    release(data, nbytes);
    return place;
  }
  if (page == extent.table || page[-1].is_live) return nullptr;
  // The hole before the block is too small to hold it, but the block can slide over both.
  Page* hole = page - page[-1].count;
  const std::size_t gap = hole->count;
  remove(hole);
  void* place = extent.address(hole);
  ARRAYFORGE_UNPOISON(place, gap * kPage + nbytes);
  std::memmove(place, data, nbytes);
  mark(hole, pages, true);
  Page* rest = hole + pages;
  rest->extent = page->extent;
  mark(rest, gap, true);
  ARRAYFORGE_POISON(static_cast<char*>(place) + nbytes, (pages + gap) * kPage - nbytes);
  vacate(rest);
  return place;
}

std::size_t Regions::drop_free_regions() {
  std::size_t dropped = 0;
  std::erase_if(extents_, [&](Extent* extent) {
    if (!extent->is_free()) return false;
    remove(extent->table);
    dropped += extent->pages * kPage;
    unmap_memory(extent->base, extent->pages * kPage);
    unmap_memory(extent->table, extent->table_bytes());
    delete extent;
    return true;
  });
  reserved_ -= dropped;
  return dropped;
}

std::size_t Regions::purge_free_blocks() {
  std::size_t purged = 0;
  for (const Page* list : lists_) {
    for (const Page* page = list; page != nullptr; page = page->next) {
      purged += purge_memory(page->extent->address(page), page->count * kPage);
    }
  }
  return purged;
}

double Regions::fragmentation() const {
  std::size_t free = 0;
  std::size_t largest_of_each = 0;
  for (const Extent* extent : extents_) {
    std::size_t largest = 0;
    const Page* end = extent->table + extent->pages;
    for (const Page* page = extent->table; page != end; page += page->count) {
      if (page->is_live) continue;
      free += page->count;
      largest = std::max(largest, page->count);
    }
    largest_of_each += largest;
  }
  return free == 0 ? 0.0 : 1.0 - static_cast<double>(largest_of_each) / static_cast<double>(free);
}

void Regions::list(std::vector<Region>* out) const {
  for (const Extent* extent : extents_) {
    Region& region = out->emplace_back(Region{extent->base, extent->pages * kPage, false, {}});
    const Page* end = extent->table + extent->pages;
    for (const Page* page = extent->table; page != end; page += page->count) {
      region.blocks.push_back({extent->address(page), page->count * kPage, page->is_live});
    }
  }
}

}  // namespace arrayforge::arena
