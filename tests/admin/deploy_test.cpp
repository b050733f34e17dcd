// What deploy/ has for Prometheus and Grafana fits tender: metrics that exist, runbooks that exist,
// and a data source that can be chosen. scripts/check_deploy.py checks the rest.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

#include "tender/base/metric_table.hpp"

namespace tender::admin {
namespace {

std::string read_source(const std::string& name) {
  std::ifstream in(std::string(TENDER_SOURCE_DIR) + "/" + name);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> names_of_series() {
  std::set<std::string> names;
  for (const MetricRow& row : metric_table()) {
    const std::string name(row.name);
    if (row.type == MetricType::histogram) {
      names.merge(std::set{name + "_bucket", name + "_sum", name + "_count"});
    } else {
      names.insert(name);
    }
  }
  return names;
}

void expect_known_series(const std::string& expression) {
  static const std::set<std::string> known = names_of_series();
  static const std::regex word("\\b(tender|process)_[a-z_]+");
  for (std::sregex_iterator each(expression.begin(), expression.end(), word), end; each != end;
       ++each) {
    EXPECT_TRUE(known.contains(each->str())) << each->str() << " in " << expression;
  }
}

// As scripts/check_docs.awk makes it.
std::string anchor_of(std::string heading) {
  std::erase_if(heading, [](unsigned char letter) {
    return std::isalnum(letter) == 0 && letter != ' ' && letter != '-' && letter != '_';
  });
  std::ranges::transform(heading, heading.begin(), [](unsigned char letter) {
    return letter == ' ' ? '-' : static_cast<char>(std::tolower(letter));
  });
  return heading;
}

std::set<std::string> anchors_of(const std::string& page) {
  std::set<std::string> anchors;
  std::ifstream in(std::string(TENDER_SOURCE_DIR) + "/" + page);
  for (std::string line; std::getline(in, line);) {
    if (const auto text = line.find_first_not_of('#'); text > 0 && text < line.size()) {
      anchors.insert(page + "#" + anchor_of(line.substr(text + 1)));
    }
  }
  return anchors;
}

TEST(Alerts, NameMetricsAndRunbooksThatExist) {
  const std::set<std::string> runbooks = anchors_of("docs/operations.md");
  const YAML::Node rules =
      YAML::LoadFile(TENDER_SOURCE_DIR "/deploy/alerts.yaml")["groups"][0]["rules"];
  ASSERT_GT(rules.size(), 10U);
  for (const YAML::Node& rule : rules) {
    const auto name = rule["alert"].as<std::string>();
    expect_known_series(rule["expr"].as<std::string>());
    EXPECT_TRUE(rule["for"]) << name;
    EXPECT_THAT(rule["labels"]["severity"].as<std::string>(), testing::AnyOf("critical", "warning"))
        << name;
    EXPECT_FALSE(rule["annotations"]["summary"].as<std::string>().empty()) << name;
    const auto runbook = rule["annotations"]["runbook_url"].as<std::string>();
    EXPECT_TRUE(runbooks.contains(runbook)) << name << ": " << runbook;
  }
}

TEST(Alerts, AreAllTested) {
  const std::string tests = read_source("tests/deploy/alerts_test.yaml");
  const YAML::Node rules =
      YAML::LoadFile(TENDER_SOURCE_DIR "/deploy/alerts.yaml")["groups"][0]["rules"];
  for (const YAML::Node& rule : rules) {
    const auto name = rule["alert"].as<std::string>();
    const std::regex fires("alertname: " + name + "\\s+exp_alerts");
    EXPECT_TRUE(std::regex_search(tests, fires)) << name;
  }
}

TEST(Dashboard, NamesMetricsThatExist) {
  const auto dashboard = nlohmann::json::parse(read_source("deploy/grafana.json"));
  std::set<int> ids;
  for (const auto& panel : dashboard.at("panels")) {
    EXPECT_TRUE(ids.insert(panel.at("id").get<int>()).second);
    for (const auto& target : panel.value("targets", nlohmann::json::array())) {
      expect_known_series(target.at("expr"));
      EXPECT_EQ(target.at("datasource").at("uid"), "${datasource}");
    }
  }
  EXPECT_GT(ids.size(), 20U);
}

TEST(Dashboard, LetsItsReaderChooseTheDataSource) {
  const auto dashboard = nlohmann::json::parse(read_source("deploy/grafana.json"));
  const auto& variables = dashboard.at("templating").at("list");
  EXPECT_TRUE(std::ranges::any_of(variables, [](const auto& variable) {
    return variable.at("name") == "datasource" && variable.at("type") == "datasource" &&
           variable.at("query") == "prometheus";
  }));
}

TEST(Dashboard, ShowsEveryMetricOfTender) {
  const std::string dashboard = read_source("deploy/grafana.json");
  for (const MetricRow& row : metric_table()) {
    if (row.name.starts_with("tender_")) {
      EXPECT_NE(dashboard.find(row.name), std::string::npos) << row.name;
    }
  }
}

}  // namespace
}  // namespace tender::admin
