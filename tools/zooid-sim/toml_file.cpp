#include "zooid-sim/toml_file.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include <toml++/toml.h>

#include <nlohmann/json.hpp>

namespace zooid_sim {
namespace {

using nlohmann::json;

json json_of(const toml::node& node) {
  if (const toml::table* table = node.as_table()) {
    json object = json::object();
    for (const auto& [key, value] : *table) {
      object[std::string(key.str())] = json_of(value);
    }
    return object;
  }
  if (const toml::array* array = node.as_array()) {
    json list = json::array();
    for (const toml::node& element : *array) {
      list.push_back(json_of(element));
    }
    return list;
  }
  if (const auto* text = node.as_string()) {
    return text->get();
  }
  if (const auto* flag = node.as_boolean()) {
    return flag->get();
  }
  if (const auto* number = node.as_integer()) {
    return number->get();
  }
  return 0.5;  // a number or a date, which no field of a config takes: read_config refuses it
}

toml::table to_toml(const json& object) {
  toml::table table;
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      table.insert(key, to_toml(value));
    } else if (value.is_array()) {
      toml::array texts;
      for (const json& element : value) {
        texts.push_back(element.get<std::string>());
      }
      table.insert(key, std::move(texts));
    } else if (value.is_boolean()) {
      table.insert(key, value.get<bool>());
    } else {
      table.insert(key, value.get<std::string>());
    }
  }
  return table;
}

}  // namespace

ConfigResult load_toml(const std::filesystem::path& file) {
  try {
    return read_config(json_of(toml::parse_file(file.string())));
  } catch (const toml::parse_error& error) {
    return {std::nullopt, std::string(error.description())};
  }
}

void save_toml(const std::filesystem::path& file, const Config& config) {
  std::ostringstream text;
  text << to_toml(to_json(config)) << '\n';

  // Not named .toml, so that a leftover is never taken for a relay.
  const std::filesystem::path draft = file.string() + ".draft";
  std::ofstream out(draft, std::ios::binary | std::ios::trunc);
  out << text.str();
  out.close();
  if (!out) {
    throw std::system_error(errno, std::generic_category(), draft.string());
  }
  std::filesystem::rename(draft, file);
}

}  // namespace zooid_sim
