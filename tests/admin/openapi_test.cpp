// docs/openapi.yaml says what the admin API answers: every member.
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

#include "tender/model/activity.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/store/database.hpp"
#include "tender/view/dead_letter.hpp"
#include "tender/view/relay.hpp"
#include "tender/view/relay_comparison.hpp"
#include "tender/view/work.hpp"

#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

namespace tender::admin {
namespace {

using Names = std::set<std::string>;

struct OpenApi : testing::Test {
  [[nodiscard]] Names properties(const std::string& schema) const {
    Names names;
    for (const auto& each : document["components"]["schemas"][schema]["properties"]) {
      names.insert(each.first.as<std::string>());
    }
    return names;
  }

  static Names members(const nlohmann::ordered_json& object) {
    Names names;
    for (const auto& [name, value] : object.items()) {
      names.insert(name);
    }
    return names;
  }

  static Names values(const YAML::Node& schema) {
    const auto list = schema["enum"].as<std::vector<std::string>>();
    return {list.begin(), list.end()};
  }

  YAML::Node document = YAML::LoadFile(TENDER_SOURCE_DIR "/docs/openapi.yaml");
};

TEST_F(OpenApi, NamesEachMemberOfAnAnswer) {
  boost::asio::io_context io;
  test::VirtualClock clock(io);
  const test::TempDir directory;
  store::Database database(directory.path() / "tender.db", clock, {});
  EXPECT_EQ(properties("Relay"),
            members(view::RelayView(database, TimePoint::min(), "relays.test").to_json(Relay())));
  EXPECT_EQ(properties("Activity"), members(to_json(Activity())));
  EXPECT_EQ(properties("DeadLetter"), members(view::to_json(outbox::DeadLetter(), database)));
  EXPECT_EQ(properties("Comparison"), members(view::to_json(infra::RelayComparison())));
  EXPECT_EQ(properties("Work"), members(view::to_json(outbox::Job(), clock.now())));
}

TEST_F(OpenApi, NamesEachValueOfAnEnumeration) {
  Names states;
  for (const view::SyncState state : view::sync_states()) {
    states.insert(view::to_json_name(state));
  }
  const YAML::Node schemas = document["components"]["schemas"];
  EXPECT_EQ(values(schemas["SyncState"]), states);
  Names statuses;
  for (const RelayStatus status : {RelayStatus::active, RelayStatus::inactive,
                                   RelayStatus::delinquent, RelayStatus::deleted}) {
    statuses.emplace(to_string(status));
  }
  for (const auto& parameter : document["paths"]["/v1/relays"]["get"]["parameters"]) {
    if (parameter["name"] && parameter["name"].as<std::string>() == "status") {
      EXPECT_EQ(values(parameter["schema"]), statuses);
    }
  }
  statuses.emplace(to_string(RelayStatus::unknown));
  EXPECT_EQ(values(schemas["Relay"]["properties"]["status"]), statuses);
  const auto reasons = outbox::dead_letter_reasons();
  const YAML::Node letters = document["components"]["requestBodies"]["DeadLetters"];
  EXPECT_EQ(values(letters["content"]["application/json"]["schema"]["properties"]["reason"]),
            Names(reasons.begin(), reasons.end()));
}

TEST_F(OpenApi, NamesEachFieldThatCanBeSet) {
  Names fields{"admins"};
  for (const RelayField& field : relay_fields()) {
    std::visit(
        [&](const auto& member) {
          if (member.change != nullptr) {
            fields.emplace(field.column);
          }
        },
        field.member);
  }
  EXPECT_EQ(properties("RelayChange"), fields);
}

}  // namespace
}  // namespace tender::admin
