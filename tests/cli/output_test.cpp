// Lists are printed as they come, and look as if they had been printed at once.
#include "cli/output.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tender::cli {
namespace {

constexpr int kMany = 1200;  // more than a table holds

using Json = nlohmann::ordered_json;

std::string printed(const Json& array) {
  std::ostringstream out;
  JsonArray each(out);
  for (const Json& element : array) {
    each.add(element);
  }
  each.finish();
  return out.str();
}

std::string table_of_width(std::size_t width) {
  std::ostringstream out;
  Table table(out, width);
  table.add({"ID", "SUBDOMAIN", "NAME"});
  table.add({"1", "blue-and-green", "Ünder the sea, a harbour"});
  table.finish();
  return out.str();
}

TEST(Table, CutsTheLastColumnsToTheWidthOfTheTerminal) {
  EXPECT_EQ(table_of_width(80),
            "ID  SUBDOMAIN       NAME\n1   blue-and-green  Ünder the sea, a harbour\n");
  EXPECT_EQ(table_of_width(30), "ID  SUBDOMAIN       NAME\n1   blue-and-green  Ünder the…\n");
  EXPECT_EQ(table_of_width(24), "ID  SUBDOMAIN   NAME\n1   blue-and-…  Ünder t…\n");
  EXPECT_EQ(table_of_width(1), "ID  SUBDOMA…  NAME\n1   blue-an…  Ünder t…\n");
}

TEST(Table, LeavesOutDispensableColumnsBeforeItCuts) {
  const auto printed = [](std::size_t width) {
    std::ostringstream out;
    Table table(out, width, {1, 3});
    table.add({"NAME", "ID", "HOST", "URL"});
    table.add({"harbour", "0123456789", "harbour.example", "wss://harbour.example"});
    table.finish();
    return out.str();
  };
  EXPECT_EQ(printed(50),
            "NAME     HOST             URL\nharbour  harbour.example  wss://harbour.example\n");
  EXPECT_EQ(printed(30), "NAME     HOST\nharbour  harbour.example\n");
}

TEST(JsonArray, PrintsWhatPrintJsonWould) {
  for (const char* text : {"[]", R"([{"a":1,"b":{"c":[1,2]},"d":"x\ny","e":{}}])", "[1,2,3]"}) {
    const Json array = Json::parse(text);
    std::ostringstream at_once;
    print_json(at_once, array);
    EXPECT_EQ(printed(array), at_once.str());
  }
}

TEST(JsonArray, ReplacesInvalidUtf8) {
  EXPECT_EQ(printed(Json::array({"\xff"})), "[\n  \"\xef\xbf\xbd\"\n]\n");
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> list;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    list.push_back(line);
  }
  return list;
}

TEST(Table, PrintsRowsBeforeItHasThemAll) {
  std::ostringstream out;
  Table table(out);
  for (int i = 0; i < kMany; ++i) {
    table.add({std::to_string(i), "x"});
  }
  EXPECT_GT(out.str().size(), 0U);
  table.finish();
  EXPECT_EQ(lines(out.str()).size(), static_cast<std::size_t>(kMany));
}

TEST(Table, WidensAColumnFromTheRowsOnThatNeedIt) {
  std::ostringstream out;
  Table table(out);
  table.add({"NAME", "ID"});
  for (int i = 0; i < kMany; ++i) {
    table.add({"ab", "1"});
  }
  table.add({"abcdefgh", "2"});
  table.add({"ab", "3"});
  table.finish();
  const auto printed = lines(out.str());
  EXPECT_EQ(printed.front(), "NAME  ID");
  EXPECT_EQ(printed[1], "ab    1");
  EXPECT_EQ(printed[kMany + 1], "abcdefgh  2");
  EXPECT_EQ(printed[kMany + 2], "ab        3");
}

}  // namespace
}  // namespace tender::cli
