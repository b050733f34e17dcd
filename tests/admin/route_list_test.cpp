// Whatever route the admin API has, docs/openapi.yaml describes it, and metrics count it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>

#include <yaml-cpp/yaml.h>

#include "tender/base/ascii.hpp"

#include "admin/query_parameters.hpp"
#include "admin_fixture.hpp"
#include "label_values.hpp"

namespace tender::admin {
namespace {

struct AdminRoutes : AdminApi {
  [[nodiscard]] Values routes() const {
    if (!server) {
      return {};
    }
    const auto all = server->routes();
    return {all.begin(), all.end()};
  }

  // Each operation by the name of its route.
  [[nodiscard]] std::map<std::string, YAML::Node> operations() const {
    std::map<std::string, YAML::Node> all;
    for (const auto& route : document["paths"]) {
      for (const auto& operation : route.second) {
        auto method = operation.first.as<std::string>();
        std::ranges::transform(method, method.begin(), ascii_upper);
        if (method != "PARAMETERS") {
          all[method + ' ' + route.first.as<std::string>()] = operation.second;
        }
      }
    }
    return all;
  }

  [[nodiscard]] Values described_parameters(const YAML::Node& operation) const {
    const std::string prefix = "#/components/parameters/";
    Values names;
    for (YAML::Node parameter : operation["parameters"]) {
      if (parameter["$ref"]) {
        const auto name = parameter["$ref"].as<std::string>().substr(prefix.size());
        parameter.reset(document["components"]["parameters"][name]);
      }
      if (parameter["in"].as<std::string>() == "query") {
        names.insert(parameter["name"].as<std::string>());
      }
    }
    return names;
  }

  YAML::Node document = YAML::LoadFile(TENDER_SOURCE_DIR "/docs/openapi.yaml");
};

TEST_F(AdminRoutes, AreDescribed) {
  Values described;
  for (const auto& [route, operation] : operations()) {
    described.insert(route);
  }
  EXPECT_EQ(described, routes());
}

TEST_F(AdminRoutes, AreDescribedWithTheirParameters) {
  for (const auto& [route, operation] : operations()) {
    const auto known = query_parameters(route);
    EXPECT_EQ(described_parameters(operation), Values(known.begin(), known.end())) << route;
  }
}

// The names of the parameters that handlers ask for, as their sources say.
Values asked_parameters() {
  static const std::regex asks(R"re(\bparameter\("(\w+)"\))re");
  Values names;
  for (const auto& file : std::filesystem::directory_iterator(TENDER_SOURCE_DIR "/src/admin")) {
    std::ifstream source(file.path());
    const std::string text{std::istreambuf_iterator<char>(source), {}};
    for (std::sregex_iterator each(text.begin(), text.end(), asks), end; each != end; ++each) {
      names.insert((*each)[1].str());
    }
  }
  return names;
}

TEST_F(AdminRoutes, HaveTheParametersThatHandlersAskFor) {
  Values known;
  for (const std::string& route : routes()) {
    const auto names = query_parameters(route);
    known.insert(names.begin(), names.end());
  }
  known.erase("verbose");  // of the route that asks whether the query is that word
  EXPECT_EQ(asked_parameters(), known);
}

TEST_F(AdminRoutes, AreCounted) {
  Values counted = values_of("tender_http_requests_total", "route");
  EXPECT_EQ(counted.erase("none"), 1U);
  EXPECT_EQ(counted, routes());
}

}  // namespace
}  // namespace tender::admin
