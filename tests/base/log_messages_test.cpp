#include "tender/base/log_messages.hpp"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/logs_document.hpp"

namespace tender {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(std::string(TENDER_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(LogMessages, AreInTheirDocument) {
  EXPECT_EQ(content_of("docs/logs.md"), test::logs_document())
      << "run: cmake --build --preset dev --target update_logs_text";
}

TEST(LogMessages, AreAllInAGroup) {
  const std::string header = content_of("include/tender/base/log_messages.hpp");
  const std::regex definition(R"(inline constexpr LogMessage k)");
  const auto defined = std::distance(std::sregex_iterator(header.begin(), header.end(), definition),
                                     std::sregex_iterator());
  std::set<std::string_view> texts;
  for (const logs::LogGroup& group : logs::kGroups) {
    for (const LogMessage* message : group.messages) {
      EXPECT_TRUE(texts.insert(message->text).second) << message->text << " is there twice";
      EXPECT_FALSE(message->meaning.empty()) << message->text;
    }
  }
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(defined));
}

}  // namespace
}  // namespace tender
