#include "request_parser.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "field_text.hpp"
#include "head_scan.hpp"
#include "request_rules.hpp"

namespace tender::http {
namespace {

namespace beast = boost::beast;
using BeastRequest = beast::http::request_parser<beast::http::string_body>;

constexpr std::size_t kRequestReadSize = std::size_t{16} * 1024;
// "0\r\n\r\n", which ends a chunked body. Beast asserts that it never gets less of the end.
constexpr std::size_t kSmallestEnd = 5;

constexpr int kBadRequest = 400;
constexpr int kTooLarge = 413;
constexpr int kHeadTooLarge = 431;
constexpr int kVersionNotSupported = 505;

// Whether the request line ends with a version of HTTP, whichever: Beast has one error for an
// unknown one and for none at all.
bool names_a_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
         version[6] == '.' && is_digit(version[7]);
}

}  // namespace

struct RequestParser::Impl {
  explicit Impl(std::size_t limit) : max_head(limit) {}

  [[nodiscard]] std::string_view pending() const {
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
  }

  Progress refuse(int status, std::string_view reason) {
    refusal = {status, fmt::format("the request {}", reason)};
    return Progress::refused;
  }

  Progress refuse_head_size() {
    return refuse(kHeadTooLarge, fmt::format("has a head over {} bytes", max_head));
  }

  Progress refuse_body_size() {
    return refuse(kTooLarge, fmt::format("has a body over {} bytes", max_body));
  }

  Progress advance_head();
  Progress read_head(std::string_view head);
  Progress advance_body();
  void copy_head();

  std::size_t max_head;
  std::size_t max_body = 0;
  beast::flat_buffer buffer;
  HeadScan scan;
  std::unique_ptr<BeastRequest> parser;  // null until the head is whole
  ServerRequest request;
  Refusal refusal;
};

RequestParser::Progress RequestParser::Impl::advance_head() {
  const HeadScan::Progress progress = scan.look(pending().substr(0, max_head));
  if (progress == HeadScan::Progress::malformed) {
    return refuse(kBadRequest, scan.fault());
  }
  if (progress == HeadScan::Progress::more) {
    return buffer.size() < max_head ? Progress::more : refuse_head_size();
  }
  return read_head(pending().substr(0, scan.size()));
}

RequestParser::Progress RequestParser::Impl::read_head(std::string_view head) {
  parser = std::make_unique<BeastRequest>();
  parser->header_limit(std::numeric_limits<std::uint32_t>::max());  // max_head was kept
  parser->body_limit(boost::none);                                  // once the head has been read
  beast::error_code error;
  const std::size_t taken = parser->put(boost::asio::buffer(head.data(), head.size()), error);
  if (error == beast::http::error::bad_version && names_a_version(head)) {
    return refuse(kVersionNotSupported, "has a version of HTTP other than 1.0 and 1.1");
  }
  if (error || taken != head.size() || !parser->is_header_done()) {
    return refuse(kBadRequest, fmt::format("is not HTTP: {}", error.message()));
  }
  copy_head();
  if (!is_origin_form(parser->get().target())) {
    return refuse(kBadRequest, "has a target that is not a path");
  }
  const int version = static_cast<int>(parser->get().version());
  if (const auto fault = framing_fault(request.headers, version)) {
    return refuse(kBadRequest, *fault);
  }
  buffer.consume(taken);
  return Progress::head;
}

// Before Beast adds the trailers to the headers.
void RequestParser::Impl::copy_head() {
  const auto& message = parser->get();
  request = {};
  request.method = std::string(message.method_string());
  const std::string target(message.target());
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  request.query = question < target.size() ? target.substr(question + 1) : std::string();
  for (const auto& field : message) {
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  request.host = request.header("host").value_or("");
}

RequestParser::Progress RequestParser::Impl::advance_body() {
  if (parser->content_length().value_or(0) > max_body) {
    return refuse_body_size();
  }
  const std::size_t least = parser->chunked() ? kSmallestEnd : 1;
  while (!parser->is_done()) {
    if (buffer.size() < least) {
      return Progress::more;
    }
    beast::error_code error;
    buffer.consume(parser->put(buffer.data(), error));
    if (error == beast::http::error::need_more) {
      return buffer.size() < max_head ? Progress::more : refuse_head_size();
    }
    if (error == beast::http::error::body_limit) {
      return refuse_body_size();
    }
    if (error) {
      return refuse(kBadRequest, fmt::format("is not HTTP: {}", error.message()));
    }
  }
  return Progress::done;
}

RequestParser::RequestParser(std::size_t max_head) : impl_(std::make_unique<Impl>(max_head)) {}

RequestParser::~RequestParser() = default;

void RequestParser::begin() {
  impl_->scan = {};
  impl_->parser.reset();
  impl_->max_body = 0;
}

bool RequestParser::started() const {
  return impl_->parser || impl_->buffer.size() > 0;
}

std::span<char> RequestParser::space() {
  const auto space = impl_->buffer.prepare(kRequestReadSize);
  return {static_cast<char*>(space.data()), space.size()};
}

void RequestParser::received(std::size_t bytes) {
  impl_->buffer.commit(bytes);
}

RequestParser::Progress RequestParser::advance() {
  return impl_->parser ? impl_->advance_body() : impl_->advance_head();
}

void RequestParser::limit_body(std::size_t max_body) {
  impl_->max_body = max_body;
  impl_->parser->body_limit(max_body);
}

bool RequestParser::expects_continue() const {
  const auto& message = impl_->parser->get();
  return message.version() == 11 && !impl_->parser->is_done() &&
         same_field_name(message[beast::http::field::expect], "100-continue");
}

const ServerRequest& RequestParser::request() const {
  return impl_->request;
}

ServerRequest RequestParser::take() {
  impl_->request.body = std::move(impl_->parser->get().body());
  return std::move(impl_->request);
}

bool RequestParser::keep_alive() const {
  return impl_->parser->get().version() == 11 && impl_->parser->keep_alive();
}

const Refusal& RequestParser::refusal() const {
  return impl_->refusal;
}

}  // namespace tender::http
