#include "tender/http/router.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace tender::http {
namespace {

boost::asio::awaitable<Reply> answer_nothing(ServerRequest) {
  Reply reply{RawBytes()};
  co_return reply;
}

Router example() {
  Router router;
  router.add("GET", "/", answer_nothing);
  router.add("GET", "/v1/relays", answer_nothing);
  router.add("POST", "/v1/relays", answer_nothing, 10);
  router.add("GET", "/v1/relays/{id}/members/{key}", answer_nothing);
  router.add("DELETE", "/v1/a b", answer_nothing);
  return router;
}

bool fits(const Router& router, std::string_view method, std::string_view path) {
  return router.find(method, path).handler != nullptr;
}

TEST(Router, FindsARouteByMethodAndPath) {
  const Router router = example();
  EXPECT_TRUE(fits(router, "GET", "/"));
  EXPECT_TRUE(fits(router, "GET", "/v1/relays"));
  EXPECT_EQ(router.find("POST", "/v1/relays").max_body, 10U);
  EXPECT_EQ(router.find("GET", "/v1/relays").max_body, std::nullopt);
  for (const char* path : {"/v1", "/v1/relays/", "//v1/relays", "/v1/relays/x", "/V1/relays"}) {
    const Router::Match match = router.find("GET", path);
    EXPECT_EQ(match.handler, nullptr) << path;
    EXPECT_EQ(match.allow, "") << path;
  }
}

TEST(Router, NamesSegmentsAndDecodesThem) {
  const Router router = example();
  const auto match = router.find("GET", "/v1/relays/a%2Fb%00/members/%C3%A9+");
  const std::map<std::string, std::string> expected = {{"id", std::string("a/b\0", 4)},
                                                       {"key", "\xc3\xa9+"}};
  EXPECT_EQ(match.segments, expected);
  EXPECT_FALSE(fits(router, "GET", "/v1/relays//members/x")) << "an empty segment";
  EXPECT_TRUE(fits(router, "DELETE", "/%761/a%20b"));
}

TEST(Router, AnswersHeadWithTheRouteOfGet) {
  EXPECT_TRUE(fits(example(), "HEAD", "/v1/relays"));
  EXPECT_FALSE(fits(example(), "HEAD", "/v1/a%20b"));
}

TEST(Router, SaysWhichMethodsAPathHas) {
  EXPECT_EQ(example().find("PUT", "/v1/relays").allow, "GET, HEAD, POST");
  EXPECT_EQ(example().find("get", "/v1/a%20b").allow, "DELETE");
}

TEST(Router, TakesTheRouteThatWasAddedFirst) {
  Router router;
  router.add("GET", "/relays/all", answer_nothing, 1);
  router.add("GET", "/relays/{id}", answer_nothing, 2);
  EXPECT_EQ(router.find("GET", "/relays/all").max_body, 1U);
  EXPECT_EQ(router.find("GET", "/relays/one").max_body, 2U);
}

TEST(Router, GivesWhatNoRouteFitsToTheHandlerForIt) {
  Router router = example();
  router.otherwise(answer_nothing);
  EXPECT_TRUE(fits(router, "GET", "/nothing"));
  EXPECT_TRUE(fits(router, "PUT", "/v1/relays"));
}

TEST(Router, RefusesPatternsThatCannotBeMeant) {
  Router router = example();
  EXPECT_THROW(router.add("GET", "v1", answer_nothing), std::invalid_argument);
  EXPECT_THROW(router.add("GET", "", answer_nothing), std::invalid_argument);
  EXPECT_THROW(router.add("GET", "/{a}/{a}", answer_nothing), std::invalid_argument);
  EXPECT_THROW(router.add("GET", "/v1/relays", answer_nothing), std::invalid_argument);
}

TEST(ServerRequest, DecodesItsParameters) {
  ServerRequest request;
  EXPECT_EQ(request.parameter("a"), std::nullopt);
  request.query = "a=1%262&b&c=x+y&a=3&=4";
  EXPECT_EQ(request.parameter("a"), "1&2");
  EXPECT_EQ(request.parameter("b"), "");
  EXPECT_EQ(request.parameter("c"), "x y");
  EXPECT_EQ(request.parameter("d"), std::nullopt);
}

}  // namespace
}  // namespace tender::http
