// docs/events.schema.json describes what event_body() makes: the same types, and of each the same
// members. tests/interop has a real validator check the values as well.
#include <fstream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tender/model/activity.hpp"

#include "hook/sample_events.hpp"

namespace tender::hook {
namespace {

using nlohmann::json;
using Names = std::set<std::string>;

const json& schema() {
  static const json document =
      json::parse(std::ifstream(TENDER_SOURCE_DIR "/docs/events.schema.json"));
  return document;
}

const json& definition(const std::string& name) {
  return schema().at("$defs").at(name);
}

// The definition that {"$ref": "#/$defs/name"} names.
const json& referred(const json& reference) {
  const auto path = reference.at("$ref").get<std::string>();
  return schema().at(json::json_pointer(path.substr(1)));
}

Names keys(const json& object) {
  Names names;
  for (const auto& [name, value] : object.items()) {
    names.insert(name);
  }
  return names;
}

Names texts(const json& array) {
  return array.get<Names>();
}

Names properties(const json& described) {
  return keys(described.value("properties", json::object()));
}

Names required(const json& described) {
  return texts(described.value("required", json::array()));
}

Names known_types() {
  return {known_activity_types().begin(), known_activity_types().end()};
}

// The members of some objects: those that any of them has, and those that all have.
struct Members {
  void add(const json& object) {
    const Names names = keys(object);
    any.insert(names.begin(), names.end());
    if (!all) {
      all = names;
    }
    std::erase_if(*all, [&](const std::string& name) { return !names.contains(name); });
  }

  Names any;
  std::optional<Names> all;
};

std::map<std::string, Members> details_by_type() {
  std::map<std::string, Members> details;
  for (const std::string& body : test::sample_events()) {
    const json event = json::parse(body);
    details[event["type"]].add(event["data"]["detail"]);
  }
  return details;
}

TEST(EventSchema, HasEachTypeOfActivity) {
  Names described;
  for (const json& each : schema().at("oneOf")) {
    const json& type = referred(each).at("properties").at("type");
    if (type.contains("const")) {
      described.insert(type["const"]);
      EXPECT_EQ(each["$ref"], "#/$defs/" + type["const"].get<std::string>());
    }
  }
  EXPECT_EQ(described, known_types());
  EXPECT_EQ(texts(definition("other")["properties"]["type"]["not"]["enum"]), known_types());
}

TEST(EventSchema, HasTheMembersOfAnEvent) {
  for (const std::string& body : test::sample_events()) {
    const json event = json::parse(body);
    EXPECT_EQ(keys(event), properties(schema()));
    EXPECT_EQ(keys(event), required(schema()));
    EXPECT_EQ(keys(event["data"]), properties(definition("activity")));
    EXPECT_EQ(keys(event["data"]), required(definition("activity")));
  }
}

TEST(EventSchema, HasTheMembersOfEachDetail) {
  Names seen;
  for (const auto& [type, members] : details_by_type()) {
    const json& detail = referred(definition(type)["properties"]["data"]["properties"]["detail"]);
    EXPECT_EQ(members.any, properties(detail)) << type;
    EXPECT_EQ(*members.all, required(detail)) << type;
    seen.insert(type);
  }
  EXPECT_EQ(seen, known_types());
}

}  // namespace
}  // namespace tender::hook
