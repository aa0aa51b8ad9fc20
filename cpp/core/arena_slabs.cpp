// Small blocks. Chunks of 4 MiB are mapped apart from the regions of large blocks, so that small
// ones never sit between those; a chunk is cut into slabs, a slab into blocks of one size, lowest
// address first. A slab that becomes free serves any class again.
#include "arena_slabs.h"

#include <algorithm>
#include <memory>

#include "arena_regions.h"

namespace arrayforge::arena {

void Slabs::link(Slab* slab) {
  Slab*& head = with_room_[slab->size_class];
  slab->previous = nullptr;
  slab->next = head;
  if (head != nullptr) head->previous = slab;
  head = slab;
}

void Slabs::unlink(Slab* slab) {
  if (slab->next != nullptr) slab->next->previous = slab->previous;
  (slab->previous != nullptr ? slab->previous->next : with_room_[slab->size_class]) = slab->next;
}

Slabs::Chunk* Slabs::chunk_with_room() {
  for (Chunk* chunk : chunks_) {
    if (chunk->free_slabs != 0) return chunk;
  }
  chunks_.reserve(chunks_.size() + 1);
  auto chunk = std::make_unique<Chunk>();
  chunk->base = static_cast<char*>(map_memory(kChunk, kChunk));
  if (chunk->base == nullptr) return nullptr;
  prefer_huge_pages(chunk->base, kChunk);
  ARRAYFORGE_POISON(chunk->base, kChunk);
  chunk->free_slabs = kAllFree;
  chunks_.push_back(chunk.release());
  return chunks_.back();
}

Slabs::Slab* Slabs::open(std::size_t size_class) {
  Chunk* chunk = chunk_with_room();
  if (chunk == nullptr) return nullptr;
  const int place = std::countr_zero(chunk->free_slabs);
  chunk->free_slabs &= chunk->free_slabs - 1;
  char* data = chunk->base + static_cast<std::size_t>(place) * kSlab;
  ARRAYFORGE_UNPOISON(data, sizeof(Slab));
  Slab* slab = new (data) Slab{};
  slab->chunk = chunk;
  slab->size_class = static_cast<std::uint32_t>(size_class);
  slab->capacity = static_cast<std::uint32_t>((kSlab - sizeof(Slab)) / kClassBytes[size_class]);
  slab->free_blocks = slab->capacity;
  for (std::size_t i = 0; i < slab->capacity; ++i)
    slab->free_bits[i / 64] |= std::uint64_t{1} << (i % 64);
  link(slab);
  return slab;
}

void Slabs::close(Slab* slab) {
  unlink(slab);
  Chunk* chunk = slab->chunk;
  const std::size_t place =
      static_cast<std::size_t>(reinterpret_cast<char*>(slab) - chunk->base) / kSlab;
  ARRAYFORGE_POISON(slab, kSlab);
  chunk->free_slabs |= 1u << place;
}

std::size_t Slabs::take(std::size_t size_class, void** blocks, std::size_t count) {
  std::size_t taken = 0;
  while (taken < count) {
    Slab* slab = with_room_[size_class];
    if (slab == nullptr) slab = open(size_class);
    if (slab == nullptr) break;
    for (std::size_t word = 0; taken < count && slab->free_blocks != 0;) {
      std::uint64_t& bits = slab->free_bits[word];
      if (bits == 0) {
        ++word;
        continue;
      }
      blocks[taken++] = slab->block(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
      bits &= bits - 1;
      --slab->free_blocks;
    }
    if (slab->free_blocks == 0) unlink(slab);
  }
  return taken;
}

void Slabs::give(void* block) {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  Slab* slab = reinterpret_cast<Slab*>(static_cast<char*>(block) - address % kSlab);
  const std::size_t i =
      static_cast<std::size_t>(static_cast<char*>(block) - slab->block(0)) / slab->block_bytes();
  slab->free_bits[i / 64] |= std::uint64_t{1} << (i % 64);
  if (slab->free_blocks++ == 0) link(slab);
  if (slab->free_blocks == slab->capacity) close(slab);
}

std::size_t Slabs::trim() {
  std::size_t given_back = 0;
  std::erase_if(chunks_, [&](Chunk* chunk) {
    if (chunk->free_slabs == kAllFree) {
      given_back += kChunk;
      unmap_memory(chunk->base, kChunk);
      delete chunk;
      return true;
    }
    for (std::uint32_t slabs = chunk->free_slabs; slabs != 0; slabs &= slabs - 1) {
      const auto place = static_cast<std::size_t>(std::countr_zero(slabs));
      given_back += purge_memory(chunk->base + place * kSlab, kSlab);
    }
    return false;
  });
  return given_back;
}

void Slabs::list_slab(Slab* slab, std::vector<Block>* out) {
  for (std::size_t i = 0; i < slab->capacity; ++i) {
    const bool is_free = (slab->free_bits[i / 64] >> (i % 64) & 1) != 0;
    out->push_back({slab->block(i), slab->block_bytes(), !is_free});
  }
}

void Slabs::list(std::vector<Region>* out) const {
  for (const Chunk* chunk : chunks_) {
    Region& region = out->emplace_back(Region{chunk->base, kChunk, true, {}});
    for (std::size_t place = 0; place < kChunk / kSlab; ++place) {
      char* data = chunk->base + place * kSlab;
      if ((chunk->free_slabs >> place & 1) != 0) {
        region.blocks.push_back({data, kSlab, false});
      } else {
        list_slab(reinterpret_cast<Slab*>(data), &region.blocks);
      }
    }
  }
}

}  // namespace arrayforge::arena
