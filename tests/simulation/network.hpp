// The network and the zooid behind it: gives each request of the process a fate, carries it out on
// the timeline, and tells the witness. What is under way survives the process that sent it, as on a
// real network.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include "tender/base/wakeup.hpp"
#include "tender/http/transport.hpp"

#include "simulation/fate.hpp"
#include "simulation/timeline.hpp"
#include "simulation/trace.hpp"
#include "simulation/watcher.hpp"
#include "simulation/weather.hpp"
#include "support/zooid_model.hpp"

namespace tender::simulation {

/// One request, from its sending to its last effect.
struct Call {
  int number = 0;
  http::Method method = http::Method::get;
  std::string relay;  // empty for a look
  std::string host;   // of a look, which is a request for a relay's NIP-11 document
  nlohmann::json body;
  TimePoint sent_at{};
  bool applied = false;                  // zooid did what it asks
  std::optional<http::Exchange> answer;  // what the client hears
  bool forged = false;                   // that, by something between it and zooid
  bool delivered = false;                // the client may read it
  Wakeup* client = nullptr;              // null when the process that sent it is gone

  [[nodiscard]] bool is_look() const { return !host.empty(); }
  /// Whether it only asks zooid whether it answers.
  [[nodiscard]] bool is_probe() const { return method == http::Method::get && !is_look(); }
};

/// How the ids of relays begin that no row describes.
inline constexpr std::string_view kStranger = "stranger-";

/// Told of all that happens, at once.
class NetworkListener {
 public:
  virtual ~NetworkListener() = default;
  virtual void sent(const Call& call) = 0;
  virtual void applied(const Call& call, const http::Response& answer) = 0;
  virtual void heard(const Call& call) = 0;  // the client has its answer
  virtual void wiped() = 0;
  virtual void torn(const std::string& relay) = 0;  // its file is empty now
  virtual void renamed(const std::string& relay, const std::string& name) = 0;  // by its owner
  virtual void edited(const std::string& relay) = 0;  // another owner, or active or not
  virtual void rekeyed(const std::string& relay, const std::string& secret) = 0;  // by hand
  virtual void settled(const std::string& stranger, const std::string& host) = 0;
};

class Network final : public http::Transport {
 public:
  /// All but the dice is borrowed.
  Network(Timeline& timeline, Weather& weather, Trace& trace, Dice dice)
      : timeline_(timeline),
        weather_(weather),
        trace_(trace),
        dice_(dice),
        watcher_(timeline, weather, trace, zooid, Dice(dice.next(), 1)) {}

  void set_listener(NetworkListener& listener) { listener_ = &listener; }

  /// Exchanges from now on are of the process with this clock; its wall clock runs ahead of true
  /// time by `skew`, which zooid notices.
  void attach(Clock& clock) { clock_ = &clock; }
  void set_skew(Milliseconds skew) { skew_ = skew; }

  boost::asio::awaitable<http::Exchange> exchange(http::Request request) override;

  /// Until `length` from now nobody reaches zooid; another outage replaces it.
  void begin_outage(FaultKind kind, OutageStyle style, Milliseconds length);

  /// zooid ends, and starts again `after` from now.
  void restart_zooid(Milliseconds after);

  /// Ends what ails zooid, and lets it read what waits to be read.
  void heal();

  /// For `length`, zooid cannot write its files, or cannot read them either.
  void break_storage(FaultKind kind, Milliseconds length);

  /// The machine of zooid crashed: what it wrote last is empty, and it starts again.
  void tear_newest();

  /// zooid loses its config directory.
  void wipe();

  /// The owner of some relay gives it another name (NIP-86), which zooid writes to the relay's
  /// file.
  void rename_some_relay();

  /// Somebody writes another owner, or `inactive`, into the file of some relay.
  void edit_some_file();
  void rekey_some_file();

  /// A relay that no row describes, at that host, unless some relay has it.
  void settle_stranger(const std::string& host);

  // Without looks and probes: these never end.

  /// What calls have still to do.
  [[nodiscard]] int under_way() const { return under_way_; }
  /// How many there were so far.
  [[nodiscard]] int calls_about_relays() const { return calls_ - looks_ - probes_; }

  test::ZooidModel zooid;

 private:
  struct Outage {
    OutageStyle style;
    TimePoint until;
  };

  void begin(const std::shared_ptr<Call>& call, Milliseconds timeout);
  [[nodiscard]] Fate choose_fate(const Call& call, Milliseconds timeout);
  void apply(Call& call);
  [[nodiscard]] std::optional<std::string> some_relay(
      const std::function<bool(const std::string& id, const nlohmann::json& file)>& wanted);
  http::Response carry_out(const Call& call);
  void deliver(Call& call);

  Timeline& timeline_;
  Weather& weather_;
  Trace& trace_;
  Dice dice_;
  Watcher watcher_;
  NetworkListener* listener_ = nullptr;
  Clock* clock_ = nullptr;
  Milliseconds skew_{};
  std::optional<Outage> outage_;
  std::string newest_written_;  // relay
  TimePoint storage_mended_at_{};
  std::map<std::string, int> newest_applied_;  // the number of a relay's newest applied call
  int calls_ = 0;
  int looks_ = 0;   // of these
  int probes_ = 0;  // and of these, without those that write
  int renames_ = 0;
  int strangers_ = 0;
  int rekeyed_ = 0;
  int under_way_ = 0;
};

/// The answer in a few words, for the trace.
[[nodiscard]] std::string describe(const http::Exchange& exchange);

}  // namespace tender::simulation
