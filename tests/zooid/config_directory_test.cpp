#include "tender/zooid/config_directory.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/temp_dir.hpp"

namespace tender::zooid {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kConfig =
    "host = \"blue.relays.test\"\n"
    "secret = \"7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a\"\n";

struct ConfigDirectoryTest : testing::Test {
  void write(const std::string& name, const std::string& text = kConfig) const {
    std::ofstream(directory.path() / name) << text;
  }
  [[nodiscard]] std::vector<std::string> listed() const {
    std::vector<std::string> ids;
    for (const RelayId& id : files.list()) {
      ids.push_back(id.text);
    }
    return ids;
  }
  [[nodiscard]] ConfigFile read(const std::string& id) const {
    return files.read(RelayId{id}).value_or(ConfigFile{.id = {}, .fault = "(no file)"});
  }

  test::TempDir directory;
  ConfigDirectory files{directory.path()};
};

TEST_F(ConfigDirectoryTest, ListsTheRelaysThatHaveAFile) {
  for (const char* name : {"b.toml", "a.toml", "hand.made.toml", "notes.txt", ".toml",
                           "tender-scratch.toml", "a.toml.new"}) {
    write(name);
  }
  EXPECT_THAT(listed(), ElementsAre("a", "b", "hand.made"));
}

TEST_F(ConfigDirectoryTest, ReadsAFile) {
  write("a.toml");
  const ConfigFile file = read("a");
  EXPECT_EQ(file.id.text, "a");
  EXPECT_EQ(file.fault, "");
  EXPECT_EQ(file.text("/host"), "blue.relays.test");
  EXPECT_EQ(file.identity.size(), 64U);
  struct stat status {};
  ASSERT_EQ(stat((directory.path() / "a.toml").c_str(), &status), 0);
  EXPECT_EQ(file.written_at.time_since_epoch() / std::chrono::seconds(1), status.st_mtim.tv_sec);
}

TEST_F(ConfigDirectoryTest, HasNothingForARelayWithoutAFile) {
  EXPECT_FALSE(files.read(RelayId{"a"}));
  EXPECT_FALSE(files.read(RelayId{""}));
  write("tender-scratch.toml");
  EXPECT_FALSE(files.read(RelayId{"tender-scratch"}));
}

TEST_F(ConfigDirectoryTest, NeverLeavesTheDirectory) {
  std::filesystem::create_directory(directory.path() / "inner");
  write("outside.toml");
  const ConfigDirectory inner(directory.path() / "inner");
  EXPECT_FALSE(inner.read(RelayId{"../outside"}));
  std::filesystem::create_symlink(directory.path() / "outside.toml",
                                  directory.path() / "inner" / "link.toml");
  EXPECT_EQ(inner.read(RelayId{"link"}).value().fault, "it is a symbolic link");
}

TEST_F(ConfigDirectoryTest, DoesNotReadWhatIsNoRegularFile) {
  std::filesystem::create_directory(directory.path() / "d.toml");
  ASSERT_EQ(mkfifo((directory.path() / "p.toml").c_str(), 0600), 0);
  write("empty.toml", "");
  EXPECT_EQ(read("d").fault, "it is not a regular file");
  EXPECT_EQ(read("p").fault, "it is not a regular file");
  EXPECT_EQ(read("d").state, FileState::unreadable);
  EXPECT_EQ(read("empty").state, FileState::torn);
}

TEST_F(ConfigDirectoryTest, ReadsAtMostOneMebibyte) {
  const std::size_t most = ConfigDirectory::kLargestFile;
  const std::string start = std::string(kConfig) + "# ";
  write("most.toml", start + std::string(most - start.size(), 'x'));
  write("more.toml", start + std::string(most - start.size() + 1, 'x'));
  EXPECT_EQ(read("most").fault, "");
  EXPECT_EQ(read("more").fault, "it has more than 1 MiB");
}

TEST_F(ConfigDirectoryTest, SaysWhenTheDirectoryCannotBeRead) {
  const ConfigDirectory nowhere(directory.path() / "nowhere");
  for (const auto& attempt : {+[](const ConfigDirectory& at) { (void)at.list(); },
                              +[](const ConfigDirectory& at) { (void)at.read(RelayId{"a"}); }}) {
    try {
      attempt(nowhere);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const ConfigDirectoryError& error) {
      EXPECT_THAT(error.what(), HasSubstr("nowhere: No such file or directory"));
      EXPECT_THAT(error.remedy(), HasSubstr("ZOOID_CONFIG_DIR"));
    }
  }
}

}  // namespace
}  // namespace tender::zooid
