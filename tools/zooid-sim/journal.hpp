// What the sim saw: one record per request on the API's port, kept for tests and for the control
// API. A value and a bounded list.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "tender/base/clock.hpp"

namespace zooid_sim {

/// How far a request has come. `applied`: a write took effect. `dropped`: the client got no whole
/// HTTP answer, because of a fault or because it left.
enum class Stage : std::uint8_t { received, applied, answered, dropped };

[[nodiscard]] std::string_view to_string(Stage stage);

struct RequestEvent {
  std::uint64_t seq = 0;   // 1 for the first
  tender::TimePoint time;  // when it had been read
  std::string method;
  std::string host;
  std::string path;
  std::string relay;   // the id in the path of an API request, else empty
  std::string pubkey;  // the signer's hex, once NIP-98 accepted it
  std::string body;
  std::string fault;  // the action of the fault that met it, else empty
  int status = 0;     // that the client sees; 0 when it sees none
  Stage stage = Stage::received;
  bool applied = false;
};

/// Called at each stage, on the io_context's thread, before the request goes on.
using EventHook = std::function<void(const RequestEvent&)>;

[[nodiscard]] nlohmann::json to_json(const RequestEvent& event);

class Journal {
 public:
  /// The number of the next request.
  [[nodiscard]] std::uint64_t next_seq() { return ++last_seq_; }

  /// Adds the event, or puts it in the place of the earlier one with its seq. The oldest go when
  /// there are more than 10,000.
  void put(const RequestEvent& event);

  /// By seq.
  [[nodiscard]] const std::map<std::uint64_t, RequestEvent>& events() const { return events_; }

  /// Forgets all; a request that is under way comes back with its next stage.
  void clear() { events_.clear(); }

 private:
  std::map<std::uint64_t, RequestEvent> events_;
  std::uint64_t last_seq_ = 0;
};

}  // namespace zooid_sim
