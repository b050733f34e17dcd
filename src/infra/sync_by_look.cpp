// A sync that has nothing to send, of a relay that was not seen to be served: zooid took exactly
// this, which does not prove that it serves it, so it looks.
#include <utility>

#include "tender/infra/kinds.hpp"
#include "tender/infra/relay_check.hpp"
#include "tender/infra/sync_plan.hpp"
#include "tender/zooid/outcome.hpp"

#include "look.hpp"

namespace tender::infra {

class RelayCheck::SyncByLook final : public Look {
 public:
  SyncByLook(RelayCheck& owner, const Relay& relay, std::int64_t asked_seq)
      : Look(owner.client_, owner.env_, owner.clock_, relay, owner.last_sync(relay.id)),
        owner_(owner),
        asked_seq_(asked_seq) {}

  boost::asio::awaitable<void> run() override {
    co_await Look::run();
    count();
  }

  // Whatever is seen, nothing is sent here: that is for the check, which knows how long to wait.
  outbox::Settlement settle(Circumstances circumstances) override {
    conclude(owner_.query_);
    owner_.note_unsupported(verdict());
    const auto now = owner_.query_.get_relay(relay().id);
    if (!now) {
      return outbox::Complete{};
    }
    if (!circumstances.counts || circumstances.superseded || now->revision != relay().revision) {
      return outbox::StayDue{};
    }
    const bool live = verdict().liveness == zooid::Liveness::as_described;
    owner_.command_.caused_by(owner_.query_.find_cause(asked_seq_))
        .complete_relay_sync(*now, {.revision = now->revision,
                                    .digest = now->synced_digest,
                                    .result = SyncResult::unchanged,
                                    .doubt_until = now->doubt_until,
                                    .unseen = verdict().reason});
    if (live) {
      owner_.command_.record_look(*now,
                                  {.live = true, .pushes = 0, .identity = verdict().identity});
      return outbox::Complete{.needless = kRelayCheck};
    }
    return outbox::Complete{};
  }

 private:
  void count() const {
    const bool fault = destination_sign().kind == outbox::DestinationSign::Kind::fault;
    owner_.syncs_.add(
        {to_string(SyncPlan::look),
         zooid::to_string(fault ? zooid::Outcome::host_fault : zooid::Outcome::done)});
  }

  RelayCheck& owner_;
  std::int64_t asked_seq_;
};

std::unique_ptr<outbox::Execution> RelayCheck::sync_by_look(const Relay& relay,
                                                            std::int64_t asked_seq) {
  return std::make_unique<SyncByLook>(*this, relay, asked_seq);
}

}  // namespace tender::infra
