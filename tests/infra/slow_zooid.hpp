// A zooid whose reloads take time, behind http::Transport and on virtual time: one watcher reloads
// one file after the other, long after the API has answered; and while zooid starts it loads all
// files first and watches them only then, so that a file written after it was loaded is not
// reloaded. Every request is well formed, since nothing else is tested with it; a lookup costs the
// same however many relays there are.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "tender/base/clock.hpp"
#include "tender/http/transport.hpp"

namespace tender::test {

class SlowZooid final : public http::Transport {
 public:
  explicit SlowZooid(Milliseconds reload) : reload_(reload) {}

  /// Before the first exchange.
  void use(Clock& clock) { clock_ = &clock; }

  boost::asio::awaitable<http::Exchange> exchange(http::Request request) override;

  /// The process ends and begins again: from now on it loads one relay after the other.
  void restart();

  /// When the last file that was written, or loaded at the start, is served.
  [[nodiscard]] TimePoint served_at() const { return free_at_; }
  /// How often the relay's file was written since zooid started.
  [[nodiscard]] int writes(const std::string& relay) const;
  /// The name that is served at the host; empty: none.
  [[nodiscard]] std::string name_at(const std::string& host);

  Milliseconds write_latency{5};
  Milliseconds look_latency{1};
  int looks = 0;

 private:
  struct Load {
    TimePoint at{};
    std::string relay;
  };

  http::Response write(const http::Request& request);
  http::Response look(const std::string& host);
  void load_what_is_due();
  void load(const std::string& relay);

  Milliseconds reload_;
  Clock* clock_ = nullptr;
  std::map<std::string, nlohmann::json> files_;             // by the relay's id
  std::unordered_map<std::string, std::string> hosts_;      // that are served, by the relay's id
  std::unordered_map<std::string, std::string> documents_;  // by host
  std::unordered_map<std::string, int> writes_;
  std::deque<Load> queue_;  // of the watcher, in the order of their times
  TimePoint free_at_{};     // when the watcher is through
  TimePoint watches_from_{};
};

}  // namespace tender::test
