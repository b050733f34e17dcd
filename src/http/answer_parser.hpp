// Turns the bytes of a connection into answers, one after the other. Keeps Beast's parser out of
// the rest of the room, and holds the caps. Interim answers (1xx) are read over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "tender/http/transport.hpp"

namespace tender::http {

class AnswerParser {
 public:
  enum class Progress : std::uint8_t { more, done, malformed, too_large };

  AnswerParser(std::size_t max_head, std::size_t max_body);
  ~AnswerParser();

  /// Begins the next answer.
  void begin();

  /// Where to put what is read next; never empty, valid until the next call.
  [[nodiscard]] std::span<char> space();

  /// Takes `bytes` bytes that were put into space(). After anything but `more` the answer is over.
  [[nodiscard]] Progress received(std::size_t bytes);

  /// The peer has ended the connection: `done` when that is how this answer ends, otherwise `more`:
  /// it was cut short.
  [[nodiscard]] Progress ended();

  /// A byte of the answer has come.
  [[nodiscard]] bool started() const;

  /// Of the answer, once its head is whole; 0 before.
  [[nodiscard]] int status() const;

  /// For people: why the answer is malformed or too large. Never a part of it.
  [[nodiscard]] const std::string& fault() const;

  /// The answer, once done.
  [[nodiscard]] Response take();

  /// Once done and before take(): the connection may carry another exchange. False when bytes
  /// follow the answer that nobody asked for.
  [[nodiscard]] bool keep_alive() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tender::http
