#include "tender/outbox/job.hpp"

namespace tender::outbox {

std::string_view to_string(JobKind kind) {
  return kind == JobKind::relay_check ? "relay_check" : "relay_sync";
}

}  // namespace tender::outbox
