#include "simulation/storage_witness.hpp"

namespace tender::simulation {
namespace {

constexpr std::chrono::seconds kAlone{1};

}  // namespace

void StorageWitness::scratch_sent(const Call& call) const {
  if (!failing_) {
    trace_.violate("#{} writes a scratch relay, and zooid is not known to have failed to store",
                   call.number);
  }
}

void StorageWitness::scratch_heard(const Call& call, const Meaning& meaning) {
  const bool done = meaning.heard == Heard::done;
  if (call.method == http::Method::delete_) {
    // What matters is that it could be written and read; this answer need only be zooid's.
    failing_ = failing_ && (scratch_ != Scratch::changed || meaning.host != HostShown::well);
    scratch_ = Scratch::nothing;
  } else if (call.method == http::Method::post) {
    scratch_ = done ? Scratch::created : Scratch::nothing;
  } else {
    scratch_ = done && scratch_ == Scratch::created ? Scratch::changed : Scratch::nothing;
  }
}

void StorageWitness::sent(const Call& call, std::optional<TimePoint> overwrites_since) {
  if (failing_) {
    trace_.violate("#{} writes relay {}, and zooid is known not to store", call.number, call.relay);
  }
  if (!overwrites_since) {
    return;
  }
  for (const auto& [number, begun_at] : updates_) {
    if (overwrites_since == timeline_.now() && timeline_.now() < begun_at + kAlone) {
      trace_.violate("#{} may overwrite a file {} ms after #{}, which is not answered", call.number,
                     (timeline_.now() - begun_at).count(), number);
    }
  }
  updates_.emplace(call.number, *overwrites_since);
}

void StorageWitness::heard(const Call& call, const Meaning& meaning) {
  updates_.erase(call.number);
  if (meaning.host == HostShown::storage) {
    failing_ = true;
    scratch_ = Scratch::nothing;
  }
}

void StorageWitness::process_ended(bool failing) {
  failing_ = failing;
  scratch_ = Scratch::nothing;
  updates_.clear();
}

}  // namespace tender::simulation
