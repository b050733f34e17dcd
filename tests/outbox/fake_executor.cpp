#include "fake_executor.hpp"

#include <algorithm>
#include <utility>

namespace tender::outbox {

class FakeExecutor::Work final : public Execution {
 public:
  Work(FakeExecutor& owner, std::string key, Plan plan)
      : owner_(owner), key_(std::move(key)), plan_(std::move(plan)) {}

  boost::asio::awaitable<void> run() override {
    enter();
    const auto timer = owner_.clock_.make_timer();
    const TimePoint end = owner_.clock_.now() + plan_.takes;
    co_await timer->wait_until(end);
    --owner_.running_[key_];
  }

  [[nodiscard]] bool asks_destination() const override { return plan_.asks_destination; }
  [[nodiscard]] bool overwrites() const override { return plan_.overwrites; }
  [[nodiscard]] DestinationSign destination_sign() const override { return plan_.sign; }

  Settlement settle(Circumstances circumstances) override {
    owner_.settled.push_back({key_, circumstances.superseded, circumstances.counts});
    if (!circumstances.counts) {
      return StayDue{};
    }
    return plan_.settle ? plan_.settle(circumstances.superseded) : Settlement(Complete{});
  }

 private:
  void enter() {
    const int here = ++owner_.running_[key_];
    owner_.most_at_once_for_one_key = std::max(owner_.most_at_once_for_one_key, here);
    int all = 0;
    for (const auto& [key, count] : owner_.running_) {
      all += count;
    }
    owner_.most_at_once = std::max(owner_.most_at_once, all);
  }

  FakeExecutor& owner_;
  std::string key_;
  Plan plan_;
};

std::unique_ptr<Execution> FakeExecutor::begin(const Job& job, bool may_overwrite) {
  begun.push_back(job);
  Plan plan = script ? script(job) : Plan();
  if (plan.overwrites && !may_overwrite) {
    begun.pop_back();
    return nullptr;
  }
  return std::make_unique<Work>(*this, job.key, std::move(plan));
}

boost::asio::awaitable<DestinationSign> FakeExecutor::probe(Probe what) {
  probes.push_back(clock_.now());
  probe_kinds.push_back(what);
  if (probe_takes > Milliseconds::zero()) {
    const auto timer = clock_.make_timer();
    const TimePoint end = clock_.now() + probe_takes;
    co_await timer->wait_until(end);
  }
  co_return probe_answer;
}

}  // namespace tender::outbox
