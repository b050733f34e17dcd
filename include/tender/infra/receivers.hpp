// The receivers of webhooks as destinations: one for each origin that triggers or deliveries name.
// Borrows what it is made of.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tender/hook/trigger_table.hpp"
#include "tender/http/transport.hpp"
#include "tender/outbox/kind.hpp"

namespace tender::infra {

class Receivers final : public outbox::DestinationSource {
 public:
  /// How long a receiver may take for its answer.
  static constexpr std::chrono::seconds kTimeout{15};

  Receivers(store::Database& database, http::Transport& transport, const Clock& clock)
      : triggers_(database), transport_(transport), clock_(clock) {}

  [[nodiscard]] std::optional<outbox::Destination> open(const std::string& name) override;
  [[nodiscard]] bool is_wanted(const std::string& name) override;
  void close(const std::string& name) override;

  [[nodiscard]] int rate_of(const std::string& name) override;

 private:
  class Receiver;

  hook::TriggerTable triggers_;
  http::Transport& transport_;
  const Clock& clock_;
  std::map<std::string, std::unique_ptr<outbox::Prober>> open_;
};

}  // namespace tender::infra
