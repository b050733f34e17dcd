#include "tender/http/routes.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace tender::http {
namespace {

boost::asio::awaitable<Reply> answer_nothing(ServerRequest) {
  Reply reply{RawBytes()};
  co_return reply;
}

Routes example() {
  Routes routes;
  routes.add("GET", "/", answer_nothing);
  routes.add("GET", "/v1/relays", answer_nothing);
  routes.add("POST", "/v1/relays", answer_nothing, 10);
  routes.add("GET", "/v1/relays/{id}/members/{key}", answer_nothing);
  routes.add("DELETE", "/v1/a b", answer_nothing);
  return routes;
}

bool fits(const Routes& routes, std::string_view method, std::string_view path) {
  return routes.find(method, path).handler != nullptr;
}

TEST(Routes, FindsARouteByMethodAndPath) {
  const Routes routes = example();
  EXPECT_TRUE(fits(routes, "GET", "/"));
  EXPECT_TRUE(fits(routes, "GET", "/v1/relays"));
  EXPECT_EQ(routes.find("POST", "/v1/relays").max_body, 10U);
  EXPECT_EQ(routes.find("GET", "/v1/relays").max_body, std::nullopt);
  for (const char* path : {"/v1", "/v1/relays/", "//v1/relays", "/v1/relays/x", "/V1/relays"}) {
    const Routes::Match match = routes.find("GET", path);
    EXPECT_EQ(match.handler, nullptr) << path;
    EXPECT_EQ(match.allow, "") << path;
  }
}

TEST(Routes, NamesSegmentsAndDecodesThem) {
  const Routes routes = example();
  const auto match = routes.find("GET", "/v1/relays/a%2Fb%00/members/%C3%A9+");
  const std::map<std::string, std::string> expected = {{"id", std::string("a/b\0", 4)},
                                                       {"key", "\xc3\xa9+"}};
  EXPECT_EQ(match.segments, expected);
  EXPECT_FALSE(fits(routes, "GET", "/v1/relays//members/x")) << "an empty segment";
  EXPECT_TRUE(fits(routes, "DELETE", "/%761/a%20b"));
}

TEST(Routes, AnswersHeadWithTheRouteOfGet) {
  EXPECT_TRUE(fits(example(), "HEAD", "/v1/relays"));
  EXPECT_FALSE(fits(example(), "HEAD", "/v1/a%20b"));
}

TEST(Routes, SaysWhichMethodsAPathHas) {
  EXPECT_EQ(example().find("PUT", "/v1/relays").allow, "GET, HEAD, POST");
  EXPECT_EQ(example().find("get", "/v1/a%20b").allow, "DELETE");
}

TEST(Routes, TakesTheRouteThatWasAddedFirst) {
  Routes routes;
  routes.add("GET", "/relays/all", answer_nothing, 1);
  routes.add("GET", "/relays/{id}", answer_nothing, 2);
  EXPECT_EQ(routes.find("GET", "/relays/all").max_body, 1U);
  EXPECT_EQ(routes.find("GET", "/relays/one").max_body, 2U);
}

TEST(Routes, GivesWhatNoRouteFitsToTheHandlerForIt) {
  Routes routes = example();
  routes.otherwise(answer_nothing);
  EXPECT_TRUE(fits(routes, "GET", "/nothing"));
  EXPECT_TRUE(fits(routes, "PUT", "/v1/relays"));
}

TEST(Routes, RefusesPatternsThatCannotBeMeant) {
  Routes routes = example();
  EXPECT_THROW(routes.add("GET", "v1", answer_nothing), std::invalid_argument);
  EXPECT_THROW(routes.add("GET", "", answer_nothing), std::invalid_argument);
  EXPECT_THROW(routes.add("GET", "/{a}/{a}", answer_nothing), std::invalid_argument);
  EXPECT_THROW(routes.add("GET", "/v1/relays", answer_nothing), std::invalid_argument);
}

TEST(ServerRequest, DecodesItsParameters) {
  ServerRequest request;
  EXPECT_EQ(request.parameter("a"), std::nullopt);
  request.query = "a=1%262&b&c=x+y&a=3&=4";
  EXPECT_EQ(request.parameter("a"), "1&2");
  EXPECT_EQ(request.parameter("b"), "");
  EXPECT_EQ(request.parameter("c"), "x y");
  EXPECT_EQ(request.parameter("d"), std::nullopt);
  EXPECT_EQ(request.parameter_names(), (std::vector<std::string>{"a", "b", "c", "a", ""}));
  request.query = "";
  EXPECT_EQ(request.parameter_names(), std::vector<std::string>());
  request.query = "a=%2";
  EXPECT_EQ(request.parameter_names(), std::nullopt);
}

}  // namespace
}  // namespace tender::http
