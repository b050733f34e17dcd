// What zooid answers when its files are torn or gone, or cannot be written.
#include <filesystem>
#include <fstream>

#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

using nlohmann::json;

struct BadDaysTest : SimTest {
  std::filesystem::path config = directory.path() / "config";
  std::filesystem::path file = config / "a.toml";

  void SetUp() override { call("POST", "/relay/a", relay_config("a")); }
  void tear(std::uintmax_t size) const { std::filesystem::resize_file(file, size); }
  // The size of the file up to the end of the line that begins with `word`.
  [[nodiscard]] std::uintmax_t end_of(const std::string& word) const {
    std::ifstream in(file);
    std::uintmax_t size = 0;
    for (std::string line; std::getline(in, line);) {
      size += line.size() + 1;
      const std::size_t start = line.find_first_not_of(' ');
      if (start != std::string::npos && line.substr(start).starts_with(word)) {
        return size;
      }
    }
    ADD_FAILURE() << "no line begins with " << word;
    return 0;
  }
  void expect(const Received& answer, int status, const std::string& text) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(error_of(answer), text);
  }
};

TEST_F(BadDaysTest, TellsAnEmptyFileByWhatItRequires) {
  tear(0);
  expect(call("PATCH", "/relay/a", {{"info", {{"name", "New"}}}}), 400, "host is required");
  json whole = relay_config("a");
  whole.erase("secret");
  expect(call("PATCH", "/relay/a", whole), 400, "secret is required");
  expect(call("POST", "/relay/a", relay_config("a")), 409, "relay with this id already exists");
  EXPECT_EQ(call("PUT", "/relay/a", relay_config("a")).status, 200);
  EXPECT_EQ(call("PATCH", "/relay/a", json::object()).status, 200);
}

TEST_F(BadDaysTest, TellsATornFileByItsToml) {
  tear(end_of("host") + 3);
  const Received answer = call("PATCH", "/relay/a", json::object());
  EXPECT_EQ(answer.status, 500);
  EXPECT_TRUE(error_of(answer).starts_with("failed to read existing config: toml: line 2"))
      << answer.body;
  EXPECT_EQ(call("DELETE", "/relay/a").status, 200);
}

TEST_F(BadDaysTest, WritesTheOwnerBeforeTheDescription) {
  EXPECT_GT(end_of("description"), end_of("pubkey"));
  EXPECT_GT(end_of("pubkey"), end_of("secret"));
}

TEST_F(BadDaysTest, LosesTheFileWhenTheVolumeIsFull) {
  std::filesystem::remove(file);
  std::filesystem::create_symlink("/dev/full", file);
  expect(call("PUT", "/relay/a", relay_config("a")), 500,
         "failed to write config: failed to encode toml: write " + file.string() +
             ": no space left on device");
}

TEST_F(BadDaysTest, WritesNoMoreThanTheVolumeHasRoomForUntilItIsToldOtherwise) {
  call("POST", "/relay/b", relay_config("b"));
  const std::uintmax_t size = std::filesystem::file_size(file);
  control("PUT", "/volume", {{"bytes", 2 * size + 10}});
  const json longer = {{"info", {{"name", std::string(100, 'x')}}}};
  EXPECT_TRUE(error_of(call("PATCH", "/relay/a", longer)).ends_with(": no space left on device"));
  EXPECT_EQ(std::filesystem::file_size(file), size + 10);
  control("PUT", "/volume", {{"bytes", 0}});
  EXPECT_EQ(call("PATCH", "/relay/b", json::object()).status, 500);
  EXPECT_EQ(std::filesystem::file_size(config / "b.toml"), 0U);
  EXPECT_EQ(control("PUT", "/volume", {{"bytes", -1}})["http_status"], 400);
  control("PUT", "/volume", {{"bytes", nullptr}});
  EXPECT_EQ(call("PUT", "/relay/b", relay_config("b")).status, 200);
}

TEST_F(BadDaysTest, SaysThatAFileCannotBeMade) {
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  expect(
      call("PUT", "/relay/a", relay_config("a")), 500,
      "failed to write config: failed to create file: open " + file.string() + ": is a directory");
  expect(call("PATCH", "/relay/a", json::object()), 500,
         "failed to read existing config: read " + file.string() + ": is a directory");
}

TEST_F(BadDaysTest, SaysThatTheDirectoryIsGone) {
  std::filesystem::remove_all(config);
  expect(
      call("POST", "/relay/a", relay_config("a")), 409,
      "failed to read config directory: open " + config.string() + ": no such file or directory");
  expect(call("PATCH", "/relay/a", json::object()), 404, "relay not found");
}

TEST_F(BadDaysTest, SaysThatTheDirectoryIsAFile) {
  std::filesystem::remove_all(config);
  std::ofstream(config) << "x";
  expect(call("DELETE", "/relay/a"), 500,
         "failed to check config: stat " + file.string() + ": not a directory");
}

}  // namespace
}  // namespace zooid_sim::test
