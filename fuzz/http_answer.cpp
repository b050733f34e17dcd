// Answers as a network delivers them: a line whose bytes are the sizes of the pieces, then the
// bytes of the connection, which ends after them. The caps are small, so that inputs reach them.
#include <optional>
#include <string>
#include <vector>

#include "expect.hpp"
#include "http/answer_parser.hpp"
#include "input.hpp"

namespace tender::fuzz {
namespace {

using http::AnswerParser;
using Progress = AnswerParser::Progress;

constexpr std::size_t kMaxHead = 512;
constexpr std::size_t kMaxBody = 128;
constexpr std::string_view kGood = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

struct Reading {
  Progress progress = Progress::more;  // `more`: it was cut short
  bool keep_alive = false;
  std::size_t taken = 0;  // bytes that were given to the parser
  http::Response answer;  // when done
};

Progress give(AnswerParser& parser, std::string_view bytes) {
  const std::span<char> space = parser.space();
  expect(space.size() >= bytes.size(), "there is room for a small read");
  bytes.copy(space.data(), bytes.size());
  return parser.received(bytes.size());
}

void check(const http::Response& answer) {
  expect(answer.status >= 200 && answer.status <= 999, "an answer has a final status");
  expect(answer.body.size() <= kMaxBody, "a body is within its cap");
  std::size_t head = 0;
  for (const http::Header& header : answer.headers) {
    expect(!header.name.empty(), "a header has a name");
    expect(header.value.find_first_of("\r\n") == std::string::npos, "a header is one line");
    head += header.name.size() + header.value.size();
  }
  expect(head <= kMaxHead, "a head is within its cap");
}

// On a connection that may carry another exchange, the next answer is what its bytes say.
void check_next(AnswerParser& parser) {
  parser.begin();
  expect(!parser.started(), "nothing of the next answer has come");
  expect(give(parser, kGood) == Progress::done, "the next answer is read");
  const http::Response next = parser.take();
  expect(next.status == 200 && next.headers.size() == 1 && next.body == "{}",
         "nothing of an answer is left for the next one");
}

// `sizes` is used over and over; without any, each byte is a piece.
Reading read(std::string_view bytes, const std::vector<std::size_t>& sizes) {
  AnswerParser parser(kMaxHead, kMaxBody);
  parser.begin();
  Reading reading;
  for (std::size_t i = 0; reading.progress == Progress::more && reading.taken < bytes.size(); ++i) {
    const std::string_view piece =
        bytes.substr(reading.taken, sizes.empty() ? 1 : sizes[i % sizes.size()]);
    reading.progress = give(parser, piece);
    reading.taken += piece.size();
  }
  if (reading.progress == Progress::more) {
    reading.progress = parser.ended();
  }
  if (reading.progress == Progress::malformed || reading.progress == Progress::too_large) {
    expect(!parser.fault().empty(), "a fault is explained");
    expect(is_one_line(parser.fault()), "a fault is one line");
  }
  if (reading.progress == Progress::done) {
    expect(parser.started(), "what is done has begun");
    reading.keep_alive = parser.keep_alive();
    reading.answer = parser.take();
    check(reading.answer);
  }
  if (reading.keep_alive) {
    check_next(parser);
  }
  return reading;
}

bool same(const http::Response& one, const http::Response& other) {
  const auto equal = [](const http::Header& a, const http::Header& b) {
    return a.name == b.name && a.value == b.value;
  };
  return one.status == other.status && one.body == other.body &&
         std::ranges::equal(one.headers, other.headers, equal);
}

}  // namespace
}  // namespace tender::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tender::fuzz;
  Input input(data, size);
  std::vector<std::size_t> sizes;
  for (const char c : input.line()) {
    sizes.push_back(static_cast<unsigned char>(c) % 64U + 1);
  }
  const Reading whole = read(input.rest(), {std::max<std::size_t>(input.rest().size(), 1)});
  const Reading pieces = read(input.rest(), sizes);
  expect((whole.progress == Progress::done) == (pieces.progress == Progress::done),
         "whether there is an answer does not depend on how the network cuts it");
  expect(whole.progress != Progress::done || same(whole.answer, pieces.answer),
         "an answer does not depend on how the network cuts it");
  expect(!whole.keep_alive || pieces.taken == input.rest().size(),
         "a connection with bytes that nobody asked for is not used again");
  return 0;
}
