// What is done to triggers. Each method is one transaction, or joins the one under way, and writes
// an activity of the resource `trigger` in it. A light value that borrows what it is made of.
#pragma once

#include <string>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/base/random.hpp"
#include "tender/base/secret.hpp"
#include "tender/hook/address_guard.hpp"
#include "tender/hook/secret_box.hpp"
#include "tender/hook/trigger_table.hpp"
#include "tender/store/command.hpp"

namespace tender::hook {

/// No trigger has that id or name.
class NoSuchTrigger : public store::CommandError {
 public:
  explicit NoSuchTrigger(std::string_view name);
};

class TriggerCommand {
 public:
  struct Setup {
    store::Database& database;
    store::Command command;  // acts for whoever is recorded as the cause
    const Clock& clock;
    Random& random;
    const SecretBox* box;  // null: TRIGGER_KEY_FILE is not set
    ReceiverRules rules;
    std::string principal;  // of a new trigger
  };
  explicit TriggerCommand(Setup setup) : setup_(std::move(setup)), table_(setup_.database) {}

  struct Changed {
    Trigger trigger;
    Secret generated{};  // the secret, if it was `generate`: to be shown once; else empty
  };
  /// Needs name, URL and events; without a secret one is generated. Throws CommandError that lists
  /// every fault, the name that is taken among them.
  Changed create(const TriggerChange& change);

  /// Throws NoSuchTrigger, and CommandError as create().
  Changed update(std::string_view id, const TriggerChange& change);

  /// Its deliveries under way are dropped when their turn comes. Throws NoSuchTrigger.
  void remove(std::string_view id);

  /// Without an activity if it is so already. Throw NoSuchTrigger.
  Trigger enable(std::string_view id);
  Trigger disable(std::string_view id, const std::string& reason);

 private:
  struct Sealed {
    std::string stored;
    Secret generated;
  };
  [[nodiscard]] Sealed seal(const std::string& secret, const std::string& owner) const;
  [[nodiscard]] Trigger require(std::string_view id) const;
  Changed apply(Trigger trigger, const TriggerChange& change) const;
  void record(std::string_view type, const Trigger& trigger, const std::string& detail);

  Setup setup_;
  TriggerTable table_;
};

/// How people name a trigger: by name, else by id. Throws NoSuchTrigger.
[[nodiscard]] Trigger require_trigger(store::Database& database, std::string_view name);

}  // namespace tender::hook
