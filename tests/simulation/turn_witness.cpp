#include "simulation/turn_witness.hpp"

#include <algorithm>

namespace tender::simulation {
namespace {

constexpr int kLookShare = 4;
constexpr int kMostPasses = 2;  // a sync by turn, and one that was claimed before the look was due

}  // namespace

void TurnWitness::sync_sent(const Tables& tables, const Busy& busy, int looks) {
  const auto claimable = [&](const JobRow& check) { return !busy(check.relay); };
  const auto check = looks == 0 ? tables.first_due(/*sync=*/false, Tables::Order::longest_due,
                                                   clock_.now(), claimable)
                                : std::nullopt;
  if (check) {
    passed_.emplace_back(check->relay, check->generation);
  } else {
    first_.reset();
  }
}

void TurnWitness::look_sent(const Call& call, const std::string& relay, const Tables& tables,
                            int checks) {
  std::erase_if(passed_, [&](const Wish& wish) { return wish.first == relay; });
  first_.reset();
  if (!tables.job(/*sync=*/true, relay) && checks >= places()) {
    trace_.violate("#{} is a look beside {} others, and {} may be under way at once", call.number,
                   checks, places());
  }
}

void TurnWitness::instant_ended(const Tables& tables) {
  for (const Wish& wish : std::exchange(passed_, {})) {
    const auto check = tables.job(/*sync=*/false, wish.first);
    if (!check || check->generation != wish.second) {
      first_.reset();
      continue;
    }
    passes_ = first_ == wish ? passes_ + 1 : 1;
    first_ = wish;
    if (passes_ > kMostPasses) {
      trace_.violate("a look at relay {} has been due while {} syncs went out", wish.first,
                     passes_);
    }
  }
}

void TurnWitness::start_over() {
  passed_.clear();
  first_.reset();
}

int TurnWitness::places() const {
  return std::max(1, most_ / kLookShare);
}

}  // namespace tender::simulation
