#include "tender/hook/delivery_policy.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/config/duration.hpp"

namespace tender::hook {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

template <class T>
struct Bounds {
  T least;
  T most;
};

template <class T>
struct PolicyField {
  std::string_view name;  // in JSON
  T DeliveryPolicy::*policy;
  std::optional<T> DeliveryPolicyChange::*change;
  Bounds<T> bounds;
};

// The one table of the fields.
template <class Use>
void for_each_field(Use use) {
  using P = DeliveryPolicy;
  using C = DeliveryPolicyChange;
  use(PolicyField<Growth>{
      "backoff", &P::backoff, &C::backoff, {Growth::exponential, Growth::constant}});
  use(PolicyField<Milliseconds>{"base_ms", &P::base, &C::base, {1s, 24h}});
  use(PolicyField<double>{"factor", &P::factor, &C::factor, {1, 10}});
  use(PolicyField<Milliseconds>{"cap_ms", &P::cap, &C::cap, {1s, 24h * 7}});
  use(PolicyField<int>{"jitter_percent", &P::jitter_percent, &C::jitter_percent, {0, 50}});
  use(PolicyField<int>{"max_attempts", &P::max_attempts, &C::max_attempts, {1, 100}});
  use(PolicyField<Milliseconds>{
      "max_duration_ms", &P::max_duration, &C::max_duration, {1s, 24h * 30}});
  use(PolicyField<int>{"rate", &P::rate, &C::rate, {0, 1000}});
}

json json_of(Growth value) {
  return to_string(value);
}
json json_of(Milliseconds value) {
  return value.count();
}
json json_of(double value) {
  return value;
}
json json_of(int value) {
  return value;
}

// False when `value` is of another type. Whether it is within bounds is asked later.
bool read(const json& value, Growth& out) {
  const auto growth =
      value.is_string() ? parse_growth(value.get_ref<const std::string&>()) : std::nullopt;
  out = growth.value_or(out);
  return growth.has_value();
}
bool read(const json& value, double& out) {
  out = value.is_number() ? value.get<double>() : out;
  return value.is_number();
}
bool read(const json& value, Milliseconds& out) {
  out = value.is_number_integer() ? Milliseconds(value.get<std::int64_t>()) : out;
  return value.is_number_integer();
}
bool read(const json& value, int& out) {
  const std::int64_t number = value.is_number_integer() ? value.get<std::int64_t>() : -1;
  out = std::in_range<int>(number) ? static_cast<int>(number) : -1;
  return value.is_number_integer();
}

std::string text_of(Growth value) {
  return std::string(to_string(value));
}
std::string text_of(Milliseconds value) {
  return value < 0ms ? fmt::format("{}ms", value.count()) : config::format_duration(value);
}
std::string text_of(double value) {
  return fmt::format("{}", value);
}
std::string text_of(int value) {
  return std::to_string(value);
}

template <class T>
bool is_within(const T& value, const Bounds<T>& bounds) {
  return value >= bounds.least && value <= bounds.most;  // also false for what is not a number
}

}  // namespace

std::optional<Milliseconds> DeliveryPolicy::next_delay(int failures, Milliseconds age,
                                                       Milliseconds retry_after,
                                                       Random& random) const {
  if (failures >= max_attempts) {
    return std::nullopt;
  }
  const Backoff waits{.growth = backoff,
                      .base = base,
                      .factor = factor,
                      .cap = cap,
                      .jitter_percent = jitter_percent};
  const Milliseconds delay = std::max(waits.delay(failures, random), retry_after);
  return age + delay > max_duration ? std::nullopt : std::optional(delay);
}

DeliveryPolicy default_policy(std::string_view activity_type) {
  DeliveryPolicy policy;
  if (activity_type.starts_with("create_") || activity_type.starts_with("update_")) {
    policy.max_attempts = 10;
  } else if (activity_type.starts_with("delete_")) {
    policy.factor = 1.5;
  } else if (activity_type.starts_with("notice_") || activity_type.starts_with("adopt_")) {
    policy.max_attempts = 5;
    policy.factor = 1.5;
  }
  return policy;
}

void apply(const DeliveryPolicyChange& change, DeliveryPolicy& policy) {
  for_each_field([&](const auto& field) {
    policy.*field.policy = (change.*field.change).value_or(policy.*field.policy);
  });
  if (change.cap && !change.base) {
    policy.base = std::min(policy.base, policy.cap);
  } else {
    policy.cap = std::max(policy.base, policy.cap);
  }
}

std::vector<FieldFault> validate(const DeliveryPolicyChange& change) {
  std::vector<FieldFault> faults;
  for_each_field([&](const auto& field) {
    const auto& value = change.*field.change;
    if (value && !is_within(*value, field.bounds)) {
      faults.push_back(
          {std::string(field.name), fmt::format("{} is out of bounds", text_of(*value)),
           fmt::format("give {} to {}", text_of(field.bounds.least), text_of(field.bounds.most))});
    }
  });
  if (change.base && change.cap && *change.cap < *change.base) {
    faults.push_back({"cap_ms", fmt::format("{} is below the first wait", text_of(*change.cap)),
                      fmt::format("give {} or more", text_of(*change.base))});
  }
  return faults;
}

nlohmann::ordered_json to_json(const DeliveryPolicy& policy) {
  nlohmann::ordered_json document;
  for_each_field([&](const auto& field) {
    document[std::string(field.name)] = json_of(policy.*field.policy);
  });
  return document;
}

nlohmann::ordered_json to_json(const DeliveryPolicyChange& change) {
  auto document = nlohmann::ordered_json::object();
  for_each_field([&](const auto& field) {
    if (const auto& value = change.*field.change) {
      document[std::string(field.name)] = json_of(*value);
    }
  });
  return document;
}

std::optional<DeliveryPolicyChange> parse_policy_change(const json& json) {
  if (!json.is_object()) {
    return std::nullopt;
  }
  DeliveryPolicyChange change;
  bool sound = true;
  for_each_field([&](const auto& field) {
    const auto found = json.find(std::string(field.name));
    if (found != json.end()) {
      sound = read(*found, (change.*field.change).emplace()) && sound;
    }
  });
  return sound && validate(change).empty() ? std::optional(change) : std::nullopt;
}

std::optional<DeliveryPolicy> parse_policy(const json& json) {
  const auto change = parse_policy_change(json);
  if (!change) {
    return std::nullopt;
  }
  DeliveryPolicy policy;
  apply(*change, policy);
  return policy;
}

}  // namespace tender::hook
