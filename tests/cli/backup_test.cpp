// `tender backup`, and what the command line says of a damaged database.
#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

struct BackupCommand : CliTest {
  std::string target = (directory.path() / "copy.db").string();
};

TEST_F(BackupCommand, PrintsPathAndSize) {
  create("blue");
  const Ran json = run({"backup", target, "--json"});
  EXPECT_EQ(json.code, ExitCode::ok) << json.err;
  EXPECT_EQ(members(json.json()), (Words{"path", "bytes"}));
  EXPECT_EQ(json.json()["path"], target);
  EXPECT_EQ(json.json()["bytes"], std::filesystem::file_size(target));
  const Ran text = run({"backup", target, "--force"});
  EXPECT_EQ(text.out,
            target + ": " + std::to_string(std::filesystem::file_size(target)) + " bytes\n");
}

TEST_F(BackupCommand, KeepsSomeInADirectory) {
  create("blue");
  std::filesystem::create_directory("backups");
  std::ofstream("backups/tender-20200101T000000Z.db") << "old";
  const Ran ran = run({"backup", "--keep", "1", "backups", "--json"});
  EXPECT_EQ(ran.code, ExitCode::ok) << ran.err;
  EXPECT_EQ(members(ran.json()), (Words{"path", "bytes", "removed"}));
  EXPECT_EQ(ran.json()["removed"][0], "backups/tender-20200101T000000Z.db");
  EXPECT_THAT(ran.json()["path"].get<std::string>(),
              testing::MatchesRegex("backups/tender-[0-9]{8}T[0-9]{6}Z[.]db"));
  for (const char* keep : {"0", "-1", "many"}) {
    EXPECT_EQ(run({"backup", "--keep", keep, "backups"}).code, ExitCode::usage);
  }
  EXPECT_EQ(run({"backup", "--keep", "1", "--force", "backups"}).code, ExitCode::usage);
}

TEST_F(BackupCommand, TellsHowToReplaceAFile) {
  create("blue");
  std::ofstream(target) << "precious";
  const Ran ran = run({"backup", target});
  EXPECT_EQ(ran.code, ExitCode::error);
  EXPECT_THAT(ran.err, HasSubstr("already exists"));
  EXPECT_THAT(ran.err, HasSubstr("--force"));
}

TEST_F(BackupCommand, ReplacesNothingButARegularFileEvenByForce) {
  create("blue");
  ASSERT_EQ(mkfifo(target.c_str(), 0600), 0);
  const Ran ran = run({"backup", target, "--force"});
  EXPECT_EQ(ran.code, ExitCode::error);
  EXPECT_THAT(ran.err, HasSubstr("is not a regular file"));
  EXPECT_TRUE(std::filesystem::is_fifo(target));
}

TEST_F(BackupCommand, RestoresByPuttingTheCopyInPlace) {
  create("blue");
  ASSERT_EQ(run({"backup", target}).code, ExitCode::ok);
  create("green");
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(path.string() + suffix);
  }
  std::filesystem::copy_file(target, path);
  EXPECT_EQ(run({"relay", "list", "--json"}).json().size(), 1U);
}

TEST_F(BackupCommand, IsTheRemedyThatADamagedDatabaseNames) {
  std::ofstream(path) << std::string(5000, 'x');
  for (const Words& command : {Words{"status"}, Words{"relay", "list"}, Words{"backup", target}}) {
    const Ran ran = run(command);
    EXPECT_EQ(ran.code, ExitCode::error);
    EXPECT_THAT(ran.err, HasSubstr(path.string()));
    EXPECT_THAT(ran.err, HasSubstr("restore a backup"));
  }
}

}  // namespace
}  // namespace tender::cli
