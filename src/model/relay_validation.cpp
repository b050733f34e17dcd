#include <algorithm>
#include <string>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"
#include "tender/http/url.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/nostr/keys.hpp"

namespace tender {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

// RFC 1035, 2.3.1: a letter, then letters, digits and hyphens, the last of them no hyphen;
// lowercase here.
bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_lower(text.front()) && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_schema(std::string_view text) {
  return !text.empty() && !is_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

// One that zooid uses unchanged in the names of its tables.
bool is_safe_schema(std::string_view text) {
  return is_schema(text) && text.front() != '_' && text.back() != '_' &&
         text.find("__") == std::string_view::npos;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && text.front() != '.' &&
         std::ranges::all_of(text, [](char c) {
           return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
                  c == '.' || c == '~';
         });
}

bool is_utf8(const std::string& text) {
  try {
    static_cast<void>(nlohmann::json(text).dump());
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

class Faults {
 public:
  void check(bool ok, std::string field, std::string_view value, std::string_view rule,
             std::string remedy) {
    if (!ok) {
      list_.push_back({std::move(field), fmt::format("\"{}\" {}", printable(value, 80), rule),
                       std::move(remedy)});
    }
  }

  // By the bounds of the table of fields.
  void check_bounds(const RelayField& field, const std::string& value) {
    if (!field.choices.empty() && !value.empty()) {
      const std::string choices = fmt::format("{}", fmt::join(field.choices, ", "));
      check(std::ranges::find(field.choices, value) != field.choices.end(),
            std::string(field.column), value, "is not one of its values",
            fmt::format("give {} or {}", choices, kDefaultChoice));
    }
    if (field.largest == 0) {
      return;
    }
    const std::string column(field.column);
    check(is_utf8(value), column, value, "is not valid UTF-8", "write it as UTF-8");
    check(value.find('\0') == std::string::npos, column, value, "contains a NUL character",
          "remove it");
    check(value.size() <= static_cast<std::size_t>(field.largest), column, value,
          fmt::format("has {} bytes", value.size()),
          fmt::format("keep it within {} bytes", field.largest));
  }
  void check_bounds(const RelayField& field, std::int64_t value) {
    check(field.smallest <= value && value <= field.largest, std::string(field.column),
          std::to_string(value), "is out of range",
          fmt::format("give a number from {} to {}", field.smallest, field.largest));
  }
  // The rest has rules of its own, or none.
  void check_bounds(const RelayField&, bool) {}
  void check_bounds(const RelayField&, const RelayId&) {}
  void check_bounds(const RelayField&, RelayStatus) {}

  std::vector<FieldFault> take() { return std::move(list_); }

 private:
  std::vector<FieldFault> list_;
};

void check_key(std::string field, const std::string& key, std::string remedy, Faults& faults) {
  std::string problem;
  try {
    if (nostr::PublicKey::parse(key).hex() != key) {
      problem = "is not in lowercase hex";
    }
  } catch (const nostr::InvalidKey& error) {
    problem = fmt::format("is {}", error.what());
  }
  faults.check(problem.empty(), std::move(field), key, problem, std::move(remedy));
}

// Only a program can have written a wrong one, so only SQL takes it away.
void check_admins(const Relay& relay, Faults& faults) {
  for (const std::string& admin : relay.admins.value_or(std::vector<std::string>())) {
    check_key("admins", admin, "delete it from table relay_admin", faults);
  }
}

void check_schema(const std::string& schema, Standing standing, Faults& faults) {
  if (standing == Standing::taken) {
    faults.check(is_schema(schema), "schema", schema, "is not a schema name",
                 "it must match ^[a-z_][a-z0-9_]*$");
    return;
  }
  faults.check(is_safe_schema(schema), "schema", schema, "is not an allowed schema name",
               "a schema is a-z, 0-9 and single '_' between them, begins with a letter and never "
               "changes: delete the row in SQL, and create the relay again under another id");
}

void check_icon(const std::string& icon, Faults& faults) {
  std::string problem;
  try {
    if (!icon.empty()) {
      static_cast<void>(http::Url::parse(icon));
    }
  } catch (const std::invalid_argument& error) {
    problem = fmt::format("is not a URL: {}", error.what());
  }
  faults.check(problem.empty(), "info_icon", icon, problem,
               "give an http or https URL, or nothing");
}

}  // namespace

std::vector<FieldFault> validate(const Relay& relay, Standing standing) {
  Faults faults;
  faults.check(is_id(relay.id.text), "id", relay.id.text, "is not a relay id",
               "use 1 to 128 letters, digits, '-', '_', '.' and '~', and no '.' first");
  if (relay.status == RelayStatus::deleted) {
    return faults.take();
  }
  check_key("tenant", relay.tenant, "give the owner's public key as 64 hex characters", faults);
  faults.check(
      is_label(relay.subdomain), "subdomain", relay.subdomain, "is not an RFC 1035 label",
      "use 1 to 63 lowercase letters, digits and '-', starting with a letter and not ending "
      "with '-'");
  check_schema(relay.schema, standing, faults);
  faults.check(relay.status != RelayStatus::unknown, "status", to_string(relay.status),
               "is not active, inactive, delinquent or deleted",
               "set it with `tender relay activate` or `tender relay deactivate`");
  faults.check(!relay.plan.empty(), "plan", relay.plan, "is empty",
               "name a plan, such as \"free\"");
  for (const RelayField& field : relay_fields()) {
    std::visit([&](const auto& member) { faults.check_bounds(field, relay.*member.relay); },
               field.member);
  }
  check_icon(relay.info_icon, faults);
  check_admins(relay, faults);
  return faults.take();
}

}  // namespace tender
