// Small blocks of the arena: slabs of one size class each. Nothing here locks; arena.cpp does.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "arena.h"

namespace arrayforge::arena {

inline constexpr std::size_t kSmallMax = std::size_t{32} << 10;

// Multiples of 64 up to 512, then four to each power of two: rounding wastes at most a fifth.
constexpr std::size_t kClasses = 8 + 6 * 4;
constexpr std::array<std::uint16_t, kClasses> kClassBytes = [] {
  std::array<std::uint16_t, kClasses> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint16_t>((i + 1) * 64);
  for (std::size_t i = 8; i < kClasses; ++i) {
    const std::size_t power = std::size_t{512} << ((i - 8) / 4);
    bytes[i] = static_cast<std::uint16_t>(power + power / 4 * ((i - 8) % 4 + 1));
  }
  return bytes;
}();
static_assert(kClassBytes[kClasses - 1] == kSmallMax);

// Indexed by the number of 64-byte units, rounded up.
constexpr std::array<std::uint8_t, kSmallMax / 64 + 1> kClassOf = [] {
  std::array<std::uint8_t, kSmallMax / 64 + 1> classes{};
  std::size_t size_class = 0;
  for (std::size_t unit = 0; unit < classes.size(); ++unit) {
    if (unit * 64 > kClassBytes[size_class]) ++size_class;
    classes[unit] = static_cast<std::uint8_t>(size_class);
  }
  return classes;
}();

constexpr std::size_t class_of(std::size_t nbytes) { return kClassOf[(nbytes + 63) / 64]; }

class Slabs {
 public:
  // Fills blocks with up to count of them; none if the system refuses.
  std::size_t take(std::size_t size_class, void** blocks, std::size_t count);
  void give(void* block);

  // Unmaps chunks without a slab, purges free slabs elsewhere; returns how many bytes that gave
  // back.
  std::size_t trim();

  std::size_t reserved() const { return chunks_.size() * kChunk; }
  void list(std::vector<Region>* out) const;

 private:
  static constexpr std::size_t kSlab = std::size_t{256} << 10;
  static constexpr std::size_t kChunk = std::size_t{4} << 20;
  static constexpr std::uint32_t kAllFree = (1u << (kChunk / kSlab)) - 1;

  struct Chunk {
    char* base;
    std::uint32_t free_slabs;  // one bit each
  };
  // The head of its 256 KiB, which are aligned, so that a block finds it by masking its address.
  struct alignas(64) Slab {
    Chunk* chunk;
    Slab* previous;  // among the slabs of the class that have a free block
    Slab* next;
    std::uint32_t size_class;
    std::uint32_t capacity;
    std::uint32_t free_blocks;
    std::uint64_t free_bits[kSlab / 64 / 64];

    std::size_t block_bytes() const { return kClassBytes[size_class]; }
    char* block(std::size_t i) { return reinterpret_cast<char*>(this + 1) + i * block_bytes(); }
  };

  Slab* open(std::size_t size_class);
  void close(Slab* slab);
  void link(Slab* slab);
  void unlink(Slab* slab);
  Chunk* chunk_with_room();
  static void list_slab(Slab* slab, std::vector<Block>* out);

  Slab* with_room_[kClasses] = {};
  std::vector<Chunk*> chunks_;
};

}  // namespace arrayforge::arena
