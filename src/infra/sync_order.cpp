#include "tender/infra/sync_order.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "tender/model/relay_fields.hpp"

namespace tender::infra {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kActions{"create", "update", "remove"};
constexpr std::array<std::string_view, 3> kReplaceTorn{"never", "if_confirmed", "at_once"};
constexpr std::array<std::string_view, 3> kLeftover{"as_before", "torn", "none"};

// The enumerator of that name, or nothing.
template <typename Enum, std::size_t count>
std::optional<Enum> named(const std::array<std::string_view, count>& names, const json& name) {
  const auto* text = name.get_ptr<const std::string*>();
  const auto found = text == nullptr ? names.end() : std::ranges::find(names, *text);
  return found == names.end() ? std::nullopt : std::optional(Enum(found - names.begin()));
}

// Reads the members of one object; remembers whether one was missing or of another type.
class Reader {
 public:
  explicit Reader(const json& object) : object_(object) {}

  const json& member(std::string_view name) {
    static const json absent;
    const auto found = object_.find(name);
    return found == object_.end() ? absent : *found;
  }

  void read(std::string_view name, bool& into) {
    assign(member(name).get_ptr<const bool*>(), into);
  }
  void read(std::string_view name, std::string& into) {
    assign(member(name).get_ptr<const std::string*>(), into);
  }
  void read(std::string_view name, std::vector<std::string>& into) {
    const json& list = member(name);
    keep(list.is_array());
    for (const json& each : list) {
      std::string text;
      assign(each.get_ptr<const std::string*>(), text);
      into.push_back(std::move(text));
    }
  }
  template <typename Number>
  void read_number(std::string_view name, Number& into) {
    const json& value = member(name);
    keep(value.is_number_integer());
    if (value.is_number_integer()) {
      into = Number(value.get<std::int64_t>());
    }
  }
  template <typename T>
  void take(std::optional<T> value, T& into) {
    keep(value.has_value());
    if (value) {
      into = *std::move(value);
    }
  }
  void keep(bool good) { good_ = good_ && good; }
  [[nodiscard]] bool good() const { return good_; }

 private:
  template <typename T>
  void assign(const T* value, T& into) {
    keep(value != nullptr);
    if (value != nullptr) {
      into = *value;
    }
  }

  const json& object_;
  bool good_ = true;
};

json relay_to_json(const Relay& relay) {
  json object = {{"revision", relay.revision}};
  for (const RelayField& field : relay_fields()) {
    object[std::string(field.column)] = field_value(field, relay);
  }
  object["admins"] = relay.admins ? json(*relay.admins) : json();
  return object;
}

std::optional<Relay> read_relay(const json& object) {
  Reader reader(object);
  Relay relay;
  reader.read_number("revision", relay.revision);
  for (const RelayField& field : relay_fields()) {
    reader.keep(set_field_value(field, reader.member(field.column), relay));
  }
  reader.keep(object.contains("admins"));
  if (!reader.member("admins").is_null()) {
    reader.read("admins", relay.admins.emplace());
  }
  return reader.good() ? std::optional(std::move(relay)) : std::nullopt;
}

json verdict_to_json(const zooid::Verdict& verdict) {
  return {{"outcome", zooid::to_string(verdict.outcome)},
          {"reason", verdict.reason},
          {"in_doubt", verdict.in_doubt},
          {"from_zooid", verdict.from_zooid},
          {"timed_out", verdict.timed_out},
          {"retry_after_ms", verdict.retry_after.count()}};
}

std::optional<zooid::Verdict> read_verdict(const json& object) {
  Reader reader(object);
  zooid::Verdict verdict;
  std::string outcome;
  reader.read("outcome", outcome);
  reader.take(zooid::parse_outcome(outcome), verdict.outcome);
  reader.read("reason", verdict.reason);
  reader.read("in_doubt", verdict.in_doubt);
  reader.read("from_zooid", verdict.from_zooid);
  reader.read("timed_out", verdict.timed_out);
  reader.read_number("retry_after_ms", verdict.retry_after);
  return reader.good() ? std::optional(std::move(verdict)) : std::nullopt;
}

}  // namespace

json to_json(const SyncOrder& order) {
  return {{"relay", relay_to_json(order.relay)},
          {"action", kActions.at(static_cast<std::size_t>(order.action))},
          {"recreate_lost", order.recreate_lost},
          {"replace_torn", kReplaceTorn.at(static_cast<std::size_t>(order.replace_torn))},
          {"last_error", order.last_error},
          {"spared", order.spared}};
}

json to_json(const SyncReport& report) {
  return {{"verdict", verdict_to_json(report.verdict)},
          {"requests", report.requests},
          {"created", report.created},
          {"identity", report.identity},
          {"lost", report.lost},
          {"leftover", kLeftover.at(static_cast<std::size_t>(report.leftover))}};
}

std::optional<SyncOrder> read_sync_order(const json& object) {
  Reader reader(object);
  SyncOrder order;
  reader.take(read_relay(reader.member("relay")), order.relay);
  reader.take(named<SyncAction>(kActions, reader.member("action")), order.action);
  reader.read("recreate_lost", order.recreate_lost);
  reader.take(named<ReplaceTorn>(kReplaceTorn, reader.member("replace_torn")), order.replace_torn);
  reader.read("last_error", order.last_error);
  reader.read("spared", order.spared);
  return reader.good() ? std::optional(std::move(order)) : std::nullopt;
}

std::optional<SyncReport> read_sync_report(const json& object) {
  Reader reader(object);
  SyncReport report;
  reader.take(read_verdict(reader.member("verdict")), report.verdict);
  reader.read_number("requests", report.requests);
  reader.read("created", report.created);
  reader.read("identity", report.identity);
  reader.read("lost", report.lost);
  reader.take(named<Leftover>(kLeftover, reader.member("leftover")), report.leftover);
  return reader.good() ? std::optional(std::move(report)) : std::nullopt;
}

}  // namespace tender::infra
