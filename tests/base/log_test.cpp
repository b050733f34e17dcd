#include "tender/base/log.hpp"

#include <gtest/gtest.h>

namespace tender {

TEST(Printable, EscapesWhatCouldForgeALogLine) {
  EXPECT_EQ(printable("one\ntwo\x1b[31m"), "one\\ntwo\\u001b[31m");
}

TEST(Printable, EscapesWhatATerminalObeysBeyondAscii) {
  EXPECT_EQ(printable("a\x7f"
                      "b\u0080\u009f"
                      "c"),
            "a\\u007fb\\u0080\\u009fc");                       // DEL, C1
  EXPECT_EQ(printable("a\u2028\u2029z"), "a\\u2028\\u2029z");  // separators
  EXPECT_EQ(printable("a\u202a\u202ez"), "a\\u202a\\u202ez");  // embeddings, overrides
  EXPECT_EQ(printable("a\u2066\u2069z"), "a\\u2066\\u2069z");  // isolates
  EXPECT_EQ(printable("a\u200e\u200fz"), "a\\u200e\\u200fz");  // marks
}

TEST(Printable, LeavesTheirNeighboursAlone) {
  for (const char* text : {"~", "\u00a0", "\u200d", "\u2027", "\u202f", "\u2065", "\u206a", "😀"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Logger, SpellsLevelsAsTheSettingDoes) {
  testing::internal::CaptureStderr();
  const auto logger = make_logger(spdlog::level::debug, LogFormat::text);
  logger->warn("one");
  logger->debug("two");
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_NE(lines.find("Z warn  one\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("Z debug two\n"), std::string::npos) << lines;
}

TEST(Printable, LeavesQuotesAndOtherScriptsReadable) {
  EXPECT_EQ(printable("schema \"été\" \\ 日本"), "schema \"été\" \\ 日本");
}

TEST(Printable, ReplacesInvalidUtf8AndCutsLongText) {
  EXPECT_EQ(printable("a\xff"), "a\xef\xbf\xbd");
  EXPECT_EQ(printable("abcdef", 3), "abc…");
}

}  // namespace tender
