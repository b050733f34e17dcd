// Turns the bytes of a connection into requests, one after the other, and refuses what two readers
// could understand differently (RFC 9112, 11.2). Beast parses; what it lets through is refused
// here. Only the origin form of a target ("/path?query") is taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "tender/http/server_request.hpp"

namespace tender::http {

/// Why a request is not taken. The connection is of no more use.
struct Refusal {
  int status = 400;
  std::string reason;  // "the request …", for people; never a part of it
};

class RequestParser {
 public:
  /// `head`: the head is whole, and the body's limit may be set; it comes once, before `done`.
  enum class Progress : std::uint8_t { more, head, done, refused };

  /// `max_head` also bounds the head of each chunk and the trailers.
  explicit RequestParser(std::size_t max_head);
  ~RequestParser();

  /// Begins the next request. Bytes that came after the last one are its first.
  void begin();

  /// A byte of the request has come.
  [[nodiscard]] bool started() const;

  /// Where to put what is read next; never empty, valid until the next call.
  [[nodiscard]] std::span<char> space();

  /// `bytes` bytes were put into space().
  void received(std::size_t bytes);

  /// Goes on with the bytes that are there. After `head`, call it again; after `done` and `refused`
  /// the request is over.
  [[nodiscard]] Progress advance();

  /// After `head`: a body over `max_body` bytes is refused. It is 0 before.
  void limit_body(std::size_t max_body);

  /// After `head`: the client waits for `100 Continue` before it sends the body.
  [[nodiscard]] bool expects_continue() const;

  /// After `head`: the request, as yet without its body.
  [[nodiscard]] const ServerRequest& request() const;

  /// Once done: the request.
  [[nodiscard]] ServerRequest take();

  /// Once done: the client takes another answer on this connection.
  [[nodiscard]] bool keep_alive() const;

  /// Once refused.
  [[nodiscard]] const Refusal& refusal() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tender::http
