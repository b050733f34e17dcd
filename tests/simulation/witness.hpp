// Watches one life from outside: every request on the wire and every row that is committed, and
// says at once when a rule is broken. It reads the database through a connection of its own. The
// rules at the end of a life are in final_rules.hpp.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "tender/config/env.hpp"
#include "tender/store/database.hpp"

#include "simulation/claim_witness.hpp"
#include "simulation/host_witness.hpp"
#include "simulation/look_witness.hpp"
#include "simulation/network.hpp"
#include "simulation/relay_record.hpp"
#include "simulation/storage_witness.hpp"
#include "simulation/tables.hpp"
#include "simulation/timeline.hpp"
#include "simulation/trace.hpp"
#include "simulation/turn_witness.hpp"

namespace tender::simulation {

class Witness final : public NetworkListener {
 public:
  /// All is borrowed.
  Witness(const config::Env& env, const Clock& clock, Timeline& timeline, Trace& trace);

  /// Opens the witness's own connection; everything else needs it. Says so when rows that were
  /// committed are not there any more.
  void connect(const std::filesystem::path& path);
  void disconnect();
  [[nodiscard]] const Tables& tables() const { return *tables_; }

  void sent(const Call& call) override;
  void applied(const Call& call, const http::Response& answer) override;
  void heard(const Call& call) override;
  void wiped() override;
  void torn(const std::string& relay) override;
  void renamed(const std::string& relay, const std::string& name) override;
  void edited(const std::string& relay) override;
  void rekeyed(const std::string& relay, const std::string& secret) override;
  void settled(const std::string& stranger, const std::string& host) override;

  /// Reads what was committed since the last time.
  void catch_up();
  /// All that the process does at this time is done.
  void instant_ended();
  /// A write to the database failed: the process may have to undo what it had claimed.
  void store_failed();

  /// The next process has that environment.
  void settings_changed(const config::Env& env);

  /// The process has ended: what it had under way is nobody's.
  void process_ended();
  void process_started() { host_.process_started(); }
  /// The wall clock jumped: waits that began before it prove nothing.
  void clock_jumped();
  /// A program changed the row without a word in the log.
  void silently_changed(const std::string& relay);

  [[nodiscard]] const RelayRecord& record(const std::string& relay) { return records_[relay]; }
  /// Whether the relay is lost with nine others or more: then no dead letter says so of each.
  [[nodiscard]] bool waits_with_many_lost(const std::string& relay) const;
  [[nodiscard]] LookWitness& looks() { return looks_; }
  [[nodiscard]] bool any_under_way() const;

 private:
  void look_sent(const Call& call);
  [[nodiscard]] LookWitness::Asker asker_of_look(const std::string& relay) const;
  void probe_sent(const Call& call);
  void write_sent(const Call& call, RelayRecord& record, bool second);
  [[nodiscard]] static nlohmann::json config_asked(const Call& call, const RelayRecord& record);
  void check_left_out(const Call& call, const RelayRecord& record);
  void check_owners_name(const Call& call, const RelayRecord& record);
  void read_adoption(const LogRow& row, RelayRecord& record);
  [[nodiscard]] bool adopts(const std::string& relay) const;
  void write_heard(const Call& call, const Meaning& meaning, RelayRecord& record);
  void probe_heard(const Call& call, const Meaning& meaning);
  [[nodiscard]] bool goes_on(const Call& call) const;
  void end_job();
  [[nodiscard]] int jobs_under_way() const;
  [[nodiscard]] bool may_be_busy(const std::string& relay) const;
  void check_create(const Call& call, RelayRecord& record);
  void check_delete(const Call& call);
  void check_pause(const Call& call);
  void check_not_deleted(const Call& call);
  static void deleted(RelayRecord& record);
  void check_replace(const Call& call, RelayRecord& record);
  void check_fresh(const Call& call);
  [[nodiscard]] bool is_recreate_asked(const std::string& relay, const RelayRecord& record) const;
  void check_update(const Call& call, RelayRecord& record);
  void check_backoff(const Call& call, const RelayRecord& record);
  [[nodiscard]] bool is_host_free(const RelayRecord& record) const;
  void begin_attempt(const Call& call, RelayRecord& record);
  static void begin_doubt(TimePoint until, RelayRecord& record);
  void end_doubt(const std::string& relay, RelayRecord& record);
  void check_next_try(const std::string& relay, const RelayRecord& record);
  [[nodiscard]] Milliseconds full_delay(int failures) const;
  void read_activity(const LogRow& row);
  void check_revision(const std::string& id, RelayRecord& record);
  void read_command(const LogRow& row, RelayRecord& record);
  void read_completion(const LogRow& row, RelayRecord& record);
  void check_unchanged(const RelayRow& relay);
  void check_nothing_dropped(const std::string& relay, const RelayRecord& record);
  void read_failure(const LogRow& row, RelayRecord& record);
  void read_dead_letters();
  [[nodiscard]] bool justifies_letter(const std::string& relay, const RelayRecord& record,
                                      const std::string& reason) const;

  std::unique_ptr<store::Database> database_;
  std::optional<Tables> tables_;  // of that
  config::Env env_;
  const Clock& clock_;
  Timeline& timeline_;
  Trace& trace_;
  StorageWitness storage_;
  HostWitness host_;
  LookWitness looks_;
  ClaimWitness claims_;
  TurnWitness turns_;
  std::map<std::string, RelayRecord> records_;
  std::set<std::string> secrets_;  // every one that was ever sent
  TimePoint scratch_heard_at_{};
  TimePoint store_failed_at_{};
  struct Ending {
    std::string relay;
    http::Method method;  // of its last request
    Meaning meaning;
  };
  std::optional<Ending> ending_;  // a job has ended so, unless it sends another request at once
  std::int64_t last_seq_ = 0;
  std::int64_t last_letter_ = 0;
  std::int64_t seen_version_ = 0;
};

/// The config that the newest zooid has when it takes `body` for a relay that it did not know,
/// without the secret.
[[nodiscard]] nlohmann::json config_of(const nlohmann::json& body);

}  // namespace tender::simulation
