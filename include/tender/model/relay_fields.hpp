// The one table of what a relay's row describes: of each field its column, its bounds, its place in
// zooid's configuration and the option by which people set it. SQL, JSON, validation, the body for
// zooid and the command line are made from it; the schema's triggers and docs/cli.md are held
// against it by tests. CONTRIBUTING.md tells how a field is added.
//
//   for (const RelayField& field : relay_fields()) {
//     std::visit([&](const auto& at) { use(field.column, relay.*at.relay); }, field.member);
//   }
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json_fwd.hpp>

#include "tender/model/relay.hpp"

namespace tender {

/// Where a field of type T stands in a Relay and in a RelayChange.
template <typename T>
struct RelayMember {
  T Relay::*relay;
  std::optional<T> RelayChange::*change = nullptr;  // null: no RelayChange sets it
};

template <typename T>
RelayMember(T Relay::*) -> RelayMember<T>;
template <typename T>
RelayMember(T Relay::*, std::optional<T> RelayChange::*) -> RelayMember<T>;

using AnyRelayMember =
    std::variant<RelayMember<std::string>, RelayMember<bool>, RelayMember<std::int64_t>,
                 RelayMember<RelayId>, RelayMember<RelayStatus>>;

struct RelayField {
  std::string_view column;  // of the relay table; also its key in JSON and in a FieldFault
  AnyRelayMember member;
  bool fixed = false;         // written when the row is created, and never again
  std::int64_t smallest = 0;  // of a number
  std::int64_t largest = 0;   // of a number; of a text: bytes. 0: a text with a rule of its own
  std::string_view zooid{};   // JSON pointer (RFC 6901) in zooid's configuration; empty: it is
                              // not there, or not as it is here
  std::string_view option{};  // of `relay create` and `relay update`, without "--"; empty: none
  std::string_view help{};    // of that option, without bounds and default
  bool owner_edits = false;   // the relay's owner may change it in zooid (management API)
  bool counts = true;         // a change is a new revision, which zooid is to have
  std::span<const std::string_view> choices{};  // of a text: the only values beside the empty one
};

/// How people write the empty text of a field with choices.
inline constexpr std::string_view kDefaultChoice = "default";

/// In the order of columns.
[[nodiscard]] std::span<const RelayField> relay_fields();

/// The value of one field, as JSON shows it and as zooid takes it.
[[nodiscard]] nlohmann::json field_value(const RelayField& field, const Relay& relay);
/// Takes what field_value() made; false, and nothing is changed, when it is of another type.
[[nodiscard]] bool set_field_value(const RelayField& field, const nlohmann::json& value,
                                   Relay& relay);

/// Only the fields of the table, the admins and the revision: what is to be, without how far zooid
/// is.
[[nodiscard]] Relay desired_state(const Relay& relay);

}  // namespace tender
