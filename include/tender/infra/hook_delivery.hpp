// The executor of hook_delivery: sends one webhook, signed, and says what its answer means for it.
// The dispatcher drives it. Borrows what it is made of.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/config/env.hpp"
#include "tender/hook/delivery_table.hpp"
#include "tender/hook/secret_box.hpp"
#include "tender/hook/signing_key.hpp"
#include "tender/hook/trigger_table.hpp"
#include "tender/http/transport.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/store/command.hpp"

namespace tender::infra {

class HookDelivery final : public outbox::Executor {
 public:
  struct Runtime {
    store::Database& database;
    Clock& clock;
    Random& random;
    http::Transport& transport;  // whose client guards the addresses
    Logger& logger;
    Metrics metrics{};
  };
  /// Throws Error when TRIGGER_KEY is not a key.
  HookDelivery(const config::TriggerSettings& settings, store::Command command, Runtime runtime);

  /// Reads the trigger as it is now: its secrets are today's, and what was deleted or disabled gets
  /// nothing.
  std::unique_ptr<outbox::Execution> begin(const outbox::Job& job, bool may_overwrite) override;

 private:
  class Execution;
  class Ended;

  [[nodiscard]] std::vector<hook::SigningKey> keys_of(const hook::Trigger& trigger) const;
  void end(const outbox::Job& job, const hook::Delivery& delivery, std::string_view result,
           const std::string& note);
  void disable(const hook::Delivery& delivery);

  const config::TriggerSettings& settings_;
  store::Command command_;
  Runtime runtime_;
  std::optional<hook::SecretBox> box_;  // nothing: TRIGGER_KEY is not set
  hook::TriggerTable triggers_;
  hook::DeliveryTable ended_;
  outbox::DeadLetters letters_;
  Counter deliveries_;
  Histogram ages_;
};

}  // namespace tender::infra
