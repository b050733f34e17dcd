#include "tender/config/dotenv.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace tender::config {
namespace {

// The value of the one entry of `text`, or nothing when the text is no single sound line.
std::optional<std::string> value_of(std::string_view text) {
  const Dotenv parsed = parse_dotenv(text, ".env");
  if (!parsed.faults.empty() || parsed.entries.size() != 1 || parsed.entries[0].key != "KEY") {
    return std::nullopt;
  }
  return parsed.entries[0].value.reveal();
}

EnvFault fault_of(std::string_view text) {
  const Dotenv parsed = parse_dotenv(text, ".env");
  EXPECT_EQ(parsed.faults.size(), 1U) << text;
  EXPECT_TRUE(parsed.entries.empty()) << text;
  return parsed.faults.empty() ? EnvFault{} : parsed.faults.front();
}

struct Sound {
  std::string_view text;
  std::string_view value;
};

class SoundLine : public testing::TestWithParam<Sound> {};

TEST_P(SoundLine, GivesTheValue) {
  EXPECT_EQ(value_of(GetParam().text), GetParam().value) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Dotenv, SoundLine,
    testing::Values(
        Sound{"KEY=value", "value"}, Sound{"KEY=value\n", "value"}, Sound{"KEY=value\r\n", "value"},
        Sound{"KEY=", ""}, Sound{"  KEY=value  ", "value"}, Sound{"KEY= value", "value"},
        Sound{"KEY=two words", "two words"}, Sound{"export KEY=value", "value"},
        Sound{"export\t KEY=value", "value"}, Sound{"KEY=a=b==", "a=b=="},
        Sound{"KEY=value # comment", "value"}, Sound{"KEY=a#b", "a#b"}, Sound{"KEY=#b", "#b"},
        Sound{"KEY= # comment", ""}, Sound{"KEY=a'b\"c", "a'b\"c"}, Sound{"KEY=$HOME", "$HOME"},
        Sound{"KEY=${HOME}", "${HOME}"}, Sound{"KEY=a\\nb", "a\\nb"}, Sound{"KEY=\"\"", ""},
        Sound{"KEY=\" value \"", " value "}, Sound{R"(KEY="a\nb\"c\\d")", "a\nb\"c\\d"},
        Sound{"KEY=\"$HOME\"", "$HOME"}, Sound{"KEY=\"a # b\"", "a # b"},
        Sound{"KEY=\"a\" # comment", "a"}, Sound{"KEY=\"a\"  ", "a"}, Sound{"KEY='a'", "a"},
        Sound{"KEY=''", ""}, Sound{R"(KEY='a\nb"c$d')", R"(a\nb"c$d)"},
        Sound{"KEY='a # b' # comment", "a # b"}, Sound{"\xef\xbb\xbfKEY=value", "value"},
        Sound{"# comment\n\n   # another\nKEY=value\n", "value"},
        Sound{"KEY=caf\xc3\xa9", "caf\xc3\xa9"}));

struct BrokenCase {
  std::string_view text;
  std::string_view problem;
};

class BrokenLine : public testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenLine, IsAFaultThatSaysWhatIsWrong) {
  const EnvFault fault = fault_of(GetParam().text);
  EXPECT_EQ(fault.variable, ".env:1");
  EXPECT_EQ(fault.problem, GetParam().problem);
  EXPECT_FALSE(fault.remedy.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Dotenv, BrokenLine,
    testing::Values(BrokenCase{"KEY", "there is no = in the line"},
                    BrokenCase{"export KEY", "there is no = in the line"},
                    BrokenCase{"export", "there is no = in the line"},
                    BrokenCase{"KEY =value", "there is a space or tab before the ="},
                    BrokenCase{"=value", "the text before the = is not a name"},
                    BrokenCase{"1KEY=value", "the text before the = is not a name"},
                    BrokenCase{"A-B=value", "the text before the = is not a name"},
                    BrokenCase{"A B=value", "the text before the = is not a name"},
                    BrokenCase{"KEY=\"value", "the double quote is not closed"},
                    BrokenCase{"KEY=\"value\\\"", "the double quote is not closed"},
                    BrokenCase{"KEY=\"", "the double quote is not closed"},
                    BrokenCase{"KEY='value", "the single quote is not closed"},
                    BrokenCase{"KEY=\"a\\tb\"",
                               "the double quotes hold an escape other than \\n, \\\" and \\\\"},
                    BrokenCase{"KEY=\"a\\",
                               "the double quotes hold an escape other than \\n, \\\" and \\\\"},
                    BrokenCase{"KEY=\"a\"b", "something follows the closing quote"},
                    BrokenCase{"KEY='a' b", "something follows the closing quote"},
                    BrokenCase{"KEY='a'#b", "something follows the closing quote"}));

TEST(Dotenv, ReadsEveryLineAndReportsEveryBrokenOne) {
  const Dotenv parsed = parse_dotenv("A=1\nbroken\nB=2\nC='3\nD=4", "conf/.env");
  ASSERT_EQ(parsed.entries.size(), 3U);
  EXPECT_EQ(parsed.entries[1].key, "B");
  EXPECT_EQ(parsed.entries[1].place, "conf/.env:3");
  ASSERT_EQ(parsed.faults.size(), 2U);
  EXPECT_EQ(parsed.faults[0].variable, "conf/.env:2");
  EXPECT_EQ(parsed.faults[1].variable, "conf/.env:4");
}

TEST(Dotenv, NamesTheVariableOfABrokenLineWhenItIsOneOfOurs) {
  const EnvFault fault = fault_of("ROBOT_SECRET='abc");
  EXPECT_EQ(fault.variable, "ROBOT_SECRET");
  EXPECT_EQ(fault.problem, ".env:1: the single quote is not closed");
}

TEST(Dotenv, QuotesNothingOfABrokenLine) {
  constexpr std::string_view canary = "hunter2";
  for (const char* text :
       {"hunter2", "hunter2='", "hunter2-x=1", "x hunter2=1", "KEY='hunter2", "KEY=\"hunter2",
        "KEY=\"a\\hunter2\"", "KEY='a' hunter2", "hunter2 =1", "ROBOT_SECRET=\"hunter2",
        "ROBOT_SECRET hunter2", "ROBOT_SECRET: hunter2"}) {
    const EnvFault fault = fault_of(text);
    const std::string said = fault.variable + fault.problem + fault.remedy;
    EXPECT_EQ(said.find(canary), std::string::npos) << text;
  }
}

TEST(Dotenv, RefusesANameThatStandsThereTwice) {
  const Dotenv parsed = parse_dotenv("LOG_LEVEL=info\n\nLOG_LEVEL=debug\n", ".env");
  ASSERT_EQ(parsed.faults.size(), 1U);
  EXPECT_EQ(parsed.faults[0].variable, "LOG_LEVEL");
  EXPECT_EQ(parsed.faults[0].problem, ".env:3: the same name is already on line 1");
  ASSERT_EQ(parsed.entries.size(), 1U);
  EXPECT_EQ(parsed.entries[0].value.reveal(), "info");
}

TEST(Dotenv, OfAnEmptyFileIsEmpty) {
  for (const char* text : {"", "\n", "\n\n", "# only a comment"}) {
    const Dotenv parsed = parse_dotenv(text, ".env");
    EXPECT_TRUE(parsed.entries.empty());
    EXPECT_TRUE(parsed.faults.empty());
  }
}

}  // namespace
}  // namespace tender::config
