#include "answer_parser.hpp"

#include <fmt/format.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace tender::http {
namespace {

namespace beast = boost::beast;
using Parser = beast::http::response_parser<beast::http::string_body>;

constexpr std::size_t kReadSize = std::size_t{16} * 1024;
// A server that sends interim answers for ever is cut off.
constexpr int kMaxInterim = 8;

}  // namespace

struct AnswerParser::Impl {
  std::size_t max_head;
  std::size_t max_body;
  beast::flat_buffer buffer;
  std::unique_ptr<Parser> parser;  // one for each answer; never null
  std::size_t head = 0;            // bytes of this answer's head that the parser has taken
  int interim = 0;
  std::string fault;

  void next() {
    parser = std::make_unique<Parser>();
    parser->body_limit(max_body);
    parser->eager(true);
    head = 0;
  }

  Progress refuse(Progress progress, std::string reason) {
    fault = std::move(reason);
    return progress;
  }

  Progress refuse(beast::error_code error) {
    using beast::http::error::body_limit;
    using beast::http::error::header_limit;
    if (error == body_limit) {
      return refuse(Progress::too_large, fmt::format("has a body over {} bytes", max_body));
    }
    if (error == header_limit) {
      return refuse(Progress::too_large, fmt::format("has a head over {} bytes", max_head));
    }
    return refuse(Progress::malformed, fmt::format("is not HTTP: {}", error.message()));
  }

  // Beast restarts its count whenever it has taken a header, so we count over several reads.
  beast::error_code feed() {
    const bool in_head = !parser->is_header_done();
    if (in_head) {
      parser->header_limit(static_cast<std::uint32_t>(max_head - head));
    }
    beast::error_code error;
    const std::size_t taken = parser->put(buffer.data(), error);
    buffer.consume(taken);
    if (in_head && !parser->is_header_done()) {
      head += taken;
    }
    return error;
  }

  // What lies in the buffer is the rest of a head, or of a chunk's head, that has no end yet.
  Progress want_more() {
    const std::size_t pending = parser->is_header_done() ? buffer.size() : head + buffer.size();
    return pending < max_head ? Progress::more : refuse(beast::http::error::header_limit);
  }
};

AnswerParser::AnswerParser(std::size_t max_head, std::size_t max_body)
    : impl_(std::make_unique<Impl>()) {
  impl_->max_head = max_head;
  impl_->max_body = max_body;
  impl_->next();
}

AnswerParser::~AnswerParser() = default;

void AnswerParser::begin() {
  impl_->interim = 0;
  impl_->fault.clear();
  impl_->next();
}

std::span<char> AnswerParser::space() {
  const auto space = impl_->buffer.prepare(kReadSize);
  return {static_cast<char*>(space.data()), space.size()};
}

AnswerParser::Progress AnswerParser::received(std::size_t bytes) {
  Impl& self = *impl_;
  self.buffer.commit(bytes);
  while (self.buffer.size() > 0) {
    const beast::error_code error = self.feed();
    // Before the body: one that lasts until the connection ends comes to no other check.
    const unsigned status = self.parser->get().result_int();
    if (self.parser->is_header_done() && (status < 100 || status == 101)) {
      return self.refuse(Progress::malformed, fmt::format("has the status {}", status));
    }
    if (error == beast::http::error::need_more) {
      return self.want_more();
    }
    if (error) {
      return self.refuse(error);
    }
    if (!self.parser->is_done()) {
      continue;  // all of the buffer was body
    }
    if (status >= 200) {
      return Progress::done;
    }
    if (++self.interim > kMaxInterim) {
      return self.refuse(Progress::malformed, "has too many interim answers");
    }
    self.next();
  }
  return Progress::more;
}

AnswerParser::Progress AnswerParser::ended() {
  if (!impl_->parser->got_some()) {
    return Progress::more;
  }
  beast::error_code error;
  impl_->parser->put_eof(error);
  return !error && impl_->parser->is_done() ? Progress::done : Progress::more;
}

bool AnswerParser::started() const {
  return impl_->interim > 0 || impl_->parser->got_some();
}

int AnswerParser::status() const {
  const Parser& parser = *impl_->parser;
  const int status = parser.is_header_done() ? static_cast<int>(parser.get().result_int()) : 0;
  return status >= 200 ? status : 0;
}

const std::string& AnswerParser::fault() const {
  return impl_->fault;
}

Response AnswerParser::take() {
  auto message = impl_->parser->release();
  Response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  response.body = std::move(message.body());
  return response;
}

bool AnswerParser::keep_alive() const {
  return impl_->parser->keep_alive() && impl_->buffer.size() == 0;
}

}  // namespace tender::http
