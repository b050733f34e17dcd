#include "simulation/network.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tender::simulation {

using namespace nlohmann::json_literals;
namespace {

constexpr int kMostCalls = 3'000;        // ten times what a busy life needs
constexpr int kMostCallsPerRelay = 150;  // and a large fleet
constexpr Milliseconds kReboot{8'000};
constexpr const char* kOtherOwner =
    "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
constexpr Milliseconds kTokenSkew{60'000};  // as zooid has it

// Frees the call of its client when the client's coroutine goes, however it goes.
class Client {
 public:
  Client(Call& call, Clock& clock) : call_(call), wakeup_(clock) { call_.client = &wakeup_; }
  ~Client() { call_.client = nullptr; }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  [[nodiscard]] Wakeup& wakeup() { return wakeup_; }

 private:
  Call& call_;
  Wakeup wakeup_;
};

std::string_view style_name(OutageStyle style) {
  switch (style) {
    case OutageStyle::refuses:
      return "refuses";
    case OutageStyle::hangs:
      return "hangs";
    case OutageStyle::gateway:
      break;
  }
  return "bad gateway";
}

// A quarter of all relays.
bool is_sick(const Call& call) {
  return call.method != http::Method::get && call.relay.front() >= '0' && call.relay.front() <= '3';
}

std::string relay_of(std::string_view target) {
  target.remove_prefix(std::string_view("/relay/").size());
  return std::string(target.substr(0, target.find('/')));
}

// What of a body tells states apart.
std::string summary(const nlohmann::json& body) {
  if (!body.is_object()) {
    return {};
  }
  return fmt::format(" host={} name={} inactive={}", body.value("host", "?"),
                     body.value("info", nlohmann::json::object()).value("name", "?"),
                     body.value("inactive", false));
}

}  // namespace

std::string describe(const http::Exchange& exchange) {
  if (const auto* failure = std::get_if<http::Failure>(&exchange.result)) {
    return fmt::format("{}{}", http::to_string(failure->fault),
                       failure->written ? " (written)" : "");
  }
  const auto& response = std::get<http::Response>(exchange.result);
  return fmt::format("{} {}", response.status, response.body.substr(0, 60));
}

boost::asio::awaitable<http::Exchange> Network::exchange(http::Request request) {
  // shared with the events of the timeline, which outlive this coroutine when the process dies
  const auto call = std::make_shared<Call>();
  call->method = request.method;
  if (request.url.target() == "/") {
    call->host = request.host.empty() ? request.url.host() : request.host;
  } else {
    call->relay = relay_of(request.url.target());
  }
  if (!request.body.empty()) {
    call->body = nlohmann::json::parse(request.body);
  }
  Client client(*call, *clock_);
  begin(call, request.timeout);
  while (!call->delivered) {
    co_await client.wakeup().wait_until(TimePoint::max());
  }
  co_return *call->answer;
}

void Network::begin(const std::shared_ptr<Call>& call, Milliseconds timeout) {
  call->number = ++calls_;
  looks_ += call->is_look() ? 1 : 0;
  probes_ += call->is_probe() ? 1 : 0;
  call->sent_at = timeline_.now();
  const auto relays = static_cast<int>(zooid.relays.size());
  if (calls_ > std::max(kMostCalls, kMostCallsPerRelay * relays)) {
    trace_.violate("a flood: {} requests in one life", calls_);
  }
  trace_.line("#{} {} {}{}", call->number, http::to_string(call->method),
              call->is_look() ? call->host : call->relay, summary(call->body));
  listener_->sent(*call);
  Fate fate = choose_fate(*call, timeout);
  const int weight = call->is_look() ? 0 : 1;
  if (fate.apply) {
    under_way_ += weight;
    timeline_.in(*fate.apply, [this, call, weight] {
      under_way_ -= weight;
      apply(*call);
    });
  }
  under_way_ += weight;
  timeline_.in(fate.answer, [this, call, weight, instead = std::move(fate.instead)] {
    under_way_ -= weight;
    if (instead) {
      call->answer = instead;
      call->forged = true;
    }
    deliver(*call);
  });
}

Fate Network::choose_fate(const Call& call, Milliseconds timeout) {
  if (outage_ && timeline_.now() < outage_->until) {
    return outage_fate(outage_->style, timeout, dice_);
  }
  if (!call.is_look() && std::chrono::abs(skew_) > kTokenSkew) {
    return stale_token_fate(timeline_.now(), dice_);
  }
  if (weather_.has(FaultKind::sick_relay) && is_sick(call)) {
    trace_.fault(FaultKind::sick_relay, "#{}", call.number);
    return bad_fate(FaultKind::error_5xx, timeout, dice_);
  }
  if (const auto kind = weather_.next_request_fault(dice_)) {
    Fate fate = bad_fate(*kind, timeout, dice_);
    trace_.fault(*kind, "#{}", call.number);
    return fate;
  }
  return good_fate(weather_.pace(), dice_);
}

void Network::apply(Call& call) {
  if (call.is_look()) {
    call.answer = http::Exchange{zooid.serve(call.host)};
    return;
  }
  http::Response answer = carry_out(call);
  call.applied = answer.status < 300;
  int& newest = newest_applied_[call.relay];
  if (call.applied && newest > call.number) {
    trace_.fault(FaultKind::reordered, "#{} arrives after #{}", call.number, newest);
  }
  newest = std::max(newest, call.number);
  trace_.line("#{} reaches zooid: {}", call.number, answer.status);
  listener_->applied(call, answer);
  if (!call.answer) {
    call.answer = http::Exchange{std::move(answer)};
  }
}

// zooid answers before it has read the relay's file again.
http::Response Network::carry_out(const Call& call) {
  if (call.method == http::Method::get) {
    if (zooid.generation == test::Generation::a) {
      trace_.fault(FaultKind::older_zooid, "#{}", call.number);
    }
    return zooid.apply(call.method, call.relay, call.body);
  }
  const bool was_torn = zooid.is_torn(call.relay);
  watcher_.before_write(call.relay);
  http::Response answer = zooid.apply(call.method, call.relay, call.body);
  const bool torn = zooid.is_torn(call.relay) && !was_torn;
  if (torn) {
    trace_.fault(FaultKind::torn_file, "{} by #{}", call.relay, call.number);
    listener_->torn(call.relay);
  }
  if (answer.status < 300) {
    newest_written_ = call.relay;
  }
  if (answer.status < 300 || torn) {
    watcher_.written(call.relay);
  } else {
    watcher_.untouched(call.relay);
  }
  return answer;
}

void Network::deliver(Call& call) {
  if (call.client == nullptr) {
    return;
  }
  trace_.line("#{} is answered: {}", call.number, describe(*call.answer));
  listener_->heard(call);
  call.delivered = true;
  call.client->notify();
}

void Network::begin_outage(FaultKind kind, OutageStyle style, Milliseconds length) {
  trace_.fault(kind, "{} for {} s", style_name(style), length.count() / 1000);
  outage_ = Outage{style, timeline_.now() + length};
}

void Network::restart_zooid(Milliseconds after) {
  trace_.fault(FaultKind::zooid_restart, "it is down for {} ms", after.count());
  outage_ = Outage{OutageStyle::refuses, timeline_.now() + after};
  timeline_.in(after, [this] { watcher_.start(); });
}

void Network::break_storage(FaultKind kind, Milliseconds length) {
  trace_.fault(kind, "for {} s", length.count() / 1000);
  zooid.storage = kind == FaultKind::volume_full ? test::Storage::full : test::Storage::unreadable;
  storage_mended_at_ = timeline_.now() + length;
  timeline_.in(length, [this] {
    if (timeline_.now() >= storage_mended_at_) {
      trace_.line("zooid can store again");
      zooid.storage = test::Storage::well;
    }
  });
}

void Network::tear_newest() {
  const auto found = zooid.relays.find(newest_written_);
  if (found != zooid.relays.end() && !zooid.is_torn(newest_written_)) {
    trace_.fault(FaultKind::torn_file, "{} by a crash of its machine", newest_written_);
    found->second = nlohmann::json::object();
    listener_->torn(newest_written_);
  }
  restart_zooid(kReboot);
}

void Network::heal() {
  outage_.reset();
  zooid.storage = test::Storage::well;
  watcher_.catch_up();
}

std::optional<std::string> Network::some_relay(
    const std::function<bool(const std::string&, const nlohmann::json&)>& wanted) {
  std::vector<std::string> found;
  for (const auto& [id, file] : zooid.relays) {
    if (id != "tender-scratch" && !id.starts_with(kStranger) && !file.empty() && wanted(id, file)) {
      found.push_back(id);
    }
  }
  if (found.empty() || zooid.storage != test::Storage::well || outage_) {
    return std::nullopt;
  }
  const auto which = dice_.between(0, static_cast<std::int64_t>(found.size()) - 1);
  return found.at(static_cast<std::size_t>(which));
}

void Network::rename_some_relay() {
  const auto relay = some_relay([this](const std::string& id, const nlohmann::json& file) {
    return file.value("/management/enabled"_json_pointer, false) &&
           !file.value("inactive", false) && !zooid.not_loaded.contains(id);
  });
  if (!relay) {
    return;
  }
  const std::string name = fmt::format("owner's {}", ++renames_);
  trace_.fault(FaultKind::owner_edit, "{} is \"{}\" now", *relay, name);
  watcher_.before_write(*relay);
  zooid.relays[*relay]["info"]["name"] = name;
  listener_->renamed(*relay, name);
  watcher_.written(*relay);
}

void Network::edit_some_file() {
  const auto relay = some_relay([](const auto&, const auto&) { return true; });
  if (!relay) {
    return;
  }
  watcher_.before_write(*relay);
  nlohmann::json& file = zooid.relays[*relay];
  if (dice_.chance(50)) {
    file["inactive"] = !file.value("inactive", false);
  } else {
    file["info"]["pubkey"] = kOtherOwner;
  }
  trace_.fault(FaultKind::hand_edit, "{}: inactive={} owner={}", *relay,
               file.value("inactive", false), file["info"].value("pubkey", "").substr(0, 4));
  listener_->edited(*relay);
  watcher_.written(*relay);
}

void Network::rekey_some_file() {
  const auto relay =
      some_relay([](const auto&, const auto& file) { return file.contains("secret"); });
  if (!relay) {
    return;
  }
  watcher_.before_write(*relay);
  const std::string secret = fmt::format("{:064x}", 5'000'000 + ++rekeyed_);
  zooid.relays[*relay]["secret"] = secret;
  trace_.fault(FaultKind::rekeyed, "{} has the secret …{}", *relay, 5'000'000 + rekeyed_);
  listener_->rekeyed(*relay, secret);
  watcher_.written(*relay);
}

void Network::settle_stranger(const std::string& host) {
  const auto has_host = [&](const auto& entry) { return entry.second.value("host", "") == host; };
  if (std::ranges::any_of(zooid.relays, has_host)) {
    return;
  }
  const std::string id = fmt::format("{}{}", kStranger, ++strangers_);
  trace_.fault(FaultKind::stranger, "{} at {}", id, host);
  zooid.relays[id] = {{"host", host},
                      {"schema", fmt::format("stranger_{}", strangers_)},
                      {"secret", fmt::format("{:064x}", 4'000'000 + strangers_)},
                      {"info", {{"name", id}, {"pubkey", kOtherOwner}}}};
  listener_->settled(id, host);
  watcher_.written(id);
}

void Network::wipe() {
  trace_.fault(FaultKind::wipe, "{} relays", zooid.relays.size());
  zooid.relays.clear();
  zooid.not_loaded.clear();
  zooid.stale.clear();
  listener_->wiped();
}

}  // namespace tender::simulation
