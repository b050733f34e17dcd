#include "tender/base/log.hpp"

#include <gtest/gtest.h>

namespace tender {

TEST(Printable, EscapesWhatCouldForgeALogLine) {
  EXPECT_EQ(printable("one\ntwo\x1b[31m"), "one\\ntwo\\u001b[31m");
}

TEST(Printable, LeavesQuotesAndOtherScriptsReadable) {
  EXPECT_EQ(printable("schema \"été\" \\ 日本"), "schema \"été\" \\ 日本");
}

TEST(Printable, ReplacesInvalidUtf8AndCutsLongText) {
  EXPECT_EQ(printable("a\xff"), "a\xef\xbf\xbd");
  EXPECT_EQ(printable("abcdef", 3), "abc…");
}

}  // namespace tender
