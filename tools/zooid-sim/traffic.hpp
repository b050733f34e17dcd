// How many requests are under way, all in all and per relay: what tests assert "never two at once
// for one relay" with. Counts only.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace zooid_sim {

class Traffic {
 public:
  struct Relay {
    std::uint64_t writes = 0;  // POST, PUT, PATCH and DELETE requests received
    int concurrent = 0;        // writes under way now
    int max_concurrent = 0;
  };

  /// A request was received. `relay` is empty unless it is a write to that relay.
  void begin(const std::string& relay);

  /// It was answered with `status`, or (0) its connection ended without an answer.
  void end(const std::string& relay, int status);

  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  [[nodiscard]] int in_flight() const { return in_flight_; }
  [[nodiscard]] int max_in_flight() const { return max_in_flight_; }
  /// Finished requests by status; 0 stands for those that got no answer.
  [[nodiscard]] const std::map<int, std::uint64_t>& by_status() const { return by_status_; }
  [[nodiscard]] const std::map<std::string, Relay>& relays() const { return relays_; }

 private:
  std::uint64_t requests_ = 0;
  int in_flight_ = 0;
  int max_in_flight_ = 0;
  std::map<int, std::uint64_t> by_status_;
  std::map<std::string, Relay> relays_;
};

}  // namespace zooid_sim
