#include "tender/outbox/job.hpp"

namespace tender::outbox {

std::string_view to_string(JobKind kind) {
  switch (kind) {
    case JobKind::relay_sync:
      break;
  }
  return "relay_sync";
}

}  // namespace tender::outbox
