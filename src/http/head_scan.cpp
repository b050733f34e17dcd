#include "head_scan.hpp"

namespace tender::http {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

bool is_forbidden_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\r' && c != '\n') || byte == 0x7f;
}

}  // namespace

HeadScan::Progress HeadScan::look(std::string_view bytes) {
  while (seen_ < bytes.size()) {
    const char c = bytes[seen_];
    const char before = seen_ == 0 ? '\0' : bytes[seen_ - 1];
    if (is_forbidden_control(c)) {
      return refuse("has a control character in its head");
    }
    if ((c == '\n') != (before == '\r')) {
      return refuse("has a line that does not end with CR and LF");
    }
    if ((c == ' ' || c == '\t') && before == '\n') {
      return refuse("has a folded line");
    }
    ++seen_;
    if (c == '\n' && bytes.substr(0, seen_).ends_with(kHeadEnd)) {
      return Progress::whole;
    }
  }
  return Progress::more;
}

HeadScan::Progress HeadScan::refuse(std::string_view fault) {
  fault_ = fault;
  return Progress::malformed;
}

}  // namespace tender::http
