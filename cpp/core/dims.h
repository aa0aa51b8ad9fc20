// A short vector of 64-bit integers: shapes, strides, axes, permutations. Up to four live inline.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace arrayforge {

// As in NumPy. The limit keeps every per-axis scratch array on the stack.
inline constexpr int kMaxRank = 64;

class Dims {
 public:
  static constexpr int kInline = 4;

  Dims() = default;
  explicit Dims(int size, std::int64_t value = 0) {
    resize_uninitialized(size);
    std::fill_n(data(), size, value);
  }
  Dims(std::initializer_list<std::int64_t> values)
      : Dims(values.begin(), static_cast<int>(values.size())) {}
  Dims(const std::int64_t* values, int size) {
    resize_uninitialized(size);
    copy_values(data(), values, size);
  }
  Dims(const Dims& other) {
    resize_uninitialized(other.size_);
    copy_values(data(), other.data(), size_);
  }
  Dims(Dims&& other) noexcept { take(other); }
  Dims& operator=(const Dims& other) {
    if (this != &other) {
      Dims copy(other);
      release();
      take(copy);
    }
    return *this;
  }
  Dims& operator=(Dims&& other) noexcept {
    if (this != &other) {
      release();
      take(other);
    }
    return *this;
  }
  ~Dims() { release(); }

  int size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::int64_t* data() { return size_ <= kInline ? inline_ : heap_; }
  const std::int64_t* data() const { return size_ <= kInline ? inline_ : heap_; }
  std::int64_t& operator[](int i) { return data()[i]; }
  std::int64_t operator[](int i) const { return data()[i]; }
  std::int64_t* begin() { return data(); }
  std::int64_t* end() { return data() + size_; }
  const std::int64_t* begin() const { return data(); }
  const std::int64_t* end() const { return data() + size_; }

  void push_back(std::int64_t value) {
    if (size_ >= kInline) return insert(size_, value);
    inline_[size_++] = value;
  }
  void insert(int position, std::int64_t value) {
    Dims grown;
    grown.resize_uninitialized(size_ + 1);
    std::copy_n(data(), position, grown.data());
    grown.data()[position] = value;
    std::copy(data() + position, data() + size_, grown.data() + position + 1);
    *this = std::move(grown);
  }
  void erase(int position) {
    Dims shrunk;
    shrunk.resize_uninitialized(size_ - 1);
    std::copy_n(data(), position, shrunk.data());
    std::copy(data() + position + 1, data() + size_, shrunk.data() + position);
    *this = std::move(shrunk);
  }

  bool operator==(const Dims& other) const {
    if (size_ != other.size_) return false;
    for (int i = 0; i < size_; ++i) {
      if (data()[i] != other.data()[i]) return false;
    }
    return true;
  }
  bool contains(std::int64_t value) const { return std::find(begin(), end(), value) != end(); }

 private:
  // One by one, which volatile says: a wide load waits for the narrow stores that have just made
  // the values, and shapes are a few numbers.
  static void copy_values(std::int64_t* to, const std::int64_t* from, int size) {
    const volatile std::int64_t* values = from;
    for (int i = 0; i < size; ++i) to[i] = values[i];
  }

  void resize_uninitialized(int size) {
    if (size > kInline) heap_ = new std::int64_t[static_cast<unsigned>(size)];
    size_ = size;
  }
  void release() {
    if (size_ > kInline) delete[] heap_;
    size_ = 0;
  }
  void take(Dims& other) noexcept {
    size_ = other.size_;
    if (size_ > kInline) {
      heap_ = other.heap_;
    } else {
      copy_values(inline_, other.inline_, size_);
    }
    other.size_ = 0;
  }

  int size_ = 0;
  union {
    std::int64_t inline_[kInline] = {};
    std::int64_t* heap_;
  };
};

// "(2, 3)", "(3,)", "()": as Python writes tuples.
std::string to_string(const Dims& dims);

}  // namespace arrayforge
