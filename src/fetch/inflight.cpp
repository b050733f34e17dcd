#include "inflight.hpp"

#include <numeric>
#include <utility>

namespace tender::fetch {

Inflight::Inflight(std::shared_ptr<Ticket> first, SteadyTime now, std::size_t candidates)
    : key{first->opts.op, first->opts.relay},
      deadline(now + first->opts.budget),
      checks(first->opts.checks),
      untried(candidates),
      growth_(first->opts.growth),
      longest_attempt_(first->opts.attempt) {
  std::iota(untried.begin(), untried.end(), std::size_t{0});
  callers_.push_back(std::move(first));
}

void Inflight::join(std::shared_ptr<Ticket> ticket) {
  checks = both(checks, ticket->opts.checks);
  callers_.push_back(std::move(ticket));
  ++present_;
}

void Inflight::deliver(const Result& result) {
  for (const auto& ticket : callers_) {
    if (!ticket->left) {
      ticket->result = result;
      ticket->answered.notify();
    }
  }
}

void Inflight::note(Error its) {
  const bool tells_more =
      !error || (error->kind == ErrorKind::unreachable && its.kind != ErrorKind::unreachable);
  if (tells_more) {
    error = std::move(its);
  }
}

}  // namespace tender::fetch
