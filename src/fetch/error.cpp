#include "tender/fetch/error.hpp"

namespace tender::fetch {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::busy:
      return "busy";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::unreachable:
      return "unreachable";
    case ErrorKind::refused:
      return "refused";
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::stopped:
      return "stopped";
  }
  return "?";
}

}  // namespace tender::fetch
