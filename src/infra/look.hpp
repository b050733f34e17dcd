// One request for a relay's NIP-11 document, beside zooid's file of the relay where tender can read
// it (ZOOID_CONFIG_DIR), and what they have shown of the relay and of zooid. Executions derive from
// it and say what follows.
#pragma once

#include <optional>

#include "tender/base/clock.hpp"
#include "tender/config/env.hpp"
#include "tender/model/relay.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/store/query.hpp"
#include "tender/zooid/client.hpp"
#include "tender/zooid/config_file.hpp"
#include "tender/zooid/liveness.hpp"

namespace tender::infra {

class Look : public outbox::Execution {
 public:
  /// Borrows all but the relay and the time: when the relay's last sync completed
  /// (Query::find_last_sync).
  Look(zooid::Client& client, const config::Env& env, const Clock& clock, Relay relay,
       std::optional<TimePoint> taken_at);

  [[nodiscard]] bool asks_destination() const override { return true; }
  [[nodiscard]] bool overwrites() const override { return false; }
  boost::asio::awaitable<void> run() override;

  /// A relay that is served shows that zooid runs. A direct look that cannot reach the API's
  /// address shows a fault.
  [[nodiscard]] outbox::DestinationSign destination_sign() const override { return sign_; }

 protected:
  [[nodiscard]] const Relay& relay() const { return relay_; }
  [[nodiscard]] const zooid::LivenessVerdict& verdict() const { return verdict_; }

  /// Makes the verdict of what this look has shown: first of all when it settles. A second time,
  /// when the transaction has failed, changes nothing.
  void conclude(const store::Query& query);

 private:
  // zooid's file of the relay at one moment.
  struct File {
    bool readable = false;  // whether the directory is known and can be read
    std::optional<zooid::ConfigFile> content{};
  };
  [[nodiscard]] File read_file() const;

  zooid::Client& client_;
  const config::Env& env_;
  const Clock& clock_;
  Relay relay_;
  std::optional<TimePoint> taken_at_;
  File before_;
  File after_;
  zooid::LivenessVerdict verdict_;
  outbox::DestinationSign sign_;
};

}  // namespace tender::infra
