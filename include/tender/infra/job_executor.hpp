// Hands each kind of job to whoever does it. Borrows both.
#pragma once

#include "tender/infra/relay_check.hpp"
#include "tender/infra/relay_sync.hpp"

namespace tender::infra {

class JobExecutor final : public outbox::Executor {
 public:
  JobExecutor(RelaySync& sync, RelayCheck& check) : sync_(sync), check_(check) {}

  std::unique_ptr<outbox::Execution> begin(const outbox::Job& job, bool may_overwrite) override {
    return job.kind == outbox::JobKind::relay_check ? check_.begin(job)
                                                    : sync_.begin(job, may_overwrite);
  }

  boost::asio::awaitable<outbox::HostSign> probe(outbox::Probe what) override {
    return sync_.probe(what);
  }

 private:
  RelaySync& sync_;
  RelayCheck& check_;
};

}  // namespace tender::infra
