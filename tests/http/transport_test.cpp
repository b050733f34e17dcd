#include "tender/http/transport.hpp"

#include <gtest/gtest.h>

namespace tender::http {
namespace {

TEST(Response, FindsAHeaderWithoutRegardToCase) {
  Response response;
  response.headers = {{"Retry-After", "3"}, {"X-A", "1"}, {"x-a", "2"}};
  EXPECT_EQ(response.header("retry-after"), "3");
  EXPECT_EQ(response.header("X-a"), "1");
  EXPECT_EQ(response.header("X-"), std::nullopt);
}

TEST(Transport, SpellsMethodsAsOnTheWire) {
  EXPECT_EQ(to_string(Method::get), "GET");
  EXPECT_EQ(to_string(Method::patch), "PATCH");
  EXPECT_EQ(to_string(Method::post), "POST");
}

TEST(Transport, NamesFaults) {
  EXPECT_EQ(to_string(Fault::too_large), "too_large");
  EXPECT_EQ(to_string(Fault::dns), "dns");
}

}  // namespace
}  // namespace tender::http
