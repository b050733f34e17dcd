// What puts webhooks into the outbox: the events that triggers want, those that a person wants to
// be delivered after all; and what gives up those whose time is over. Methods are part of the
// caller's transaction. Borrows what it is made of.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/config/env.hpp"
#include "tender/hook/delivery_table.hpp"
#include "tender/hook/trigger_table.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/query.hpp"

namespace tender::infra {

class HookOutbox {
 public:
  HookOutbox(store::Database& database, store::Query query, const config::TriggerSettings& settings,
             const Clock& clock, Logger& logger, const Metrics& metrics);

  /// A row for each trigger that wants the activity. Returns the destinations that have new work.
  [[nodiscard]] std::vector<std::string> fan_out(const Activity& activity);

  /// Carries out a `redrive_delivery`: the row of a dead letter again, with what its trigger says
  /// now. Returns the destination; nothing if letter or trigger are gone.
  [[nodiscard]] std::optional<std::string> redrive(const Activity& activity);

  using Busy = std::function<bool(const std::string& key)>;
  using GivenUp =
      std::function<void(const outbox::Job& job, const outbox::GiveUp& why, std::int64_t letter)>;
  /// Makes dead letters of the rows whose time is over and that are not under way, at most a
  /// portion of them. Whether there may be more.
  bool give_up_expired(const Busy& is_busy, const GivenUp& given_up);

 private:
  [[nodiscard]] bool is_filtered(const hook::Trigger& trigger, const Activity& activity) const;
  void enqueue(const std::string& key, const hook::Delivery& delivery,
               const hook::DeliveryPolicy& policy, const hook::Trigger& trigger);

  store::Query query_;
  const config::TriggerSettings& settings_;
  const Clock& clock_;
  Logger& logger_;
  outbox::Outbox outbox_;
  outbox::DeadLetters letters_;
  hook::TriggerTable triggers_;
  Counter deliveries_;
};

}  // namespace tender::infra
