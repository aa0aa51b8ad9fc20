// The errors of the core. Only cpp/python turns them into Python exceptions.
#pragma once

#include <stdexcept>
#include <string>

namespace arrayforge {

enum class ErrorKind {
  type,
  value,
  shape,
  index,
  overflow,
  buffer,
  not_implemented,
  device,
  strict,
  strict_attribute
};

// what() is the whole message: "name(): rule, values", lower case, no full stop.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

template <ErrorKind K>
class ErrorOf : public Error {
 public:
  explicit ErrorOf(const std::string& message) : Error(K, message) {}
};

using TypeError = ErrorOf<ErrorKind::type>;
using ValueError = ErrorOf<ErrorKind::value>;
using ShapeError = ErrorOf<ErrorKind::shape>;
using IndexError = ErrorOf<ErrorKind::index>;
using OverflowError = ErrorOf<ErrorKind::overflow>;
using BufferError = ErrorOf<ErrorKind::buffer>;
using NotImplementedError = ErrorOf<ErrorKind::not_implemented>;
using DeviceError = ErrorOf<ErrorKind::device>;
using StrictError = ErrorOf<ErrorKind::strict>;
// Of an attribute: hasattr() has to see that it is missing.
using StrictAttributeError = ErrorOf<ErrorKind::strict_attribute>;

}  // namespace arrayforge
