#include "tender/zooid/config_file.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/nostr/keys.hpp"

#include "flat_config.hpp"

namespace tender::zooid {
namespace {

// toml++ 3.3 limits how deep values are nested, but not keys: a.b.c… can overflow its stack.
constexpr int kMostDots = 16;  // in one line, outside strings

// What is read besides the table of fields.
constexpr std::array<std::string_view, 8> kOtherFields{"/host",
                                                       "/inactive",
                                                       "/blossom/adapter",
                                                       "/blossom/s3/endpoint",
                                                       "/blossom/s3/region",
                                                       "/blossom/s3/bucket",
                                                       "/blossom/s3/key_prefix",
                                                       "/livekit/server_url"};

constexpr std::string_view kRoles = "/roles/";

// Counts dots outside strings and comments (TOML 1.0), without the rest of the grammar.
class DotCounter {
 public:
  [[nodiscard]] bool is_shallow(std::string_view toml) {
    while (!toml.empty() && dots_ <= kMostDots) {
      toml.remove_prefix(end_.empty() ? step_outside(toml) : step_inside(toml));
    }
    return dots_ <= kMostDots;
  }

 private:
  std::size_t step_outside(std::string_view rest) {
    for (const std::string_view quote : {R"(""")", "'''", "\"", "'"}) {
      if (rest.starts_with(quote)) {
        end_ = quote;
        return quote.size();
      }
    }
    if (rest.front() == '#') {
      end_ = "\n";
    } else if (rest.front() == '\n') {
      dots_ = 0;
    } else if (rest.front() == '.') {
      ++dots_;
    }
    return 1;
  }

  std::size_t step_inside(std::string_view rest) {
    if (rest.front() == '\\' && end_.front() == '"') {
      return std::min<std::size_t>(2, rest.size());
    }
    if (rest.front() == '\n' && end_.size() == 1) {  // also of a string that was not closed
      end_ = {};
      dots_ = 0;
      return 1;
    }
    if (!rest.starts_with(end_)) {
      return 1;
    }
    const char quote = end_.front();
    const bool several = end_.size() > 1;  // two more quotes can belong to such a string
    const std::size_t quotes = std::min(rest.find_first_not_of(quote), rest.size());
    end_ = {};
    return several ? quotes : 1;
  }

  std::string_view end_;  // of the string or comment that we are in; empty: in none
  int dots_ = 0;          // of this line
};

// What is nested deeper than any config is left out, as are numbers and dates: no field takes them.
nlohmann::json json_of(const toml::node& node, int depth = 0) {
  const toml::table* table = node.as_table();
  if (table != nullptr && depth < kMaxJsonDepth) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [key, value] : *table) {
      object[std::string(key.str())] = json_of(value, depth + 1);
    }
    return object;
  }
  const toml::array* array = node.as_array();
  if (array != nullptr && depth < kMaxJsonDepth) {
    nlohmann::json list = nlohmann::json::array();
    for (const toml::node& element : *array) {
      list.push_back(json_of(element, depth + 1));
    }
    return list;
  }
  if (const auto* text = node.as_string()) {
    return text->get();
  }
  if (const auto* flag = node.as_boolean()) {
    return flag->get();
  }
  return 0.5;
}

struct ParsedToml {
  nlohmann::json document;
  std::string fault;
};

ParsedToml parse_toml(std::string_view toml) {
  if (toml.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return {.document = {}, .fault = "it is empty"};
  }
  if (!DotCounter().is_shallow(toml)) {
    return {.document = {}, .fault = "it is not a config: a key in it has too many parts"};
  }
  try {
    return {.document = json_of(toml::parse(toml)), .fault = {}};
  } catch (const toml::parse_error& error) {
    return {.document = {},
            .fault = fmt::format("it is not TOML (line {})", error.source().begin.line)};
  }
}

bool is_known(std::string_view pointer) {
  return std::ranges::find(kOtherFields, pointer) != kOtherFields.end() ||
         pointer.starts_with(kRoles) ||
         std::ranges::any_of(relay_fields(),
                             [&](const RelayField& field) { return field.zooid == pointer; });
}

// Empty unless it is a key.
std::string public_key_of(const std::string& secret) {
  try {
    return nostr::SecretKey::parse(secret).public_key().hex();
  } catch (const nostr::InvalidKey&) {
    return {};
  }
}

}  // namespace

std::string ConfigFile::text(std::string_view pointer) const {
  const auto found = values.find(pointer);
  return found == values.end() ? std::string() : shown_value(found->second);
}

ConfigFile parse_config_file(RelayId id, std::string_view toml) {
  ConfigFile file{.id = std::move(id)};
  ParsedToml parsed = parse_toml(toml);
  if (!parsed.fault.empty()) {
    file.state = FileState::torn;
    file.fault = std::move(parsed.fault);
    return file;
  }
  const std::string secret = json_text(parsed.document, "secret");
  file.identity = public_key_of(secret);
  if (secret.empty()) {
    file.fault = "it has no secret";
  } else if (json_text(parsed.document, "host").empty()) {
    file.fault = "it has no host";
  }
  file.state = file.fault.empty() ? FileState::whole : FileState::torn;
  for (auto& [pointer, value] : flatten(parsed.document)) {
    if (is_credential(pointer)) {
      if (!is_nothing(value)) {
        file.secrets.emplace(pointer, shown_value(value));
      }
    } else if (is_known(pointer)) {
      file.values.emplace(pointer, std::move(value));
    }
  }
  return file;
}

}  // namespace tender::zooid
