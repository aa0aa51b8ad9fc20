// The memory of native arrays: 64-byte aligned blocks that are reused instead of returned to the
// system. Every function may be called from any thread, during exit too; arena.cpp states the
// policy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

namespace arrayforge::arena {

inline constexpr std::size_t kAlignment = 64;
inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

// The limit or the system refused; the numbers are for the message of whoever turns it into an
// error.
class OutOfMemory : public std::bad_alloc {
 public:
  OutOfMemory(std::size_t requested, std::size_t limit, std::size_t live)
      : requested(requested), limit(limit), live(live) {}
  const char* what() const noexcept override { return "out of memory"; }
  bool is_limit() const {
    return limit != kUnlimited && (live >= limit || requested > limit - live);
  }

  std::size_t requested;
  std::size_t limit;
  std::size_t live;
};

// Never null, also for zero bytes. Contents are arbitrary. Throws OutOfMemory.
void* allocate(std::size_t nbytes);

// nbytes is what was asked for. Any thread may release; a null pointer is ignored.
void release(void* data, std::size_t nbytes) noexcept;

struct Stats {
  std::size_t live_bytes;  // as requested, without rounding
  std::size_t peak_bytes;  // most live_bytes since reset_peak(); exact to 64 KiB per further thread
  std::size_t reserved_bytes;     // mapped from the system
  std::size_t allocations;        // live blocks
  std::size_t total_allocations;  // since the start
  // The share of the free bytes outside the largest free block of their region: 0 when nothing is
  // in pieces.
  double fragmentation;
};
Stats stats();
void reset_peak();
// The peak is at least this: one that was counted before a reset.
void raise_peak(std::size_t nbytes);

// Bounds live_bytes. A limit below what is live refuses every allocation but takes nothing back.
std::size_t limit();
void set_limit(std::size_t nbytes);

// Gives the system every region without a live block and the resident pages of the other free
// blocks; returns how many bytes that were. What other threads have in their caches stays.
std::size_t trim();

// A move of one live block to a lower address: copies its bytes and returns the new place, the old
// one being released; null if there is no better place or the block is small. The caller knows that
// nobody points at it.
void* relocate(void* data, std::size_t nbytes);

struct Block {
  const void* data;
  std::size_t nbytes;  // as occupied, with rounding
  bool is_live;        // small blocks in another thread's cache count as live here
};
struct Region {
  const void* data;
  std::size_t nbytes;
  bool is_small;              // holds slabs of small blocks
  std::vector<Block> blocks;  // by address
};
std::vector<Region> map();

// Registers the fork handlers. Whoever joins threads in a fork handler of its own calls this first:
// handlers run in reverse order, and an ending thread returns its cache, which needs the arena
// unlocked.
void initialize();

}  // namespace arrayforge::arena
