// Requests as a network delivers them to a server: a line whose bytes are the sizes of the pieces,
// then the bytes of the connection. The caps are small, so that inputs reach them.
#include <algorithm>
#include <string>
#include <vector>

#include "tender/base/ascii.hpp"

#include "expect.hpp"
#include "http/request_parser.hpp"
#include "input.hpp"

namespace tender::fuzz {
namespace {

using http::RequestParser;
using http::ServerRequest;
using Progress = RequestParser::Progress;

constexpr std::size_t kMaxHead = 512;
constexpr std::size_t kMaxBody = 128;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

struct Reading {
  Progress progress = Progress::more;  // `more`: it was cut short
  bool keep_alive = false;
  std::size_t taken = 0;  // bytes that were given to the parser
  ServerRequest request;  // when done
};

void give(RequestParser& parser, std::string_view bytes) {
  const std::span<char> space = parser.space();
  expect(space.size() >= bytes.size(), "there is room for a small read");
  bytes.copy(space.data(), bytes.size());
  parser.received(bytes.size());
}

Progress advance(RequestParser& parser) {
  Progress progress = parser.advance();
  if (progress == Progress::head) {
    (void)parser.expects_continue();
    parser.limit_body(kMaxBody);
    progress = parser.advance();
    expect(progress != Progress::head, "a head is announced once");
  }
  return progress;
}

// The first request of a connection. `sizes` is used over and over; without any, each byte is a
// piece.
Reading read(std::string_view bytes, const std::vector<std::size_t>& sizes) {
  RequestParser parser(kMaxHead);
  parser.begin();
  Reading reading;
  for (std::size_t i = 0; reading.progress == Progress::more && reading.taken < bytes.size(); ++i) {
    const std::string_view piece =
        bytes.substr(reading.taken, sizes.empty() ? 1 : sizes[i % sizes.size()]);
    give(parser, piece);
    reading.taken += piece.size();
    reading.progress = advance(parser);
  }
  if (reading.progress == Progress::refused) {
    const http::Refusal& refusal = parser.refusal();
    expect(refusal.status >= 400 && refusal.status <= 505, "a refusal has the status of an error");
    expect(is_one_line(refusal.reason), "a refusal is one line");
  }
  if (reading.progress == Progress::done) {
    reading.keep_alive = parser.keep_alive();
    reading.request = parser.take();
  }
  return reading;
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), ascii_lower);
  return lowered;
}

// What two readers could understand differently, looked for in the raw head and not by the parser.
void check_head(std::string_view head) {
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t codings = 0;
  const std::string_view version = head.substr(head.find("\r\n") - 3, 3);
  expect(version == "1.1" || version == "1.0", "only HTTP/1.0 and HTTP/1.1 are taken");
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    expect(line.find_first_of("\r\n") == std::string_view::npos,
           "no line ends but CR LF are taken");
    expect(line.find('\0') == std::string_view::npos, "no NUL is taken");
    const std::string name = lower(line.substr(0, line.find(':')));
    expect(!name.empty() && name.find_first_of(" \t") == std::string::npos,
           "no line is folded, and no white space stands before a colon");
    hosts += name == "host" ? 1U : 0U;
    lengths += name == "content-length" ? 1U : 0U;
    codings += name == "transfer-encoding" ? 1U : 0U;
    expect(name != "transfer-encoding" || lower(line).ends_with("chunked") ||
               lower(line).find("chunked ") != std::string::npos ||
               lower(line).find("chunked\t") != std::string::npos,
           "only chunked bodies are taken");
    expect(name != "content-length" || line.find(',') == std::string_view::npos,
           "a length is one number");
  }
  expect(hosts <= 1 && (hosts == 1 || version == "1.0"), "a request has one Host");
  expect(lengths + codings <= 1, "a request has one length");
}

void check(const ServerRequest& request) {
  expect(!request.method.empty() && request.method.find(' ') == std::string::npos,
         "a method is a word");
  expect(request.path.starts_with('/'), "a path begins with a slash");
  expect((request.path + request.query).find_first_of(" \t#") == std::string::npos &&
             request.path.find('?') == std::string::npos,
         "path and query are apart and have no spaces");
  const auto names = request.parameter_names();
  expect(names.has_value(), "a query that is taken is that of a URL");
  for (const std::string& name : names.value_or(std::vector<std::string>())) {
    expect(request.parameter(name).has_value(), "a parameter that is named has a value");
  }
  expect(request.body.size() <= kMaxBody, "a body is within its cap");
  for (const http::Header& header : request.headers) {
    expect(!header.name.empty(), "a header has a name");
    expect(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
           "a header is one line");
  }
}

bool is_framing(const http::Header& header) {
  const std::string name = lower(header.name);
  return name == "content-length" || name == "transfer-encoding" || name == "host";
}

// Without the headers that `write` adds itself.
std::vector<std::pair<std::string, std::string>> own_headers(const ServerRequest& request) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const http::Header& header : request.headers) {
    if (!is_framing(header)) {
      headers.emplace_back(header.name, header.value);
    }
  }
  return headers;
}

std::string write(const ServerRequest& request) {
  std::string text = request.method + " " + request.path;
  text += (request.query.empty() ? "" : "?" + request.query) + " HTTP/1.1\r\n";
  text += "Host: " + request.host + "\r\n";
  for (const auto& [name, value] : own_headers(request)) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  return text + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" +
         request.body;
}

bool same(const ServerRequest& one, const ServerRequest& other) {
  return one.method == other.method && one.path == other.path && one.query == other.query &&
         one.host == other.host && one.body == other.body && own_headers(one) == own_headers(other);
}

// What was accepted means the same when somebody passes it on.
void check_again(const ServerRequest& request) {
  const std::string text = write(request);
  if (text.find(kHeadEnd) + kHeadEnd.size() > kMaxHead) {
    return;
  }
  const Reading again = read(text, {text.size()});
  expect(again.progress == Progress::done, "what was accepted is accepted again");
  expect(same(request, again.request), "what was accepted has one meaning");
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
  const std::string_view bytes = input.rest();
  const Reading whole = read(bytes, {std::max<std::size_t>(bytes.size(), 1)});
  const Reading pieces = read(bytes, sizes);
  expect((whole.progress == Progress::done) == (pieces.progress == Progress::done),
         "whether a request is accepted does not depend on how the network cuts it");
  if (whole.progress == Progress::done) {
    expect(same(whole.request, pieces.request) && whole.keep_alive == pieces.keep_alive,
           "a request does not depend on how the network cuts it");
    check_head(bytes.substr(0, bytes.find(kHeadEnd) + 2));
    check(whole.request);
    check_again(whole.request);
  }
  return 0;
}
