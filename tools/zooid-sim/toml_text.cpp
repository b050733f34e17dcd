#include "zooid-sim/toml_text.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace zooid_sim {
namespace {

using nlohmann::ordered_json;

std::string toml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        result += "\\\"";
        break;
      case '\\':
        result += "\\\\";
        break;
      case '\t':
        result += "\\t";
        break;
      case '\n':
        result += "\\n";
        break;
      case '\r':
        result += "\\r";
        break;
      default:
        if ((c >= 0 && c < 0x20) || c == 0x7f) {
          result += fmt::format("\\u{:04x}", static_cast<int>(c));
        } else {
          result += c;
        }
    }
  }
  return result + '"';
}

std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  return bare ? key : toml_string(key);
}

std::string value_text(const ordered_json& value) {
  if (value.is_string()) {
    return toml_string(value.get_ref<const std::string&>());
  }
  if (value.is_boolean()) {
    return value.get<bool>() ? "true" : "false";
  }
  std::string list;
  for (const ordered_json& element : value) {
    list += (list.empty() ? "" : ", ") + value_text(element);
  }
  return '[' + list + ']';
}

// Plain values first, then the tables, each with its full name and one step further in.
void append_table(std::string& text, const ordered_json& table, const std::string& name,
                  const std::string& indent) {
  for (const auto& [key, value] : table.items()) {
    if (!value.is_object()) {
      text += fmt::format("{}{} = {}\n", indent, key_text(key), value_text(value));
    }
  }
  for (const auto& [key, value] : table.items()) {
    if (value.is_object()) {
      const std::string path = name.empty() ? key_text(key) : name + '.' + key_text(key);
      text += fmt::format("{}{}[{}]\n", name.empty() ? "\n" : "", indent, path);
      append_table(text, value, path, indent + "  ");
    }
  }
}

}  // namespace

std::string toml_text(const ordered_json& object) {
  std::string text;
  append_table(text, object, "", "");
  return text;
}

}  // namespace zooid_sim
