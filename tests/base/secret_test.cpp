#include "tender/base/secret.hpp"

#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <gtest/gtest.h>

namespace tender {
namespace {

template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!fmt::is_formattable<Secret>::value, "a Secret must not be printable with fmt");
static_assert(!Streamable<Secret>, "a Secret must not be printable with a stream");

TEST(Secret, IsEmptyAfterItWasMovedFrom) {
  Secret first("hunter2");
  const Secret second(std::move(first));
  EXPECT_EQ(second.reveal(), "hunter2");
  EXPECT_TRUE(
      first.empty());  // NOLINT(bugprone-use-after-move): the state after the move is the point
}

TEST(Secret, ReplacesItsTextOnAssignment) {
  Secret first("a longer secret than the small string buffer holds");
  first = Secret("short");
  EXPECT_EQ(first.reveal(), "short");
}

}  // namespace
}  // namespace tender
