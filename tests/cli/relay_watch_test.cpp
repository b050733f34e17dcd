// `tender relay watch`: a line for each change.
#include <algorithm>
#include <functional>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

// Acts when a line was read, and reads no further after the last act.
class ActingReader : public std::stringbuf {
 public:
  explicit ActingReader(std::vector<std::function<void()>> acts) : acts_(std::move(acts)) {}
  int sync() override {
    const auto lines = static_cast<std::size_t>(std::ranges::count(str(), '\n'));
    while (done_ < std::min(lines, acts_.size())) {
      acts_[done_++]();
    }
    return lines > acts_.size() ? -1 : 0;
  }

 private:
  std::vector<std::function<void()>> acts_;
  std::size_t done_ = 0;
};

struct RelayWatchTest : CliTest {
  [[nodiscard]] std::string watch(const Words& options,
                                  std::vector<std::function<void()>> acts) const {
    Words arguments{"relay", "watch"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    ActingReader reader(std::move(acts));
    std::ostream out(&reader);
    std::ostringstream err;
    static_cast<void>(run_command_line(arguments, environment, out, err));
    return reader.str();
  }
};

TEST_F(RelayWatchTest, ShowsWhatIsThereAndThenEachChange) {
  create("blue");
  const std::string shown =
      watch({}, {[this] {
                   Behind behind(path);
                   behind.command.complete_relay_sync(behind.relay("blue"),
                                                      {.revision = 1, .digest = "d"});
                 },
                 [this] {  // writes no activity
                   Behind behind(path);
                   behind.command.record_look(behind.relay("blue"), {.live = true});
                 },
                 [this] { Behind(path).database.execute("DELETE FROM relay"); }});
  std::istringstream lines(shown);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_THAT(line, HasSubstr("Z  blue  "));
    ++count;
  }
  EXPECT_THAT(shown, AllOf(HasSubstr(" pending "), HasSubstr(" in step "), HasSubstr(" live "),
                           HasSubstr(" gone ")));
  EXPECT_EQ(count, 4U);
}

TEST_F(RelayWatchTest, ShowsOnlyTheRelaysThatAreNamed) {
  create("blue");
  create("green");
  const std::string shown =
      watch({"blue", "--json"}, {[this] {
              static_cast<void>(run({"relay", "update", "green", "--name", "x"}));
              static_cast<void>(run({"relay", "update", "blue", "--name", "x"}));
            }});
  EXPECT_THAT(shown, Not(HasSubstr("green")));
  std::istringstream lines(shown);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(nlohmann::json::parse(line)["revision"], 1);
  std::getline(lines, line);
  EXPECT_EQ(nlohmann::json::parse(line)["revision"], 2);
}

}  // namespace
}  // namespace tender::cli
