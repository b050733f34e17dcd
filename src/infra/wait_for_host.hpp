// A sync whose turn has not come: zooid still has a deleted relay under the host that this one is
// to get. It asks zooid for nothing, is not counted as a failure, and is due again later. Used by
// RelaySync.
#pragma once

#include "tender/base/clock.hpp"
#include "tender/outbox/executor.hpp"

namespace tender::infra {

class WaitForHost final : public outbox::Execution {
 public:
  static constexpr std::chrono::seconds kPause{1};
  static constexpr std::chrono::seconds kLongestPause{30};

  explicit WaitForHost(TimePoint until) : until_(until) {}

  [[nodiscard]] bool asks_destination() const override { return false; }
  [[nodiscard]] bool overwrites() const override { return false; }
  boost::asio::awaitable<void> run() override { co_return; }
  [[nodiscard]] outbox::DestinationSign destination_sign() const override { return {}; }
  outbox::Settlement settle(Circumstances /*circumstances*/) override {
    return outbox::WaitUntil{until_};
  }

 private:
  TimePoint until_;
};

}  // namespace tender::infra
