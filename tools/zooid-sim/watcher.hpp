// What zooid serves, which is not what its files say: it loads the relays one after another when it
// starts, watches the directory only then, and reloads one relay at a time. A file written after
// its load and before the watch begins is not seen until it is written again. Runs on the
// io_context's one thread and never blocks it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "zooid-sim/config_store.hpp"
#include "zooid-sim/waits.hpp"

namespace zooid_sim {

class Watcher {
 public:
  /// Called when a relay kills zooid, with what zooid says and its exit code. When it returns, the
  /// relay counts as one that cannot be loaded.
  using Death = std::function<void(const std::string& text, int code)>;

  /// Borrows the store and the waits. A reload takes `reload` by the clock.
  Watcher(boost::asio::any_io_executor executor, ConfigStore& store, Waits& waits,
          Generation generation, tender::Milliseconds reload, Death death);

  /// Begins to load what the directory holds. The Watcher must live until the waits have ended.
  void start();

  /// The relay's file was written or removed.
  void note(const std::string& id);

  /// The relay's next reload fails: it is absent until its file is written again.
  void fail_next(const std::string& id) { failing_.insert(id); }

  /// Reloads what was noted; at once when a reload takes no time.
  void run();

  /// Waits for the reload that is under way: requests to the relays' hosts wait for it.
  boost::asio::awaitable<void> idle();

  /// The relay served on that host; null when there is none.
  [[nodiscard]] const Config* serve(const std::string& host) const;
  /// Its id; empty when there is none.
  [[nodiscard]] std::string relay_at(const std::string& host) const;

  /// Whether the relay's last load succeeded.
  [[nodiscard]] bool loaded(const std::string& id) const { return loaded_.contains(id); }
  /// Whether the start is over.
  [[nodiscard]] bool watching() const { return watching_; }
  /// Relays that wait to be loaded or reloaded.
  [[nodiscard]] std::size_t waiting() const { return queue_.size() + (busy_ ? 1 : 0); }

 private:
  boost::asio::awaitable<void> one_by_one();
  [[nodiscard]] std::optional<Config> read(const std::string& id);
  [[nodiscard]] bool survives(const Config& config);
  void install(const std::string& id, std::optional<Config> config);
  [[nodiscard]] std::string next();

  boost::asio::any_io_executor executor_;
  ConfigStore& store_;
  Waits& waits_;
  Generation generation_;
  tender::Milliseconds reload_;
  Death death_;

  bool watching_ = false;
  bool busy_ = false;
  tender::TimePoint turn_ends_{};
  std::size_t to_load_ = 0;  // entries at the front of the queue that the start put there
  std::deque<std::string> queue_;
  std::set<std::string> failing_;
  std::set<std::string> loaded_;
  std::map<std::string, std::shared_ptr<const Config>> by_id_;    // shared: found by both
  std::map<std::string, std::shared_ptr<const Config>> by_host_;  // the last one loaded wins
};

}  // namespace zooid_sim
