// Whatever route the admin API has, docs/openapi.yaml describes it, and metrics count it.
#include <algorithm>

#include <yaml-cpp/yaml.h>

#include "tender/base/ascii.hpp"

#include "admin_fixture.hpp"
#include "label_values.hpp"

namespace tender::admin {
namespace {

struct AdminRoutes : AdminApi {
  [[nodiscard]] Values routes() const {
    const auto all = server->routes();
    return {all.begin(), all.end()};
  }
};

TEST_F(AdminRoutes, AreDescribed) {
  Values described;
  for (const auto& route : YAML::LoadFile(TENDER_SOURCE_DIR "/docs/openapi.yaml")["paths"]) {
    for (const auto& operation : route.second) {
      auto method = operation.first.as<std::string>();
      std::ranges::transform(method, method.begin(), ascii_upper);
      if (method != "PARAMETERS") {
        described.insert(method + ' ' + route.first.as<std::string>());
      }
    }
  }
  EXPECT_EQ(described, routes());
}

TEST_F(AdminRoutes, AreCounted) {
  Values counted = values_of("tender_http_requests_total", "route");
  EXPECT_EQ(counted.erase("none"), 1U);
  EXPECT_EQ(counted, routes());
}

}  // namespace
}  // namespace tender::admin
