#include "simulation/fault_kind.hpp"

namespace tender::simulation {
namespace {

constexpr std::array<std::string_view, kFaultKinds> kFaultNames{
    "slow answer",
    "lost before applying",
    "lost after applying",
    "applied late",
    "5xx",
    "5xx after applying",
    "garbage",
    "garbage after applying",
    "429",
    "429 with Retry-After",
    "401",
    "routing 404",
    "refusal",
    "sick relay",
    "outage of breaker length",
    "long outage",
    "wipe",
    "slow reload",
    "failed reload",
    "slow watcher",
    "zooid restart",
    "written at start",
    "volume full",
    "config unreadable",
    "torn file",
    "older zooid",
    "owner's edit",
    "edited by hand",
    "secret changed by hand",
    "stranger",
    "crash at a time",
    "crash after a handler",
    "crash with requests under way",
    "stop and restart",
    "settings changed",
    "clock forward",
    "clock back",
    "broadcast lag",
    "disk error",
    "disk full",
    "power cut",
    "write lock held",
    "silent write",
    "relay deleted",
    "row deleted",
    "replaced row",
    "invalid row",
    "hosts swapped",
    "paused",
    "host state lost",
    "strange activity",
    "log pruned",
    "checkpoint",
    "reordered",
};

}  // namespace

std::string_view to_string(FaultKind kind) {
  return kFaultNames.at(static_cast<std::size_t>(kind));
}

}  // namespace tender::simulation
