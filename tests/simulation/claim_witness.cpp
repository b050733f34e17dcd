#include "simulation/claim_witness.hpp"

#include <utility>

namespace tender::simulation {
namespace {

constexpr int kAgedTurn = 8;
// Claims that show nothing on the wire may stand between two aged turns, but not that many.
constexpr int kTooSoon = 4;

}  // namespace

// Two rows matter: the most urgent sync, and the longest due one.
void ClaimWitness::sent(const std::string& relay, const Tables& tables, const Busy& busy) {
  const auto taken = tables.job(/*sync=*/true, relay);
  if (!taken) {
    return;
  }
  const auto claimable = [&](const JobRow& job) {
    // A check that finds nothing to look at is claimed and done unseen, and the sync waits for it.
    // So is a sync that waits until a relay with its host is deleted.
    const auto check = tables.job(/*sync=*/false, job.relay);
    return job.relay != relay && !busy(job.relay) && !tables.waits_for_deletion(job.relay) &&
           !(check && check->not_before <= clock_.now());
  };
  const auto urgent =
      tables.first_due(/*sync=*/true, Tables::Order::most_urgent, clock_.now(), claimable);
  const auto oldest = tables.first_due(/*sync=*/true, Tables::Order::longest_due, clock_.now(),
                                       [&](const JobRow& job) {
                                         if (tables.waits_for_deletion(job.relay)) {
                                           left_out_.insert_or_assign(job.relay, job);
                                         }
                                         return claimable(job);
                                       });
  Passed passed;
  passed.by = relay;
  if (urgent && urgent->priority < taken->priority) {
    passed.wish = {urgent->relay, urgent->generation};
    passed.urgent = true;
    passed.longer_due = urgent->not_before < taken->not_before;
    passed_.push_back(passed);
  }
  if (oldest && oldest->not_before < taken->not_before) {
    passed.wish = {oldest->relay, oldest->generation};
    passed.urgent = false;
    passed.longer_due = true;
    passed_.push_back(passed);
  } else {
    passed_.push_back({{}, relay, false, false});
  }
}

// A sync that waits for a deletion is put off when it is claimed. It was due longest, so that may
// have been the eighth turn.
bool ClaimWitness::may_have_aged_unseen(const Tables& tables) {
  return std::erase_if(left_out_, [&](const auto& entry) {
           const JobRow& then = entry.second;
           const auto now = tables.job(/*sync=*/true, then.relay);
           return !now || now->generation != then.generation || now->not_before != then.not_before;
         }) > 0;
}

void ClaimWitness::instant_ended(const Tables& tables) {
  if (may_have_aged_unseen(tables)) {
    longest_.reset();
    passes_ = 0;
  }
  for (const Passed& passed : std::exchange(passed_, {})) {
    const auto job = passed.wish.first.empty() ? std::nullopt : tables.job(true, passed.wish.first);
    if (passed.wish.first.empty() || (job && job->generation == passed.wish.second)) {
      judge(passed);
    }
  }
}

void ClaimWitness::judge(const Passed& passed) {
  if (passed.urgent) {
    if (passed.longer_due) {
      trace_.violate("relay {} is sent before relay {}, which is more urgent and due for longer",
                     passed.by, passed.wish.first);
    } else if (pushed_aside_ == passed.wish && claims_since_ < kTooSoon) {
      trace_.violate(
          "relay {} is sent before relay {}, which is more urgent, {} claims after the "
          "last one that was",
          passed.by, passed.wish.first, claims_since_);
    }
    pushed_aside_ = passed.wish;
    claims_since_ = 0;
    return;
  }
  ++claims_since_;
  if (!passed.longer_due) {
    longest_.reset();
    passes_ = 0;
    return;
  }
  passes_ = longest_ == passed.wish ? passes_ + 1 : 1;
  longest_ = passed.wish;
  if (passes_ > kAgedTurn) {
    trace_.violate("relay {} has been due longest while {} others were sent", passed.wish.first,
                   passes_);
  }
}

void ClaimWitness::start_over() {
  passed_.clear();
  left_out_.clear();
  longest_.reset();
  pushed_aside_.reset();
  passes_ = 0;
  claims_since_ = 0;
}

}  // namespace tender::simulation
