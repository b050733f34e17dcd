#include "simulation/witness.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "support/zooid_model.hpp"

namespace tender::simulation {

using namespace nlohmann::json_literals;
namespace {

constexpr std::array kOwnersFields{"name", "description", "icon"};

}  // namespace

nlohmann::json config_of(const nlohmann::json& body) {
  nlohmann::json config = nlohmann::json::object();
  config.merge_patch(body);
  config.erase("secret");
  return test::ZooidModel().kept(config);
}

Witness::Witness(const config::Env& env, const Clock& clock, Timeline& timeline, Trace& trace)
    : env_(env),
      clock_(clock),
      timeline_(timeline),
      trace_(trace),
      storage_(timeline, trace),
      host_(timeline, trace, env),
      looks_(timeline, trace),
      claims_(clock, trace),
      turns_(clock, trace, static_cast<int>(env.relay_sync_concurrency)) {}

void Witness::connect(const std::filesystem::path& path) {
  database_ = std::make_unique<store::Database>(path, clock_, store::Database::Options{});
  tables_.emplace(*database_, env_);
  seen_version_ = 0;
  if (const auto last = tables_->last_log_row(); last < last_seq_) {
    trace_.violate("rows of the log are lost: it ends at {}, and {} was committed", last,
                   last_seq_);
  }
}

void Witness::disconnect() {
  tables_.reset();
  database_.reset();
}

void Witness::sent(const Call& call) {
  host_.heard_of();
  const bool second = goes_on(call);
  if (second) {
    ending_.reset();
  }
  catch_up();
  check_pause(call);
  if (call.is_look()) {
    look_sent(call);
  } else if (call.is_probe() || call.relay == kScratchRelay) {
    probe_sent(call);
  } else {
    write_sent(call, records_[call.relay], second);
  }
}

void Witness::probe_sent(const Call& call) {
  const bool scratch = call.relay == kScratchRelay;
  if (scratch) {
    storage_.scratch_sent(call);
  }
  host_.probe_sent(call, scratch && scratch_heard_at_ == timeline_.now());
}

void Witness::write_sent(const Call& call, RelayRecord& record, bool second) {
  if (looks_.any_at(call.relay)) {
    trace_.violate("relay {} is sent while it is being looked at", call.relay);
  }
  if (++record.under_way > 1) {
    trace_.violate("two requests of relay {} are under way at once", call.relay);
  }
  if (!second) {
    begin_attempt(call, record);
    check_not_deleted(call);
  }
  switch (call.method) {
    case http::Method::post:
      check_create(call, record);
      break;
    case http::Method::put:
      check_replace(call, record);
      break;
    case http::Method::patch:
      check_update(call, record);
      break;
    default:
      check_delete(call);
  }
  if (record.requests == 0) {
    record.overwrites = call.method == http::Method::patch ||
                        (call.method == http::Method::post && record.may_exist);
  }
  storage_.sent(call, record.overwrites ? std::optional(record.attempt_at) : std::nullopt);
  ++record.requests;
  record.sent = config_asked(call, record);
  record.in_doubt = true;
  record.had_changed = record.may_have_changed;
  record.may_have_changed = true;
  record.heard = Heard::nothing;
}

// What zooid has after the request: an owner's fields that it leaves out stay as they are.
nlohmann::json Witness::config_asked(const Call& call, const RelayRecord& record) {
  if (call.method == http::Method::delete_) {
    return nullptr;
  }
  nlohmann::json config = config_of(call.body);
  for (const char* key : kOwnersFields) {
    if (!config["info"].contains(key) && record.known) {
      config["info"][key] = record.known->at("info").at(key);
    }
  }
  return config;
}

bool Witness::adopts(const std::string& relay) const {
  if (env_.relay_drift != config::RelayDrift::automatic) {
    return env_.relay_drift == config::RelayDrift::adopt;
  }
  const auto row = tables_->relay(relay);
  return row && !row->deleted && row->config.at("management").at("enabled") == true;
}

// An owner's edit is overwritten only when the row's name has changed too, when it is uncertain
// what zooid holds or who the relay is, when zooid was seen not to serve what it took, or when a
// person wants all sent.
void Witness::check_owners_name(const Call& call, const RelayRecord& record) {
  const auto row = tables_->relay(call.relay);
  const bool uncertain = record.may_have_changed || record.in_doubt || record.may_send_again ||
                         record.forced || record.unknown_until.has_value();
  if (!record.owners_name || !record.known || uncertain || !row || row->live == false ||
      record.rekeyed || !adopts(call.relay)) {
    return;
  }
  const auto& info = call.body.at("info");
  if (info.contains("name") && info["name"] == record.known->at("info").at("name")) {
    trace_.violate("relay {} has the name that its owner gave it, and that is overwritten",
                   call.relay);
  }
}

void Witness::check_left_out(const Call& call, const RelayRecord& record) {
  const bool known = adopts(call.relay) && !record.may_have_changed && record.known;
  for (const char* key : kOwnersFields) {
    if (!known && !call.body.at("info").contains(key)) {
      trace_.violate("relay {} is sent without its {}, and zooid is not known to have it",
                     call.relay, key);
    }
  }
}

int Witness::jobs_under_way() const {
  const auto syncs =
      std::ranges::count_if(records_, [](const auto& entry) { return entry.second.under_way > 0; });
  return static_cast<int>(syncs) + looks_.under_way();
}

bool Witness::may_be_busy(const std::string& relay) const {
  const auto found = records_.find(relay);
  return looks_.any_at(relay) || looks_.heard_now(relay) ||
         (found != records_.end() &&
          (found->second.under_way > 0 || found->second.heard_at == timeline_.now()));
}

void Witness::instant_ended() {
  catch_up();
  claims_.instant_ended(*tables_);
  turns_.instant_ended(*tables_);
  // Nothing is made of what an owner changed until the pause is over.
  looks_.instant_ended(*tables_, host_.failing() || tables_->is_paused(clock_.now()));
  if (!storage_.failing()) {  // else a probe would write, which an operator may have forbidden
    host_.check_silence();
  }
  if (any_under_way() && tables_->is_paused_and_quiet(clock_.now())) {
    trace_.violate("an operator is told that nothing is under way, and something is");
  }
}

void Witness::store_failed() {
  host_.heard_of();  // nothing is asked while nothing can be written
  store_failed_at_ = timeline_.now();
  looks_.store_failed();
  claims_.start_over();
  turns_.start_over();
}

void Witness::look_sent(const Call& call) {
  host_.job_sent(call, jobs_under_way());
  auto relay = tables_->relay_at(call.host);
  if (!relay) {
    trace_.violate("#{} looks at {}, which is nobody's host", call.number, call.host);
    return;
  }
  if (records_[relay->id].under_way > 0) {
    trace_.violate("relay {} is looked at while it is being sent", relay->id);
  }
  turns_.look_sent(call, relay->id, *tables_, looks_.checks_under_way());
  const auto asker = asker_of_look(relay->id);
  looks_.sent(call, std::move(*relay), asker);
}

LookWitness::Asker Witness::asker_of_look(const std::string& relay) const {
  using Asker = LookWitness::Asker;
  if (tables_->job(/*sync=*/true, relay)) {
    return Asker::unsent_sync;
  }
  const auto check = tables_->job(/*sync=*/false, relay);
  return check && check->asked_seq > 0 ? Asker::sent_sync : Asker::other;
}

void Witness::begin_attempt(const Call& call, RelayRecord& record) {
  host_.job_sent(call, jobs_under_way() - 1);
  const auto busy = [this](const auto& relay) { return may_be_busy(relay); };
  claims_.sent(call.relay, *tables_, busy);
  turns_.sync_sent(*tables_, busy, looks_.under_way() + looks_.heard_now());
  check_backoff(call, record);
  if (record.last_command > record.routed) {
    record.backoff_broken = true;  // the wait was over when the worker learned of the command
  }
  record.routed = tables_->routed();
  record.attempt_open = true;
  record.was_in_doubt = record.in_doubt || record.may_send_again;
  record.requests = 0;
  record.attempt_at = timeline_.now();
  record.clock_jumped_in_attempt = false;
}

// The operator was told that nothing is under way.
void Witness::check_pause(const Call& call) {
  if (call.method != http::Method::get && tables_->is_paused_and_quiet(clock_.now())) {
    trace_.violate("#{} is sent, and an operator has paused tender", call.number);
  }
  if (call.relay.starts_with(kStranger)) {
    trace_.violate("#{} is about {}, which no row describes", call.number, call.relay);
  }
}

void Witness::check_delete(const Call& call) {
  const auto row = tables_->relay(call.relay);
  if (!row || !row->deleted) {
    trace_.violate("relay {} is deleted, and nobody asked for that", call.relay);
  }
}

void Witness::check_not_deleted(const Call& call) {
  const auto row = tables_->relay(call.relay);
  if (row && row->deleted && call.method != http::Method::delete_) {
    trace_.violate("relay {} is deleted, and is sent as if it were not", call.relay);
  }
}

void Witness::check_fresh(const Call& call) {
  const std::string secret = call.body.value("secret", "");
  if (secret.size() != 64 || !secrets_.insert(secret).second) {
    trace_.violate("relay {} is to be created with a secret that is not fresh", call.relay);
  }
}

bool Witness::is_recreate_asked(const std::string& relay, const RelayRecord& record) const {
  const auto job = tables_->job(/*sync=*/true, relay);
  return record.recreate_asked && job && job->recreate;
}

void Witness::check_create(const Call& call, RelayRecord& record) {
  check_fresh(call);
  const bool automatic = env_.relay_recreate == config::RelayRecreate::automatic &&
                         record.heard == Heard::lost && record.heard_at == timeline_.now();
  if (record.ever_taken && !automatic && !is_recreate_asked(call.relay, record)) {
    trace_.violate("relay {} is created again, and nobody asked for that", call.relay);
  }
}

void Witness::check_replace(const Call& call, RelayRecord& record) {
  check_fresh(call);
  const bool torn = record.heard == Heard::torn && record.heard_at == timeline_.now();
  const bool nobodys = record.left_behind && !record.identity_lost;
  if (!torn || (!nobodys && !is_recreate_asked(call.relay, record))) {
    trace_.violate("relay {} is given a new identity, and nobody asked for that", call.relay);
  }
}

void Witness::check_update(const Call& call, RelayRecord& record) {
  if (call.body.contains("secret")) {
    trace_.violate("an update of relay {} carries a secret", call.relay);
  }
  check_left_out(call, record);
  check_owners_name(call, record);
  const bool adopted = record.last_adoption > record.last_result;
  if (!record.in_doubt && !record.may_send_again && !record.forced && !adopted &&
      record.known == config_asked(call, record)) {
    looks_.sent_again(call.relay, record.last_command > record.last_result);
  }
}

void Witness::check_backoff(const Call& call, const RelayRecord& record) {
  if (record.last_command > record.routed) {
    return;  // the worker may learn of a command only after the failure, and starts over then
  }
  if (record.given_up) {
    trace_.violate("relay {} is a dead letter that waits for a person, and is tried again",
                   call.relay);
  }
  if (record.failures == 0 || record.backoff_broken || record.silently_changed ||
      is_host_free(record)) {
    return;
  }
  const Milliseconds waited = timeline_.now() - record.failed_at;
  if (waited < full_delay(record.failures) * 9 / 10) {
    trace_.violate("relay {} is tried again {} ms after failure {}", call.relay, waited.count(),
                   record.failures);
  }
}

// What a relay was refused for, another one has given up since; it may have it itself by now.
bool Witness::is_host_free(const RelayRecord& record) const {
  return !record.host_in_use.empty() && std::ranges::none_of(records_, [&](const auto& entry) {
    return &entry.second != &record && entry.second.host == record.host_in_use &&
           !entry.second.wiped && !entry.second.torn;
  });
}

Milliseconds Witness::full_delay(int failures) const {
  return std::min(Milliseconds(env_.relay_sync_retry_cap),
                  Milliseconds(env_.relay_sync_retry_base) * (1 << std::min(failures - 1, 20)));
}

void Witness::applied(const Call& call, const http::Response& answer) {
  RelayRecord& record = records_[call.relay];
  if (!call.applied) {
    return;
  }
  if (call.method == http::Method::delete_) {
    deleted(record);
    return;
  }
  if (record.gone) {
    trace_.violate("relay {} is deleted, and comes back", call.relay);
  }
  record.host = call.body.value("host", "");
  record.edited = false;
  record.just_rekeyed = false;
  if (call.body.value("/info/name"_json_pointer, "") != "") {
    record.owners_name.reset();
  }
  if (answer.status == 201 || call.method == http::Method::put) {
    record.secret = call.body.value("secret", "");
    record.identity_before.clear();
    record.rekeyed = false;
    record.wiped = false;
    record.torn = false;
    record.identity_lost = false;
  } else if (call.body.contains("secret") && call.body["secret"] != record.secret) {
    trace_.violate("the secret of relay {} changes", call.relay);
  }
}

// A second request of one attempt follows at once on the first one's answer: the relay is there
// already, is not there, or is torn.
bool Witness::goes_on(const Call& call) const {
  if (!ending_ || ending_->relay != call.relay) {
    return false;
  }
  switch (ending_->meaning.heard) {
    case Heard::lost:
      return call.method == http::Method::post;
    case Heard::torn:
      return call.method == http::Method::put;
    case Heard::refused:
      return call.method == http::Method::patch && ending_->method == http::Method::post;
    default:
      return false;
  }
}

void Witness::end_job() {
  if (ending_) {
    RelayRecord& record = records_[ending_->relay];
    record.spent_on_the_host =
        host_.job_heard(ending_->meaning, record.attempt_at, !storage_.failing());
    ending_.reset();
  }
}

void Witness::heard(const Call& call) {
  host_.heard_of();
  end_job();
  const Meaning meaning = meaning_of(call.method, *call.answer);
  if (call.is_look()) {
    looks_.heard(call, *tables_);
    // A look that cannot reach the API's address tells of the host.
    if (std::holds_alternative<http::Failure>(call.answer->result)) {
      static_cast<void>(host_.job_heard(meaning, call.sent_at, /*stores=*/false));
    }
  } else if (call.is_probe() || call.relay == kScratchRelay) {
    probe_heard(call, meaning);
  } else {
    write_heard(call, meaning, records_[call.relay]);
  }
}

void Witness::probe_heard(const Call& call, const Meaning& meaning) {
  if (call.relay == kScratchRelay) {
    storage_.scratch_heard(call, meaning);
    scratch_heard_at_ = timeline_.now();
  } else {
    storage_.heard(call, meaning);
  }
  host_.probe_heard(meaning, !storage_.failing());
}

void Witness::write_heard(const Call& call, const Meaning& meaning, RelayRecord& record) {
  --record.under_way;
  record.heard_at = timeline_.now();
  record.heard = meaning.heard;
  const bool untouched = record.heard == Heard::refused || record.heard == Heard::unheeded;
  if (untouched) {
    record.may_have_changed = record.had_changed;
  }
  if (untouched && record.requests == 1 && !record.forced) {
    record.in_doubt = record.was_in_doubt;
  }
  if (call.method == http::Method::post && meaning.heard == Heard::unknown) {
    record.may_exist = true;
    record.left_behind = record.left_behind || meaning.host == HostShown::storage;
  } else if (meaning.heard == Heard::done) {
    record.left_behind = false;
  }
  storage_.heard(call, meaning);
  record.host_in_use = host_refused_by(*call.answer);
  ending_ = Ending{call.relay, call.method, meaning};
  if (meaning.heard == Heard::unknown) {
    record.may_send_again = true;
    begin_doubt(timeline_.now() + env_.relay_sync_settle, record);
  }
}

void Witness::begin_doubt(TimePoint until, RelayRecord& record) {
  record.unknown_until = until;
  record.clock_jumped = false;
  record.inherited = false;
}

void Witness::torn(const std::string& relay) {
  RelayRecord& record = records_[relay];
  record.identity_lost = record.identity_lost || (!record.secret.empty() && !record.wiped);
  record.torn = true;
  record.owners_name.reset();
  record.edited = false;
  record.just_rekeyed = false;
  record.secret.clear();
}

void Witness::deleted(RelayRecord& record) {
  record.host.clear();
  record.secret.clear();
  record.owners_name.reset();
  record.edited = false;
  record.just_rekeyed = false;
  record.wiped = false;
  record.torn = false;
  record.identity_lost = false;
}

void Witness::edited(const std::string& relay) {
  records_[relay].edited = true;
  ++records_[relay].edits;
}

void Witness::rekeyed(const std::string& relay, const std::string& secret) {
  RelayRecord& record = records_[relay];
  record.secret = secret;
  record.rekeyed = true;
  record.just_rekeyed = true;
  const auto row = tables_->relay(relay);
  if (row && record.identity_before.empty()) {
    record.identity_before = row->identity;
  }
}

bool Witness::waits_with_many_lost(const std::string& relay) const {
  constexpr int many = 10;
  const auto is_lost = [](const auto& entry) {
    return entry.second.wiped && entry.second.heard == Heard::lost;
  };
  const auto found = records_.find(relay);
  const auto job = tables_->job(/*sync=*/true, relay);
  return found != records_.end() && is_lost(*found) && job && job->not_before > clock_.now() &&
         std::ranges::count_if(records_, [](const auto& entry) { return entry.second.wiped; }) >=
             many;
}

void Witness::settled(const std::string& stranger, const std::string& host) {
  records_[stranger].host = host;
}

void Witness::renamed(const std::string& relay, const std::string& name) {
  RelayRecord& record = records_[relay];
  record.owners_name = name;
  ++record.renames;
}

void Witness::wiped() {
  for (auto& [id, record] : records_) {
    record.wiped = true;
    record.identity_lost = false;  // the torn file is gone, too
    record.owners_name.reset();
    record.edited = false;
    record.just_rekeyed = false;
  }
}

void Witness::process_ended() {
  for (auto& [id, record] : records_) {
    if (record.under_way > 0) {
      record.may_exist = true;
      const bool jumped = record.clock_jumped_in_attempt;
      begin_doubt(record.attempt_at + longest_effect(env_), record);
      record.clock_jumped = jumped;
    }
    if (record.clock_jumped) {
      record.unknown_until.reset();
    }
    record.inherited = true;
    const auto relay = tables_->relay(id);
    record.may_send_again =
        record.may_send_again || record.attempt_open || (relay && relay->in_doubt);
    record.under_way = 0;
    record.attempt_open = false;
    record.left_behind = false;
  }
  looks_.process_ended();
  claims_.start_over();
  turns_.start_over();
  const HostRow host = tables_->host();
  storage_.process_ended(host.stores_nothing);
  host_.process_ended(host.failing, host.paused_until.value_or(clock_.now()) - clock_.now());
}

void Witness::clock_jumped() {
  claims_.start_over();
  turns_.start_over();
  host_.clock_jumped();
  storage_.clock_jumped();
  looks_.clock_jumped();
  for (auto& [id, record] : records_) {
    record.backoff_broken = record.failures > 0;
    record.clock_jumped = true;
    record.clock_jumped_in_attempt = true;
    if (record.inherited) {
      record.unknown_until.reset();
    }
  }
}

void Witness::settings_changed(const config::Env& env) {
  env_ = env;
  for (auto& [id, record] : records_) {
    if (const auto relay = tables_->relay(id); relay && relay->revision == record.revision) {
      record.described = relay->config;
    }
  }
}

void Witness::silently_changed(const std::string& relay) {
  RelayRecord& record = records_[relay];
  // While a sync is under way its end finds the change by the revision; otherwise nobody need see
  // it before the next reconcile.
  record.silently_changed = record.silently_changed || record.under_way == 0;
  record.given_up = false;
  record.failures = 0;  // a change starts over, whoever makes it
}

bool Witness::any_under_way() const {
  return std::ranges::any_of(records_,
                             [](const auto& entry) { return entry.second.under_way > 0; });
}

}  // namespace tender::simulation
