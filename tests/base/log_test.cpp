#include "tender/base/log.hpp"

#include <chrono>
#include <utility>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tender {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

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

// What a logger with this format writes of one line.
std::string line_of(LogFormat format, const std::vector<LogField>& fields) {
  constexpr LogMessage message{
      .level = spdlog::level::warn, .text = "it failed", .fields = "a b next", .meaning = {}};
  testing::internal::CaptureStderr();
  const auto logger = make_logger(spdlog::level::info, format);
  write_log_fields(*logger, message.level, message, fields);
  write_log_fields(*logger, spdlog::level::debug, message, fields);
  return testing::internal::GetCapturedStderr();
}

TEST(WriteLog, WritesFieldsForPeople) {
  const std::string line = line_of(LogFormat::text, {{"a", "x"}, {"b", 7}, {"next", Seconds(30)}});
  EXPECT_TRUE(line.ends_with("Z warn  it failed a=x b=7 next=30s\n")) << line;
}

TEST(WriteLog, WritesFieldsForPrograms) {
  const std::string line =
      line_of(LogFormat::json, {{"a", "x \"y\""}, {"b", 7}, {"next", Seconds(30)}});
  const auto object = nlohmann::json::parse(line);
  EXPECT_EQ(object.at("level"), "warn");
  EXPECT_EQ(object.at("message"), "it failed");
  EXPECT_EQ(object.at("a"), "x \"y\"");
  EXPECT_EQ(object.at("b"), 7);
  EXPECT_EQ(object.at("next_ms"), 30'000);
  EXPECT_EQ(object.size(), 6U);
}

TEST(WriteLog, QuotesWhatCouldBeTakenForAnotherField) {
  const std::string line = line_of(LogFormat::text, {{"a", "x b=\"forged\"\nno \x1eline"}});
  EXPECT_TRUE(line.ends_with("it failed a=\"x b=\\\"forged\\\"\\nno \\u001eline\"\n")) << line;
}

TEST(WriteLog, EscapesABackslashThatCouldEndAValue) {
  const std::string line = line_of(LogFormat::text, {{"a", R"(x \" b=forged)"}, {"b", R"(end\)"}});
  EXPECT_TRUE(line.ends_with("it failed a=\"x \\\\\\\" b=forged\" b=\"end\\\\\"\n")) << line;
}

TEST(WriteLog, ShowsATerminalNothingThatItWouldObey) {
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const std::string line = line_of(format, {{"a", "x\u009b2J\u202ey\x1b[31m"}});
    EXPECT_NE(line.find("x\\u009b2J\\u202ey\\u001b[31m"), std::string::npos) << line;
  }
}

TEST(WriteLog, CutsALongText) {
  const std::string line = line_of(LogFormat::text, {{"a", std::string(5000, 'x')}});
  EXPECT_LT(line.size(), 1200U);
  EXPECT_TRUE(line.ends_with("xxx…\n"));
}

TEST(WriteLog, LeavesOutAFieldWithoutText) {
  const std::string line = line_of(LogFormat::text, {{"a", ""}, {"b", 0}});
  EXPECT_TRUE(line.ends_with("it failed b=0\n")) << line;
}

TEST(WriteLog, SaysDurationsAsPeopleDo) {
  const std::vector<std::pair<std::chrono::milliseconds, std::string>> said{
      {Milliseconds(0), "0ms"},   {Milliseconds(999), "999ms"}, {Milliseconds(1001), "1.1s"},
      {Milliseconds(2000), "2s"}, {Milliseconds(9901), "10s"},  {Seconds(119), "119s"},
      {Seconds(120), "2m"},       {Seconds(150), "2m30s"},      {Seconds(3600), "1h"},
      {Seconds(3601), "1h1m"},    {Seconds(86'400), "24h"}};
  for (const auto& [duration, text] : said) {
    const std::string line = line_of(LogFormat::text, {{"next", duration}});
    EXPECT_TRUE(line.ends_with("next=" + text + "\n")) << line;
  }
}

TEST(Printable, LeavesQuotesAndOtherScriptsReadable) {
  EXPECT_EQ(printable("schema \"été\" \\ 日本"), "schema \"été\" \\ 日本");
}

TEST(Printable, ReplacesInvalidUtf8AndCutsLongText) {
  EXPECT_EQ(printable("a\xff"), "a\xef\xbf\xbd");
  EXPECT_EQ(printable("abcdef", 3), "abc…");
}

}  // namespace tender
