// The structures of DLPack after its specification, versions 0 and 1.
#pragma once

#include <cstdint>

namespace arrayforge {

// The protocol's structures, in its order of members.
struct DLDevice {
  std::int32_t device_type;
  std::int32_t device_id;
};
struct DLDataType {
  std::uint8_t code;
  std::uint8_t bits;
  std::uint16_t lanes;
};
struct DLTensor {
  void* data;
  DLDevice device;
  std::int32_t ndim;
  DLDataType dtype;
  std::int64_t* shape;
  std::int64_t* strides;  // in elements; null: C order
  std::uint64_t byte_offset;
};
struct DLManagedTensor {
  DLTensor tensor;
  void* context;
  void (*deleter)(DLManagedTensor*);
};
struct DLManagedTensorVersioned {
  std::uint32_t major, minor;
  void* context;
  void (*deleter)(DLManagedTensorVersioned*);
  std::uint64_t flags;
  DLTensor tensor;
};

inline constexpr std::int32_t kHost = 1;
inline constexpr std::uint64_t kReadOnly = 1, kCopied = 2;
inline constexpr const char* kPlain = "dltensor";
inline constexpr const char* kVersioned = "dltensor_versioned";

}  // namespace arrayforge
