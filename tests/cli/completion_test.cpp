// `tender completion` and `tender man`, as the shells and man(1) read them.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>

#include "cli/command.hpp"
#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Words = std::vector<std::string>;

// What a program prints to stdout and stderr.
std::string output_of(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string output;
  std::array<char, 4096> part;
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) {
    output.append(part.data(), size);
  }
  EXPECT_EQ(pclose(pipe), 0) << output;
  return output;
}

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

struct Completion : CliTest {
  Completion() {
    std::ofstream("completion.bash") << run({"completion", "bash"}).out;
    // Stands in for the executable: its relays are blue, bold and red.
    std::ofstream("tender") << "#!/bin/sh\n[ \"$*\" = 'relay list -o name' ] || exit 1\n"
                               "printf '%s\\n' blue bold red\n";
    std::filesystem::permissions("tender", std::filesystem::perms::owner_all);
  }

  // What bash offers for the last of these words.
  [[nodiscard]] Words offered(const Words& words) const {
    std::string line = "COMP_WORDS=(tender";
    for (const std::string& word : words) {
      line += " '" + word + "'";
    }
    std::ofstream("ask.bash") << "PATH=.:$PATH\nset -u\nsource ./completion.bash\n"
                              << line << ")\nCOMP_CWORD=" << words.size()
                              << "\n_tender\nprintf '%s\\n' \"${COMPREPLY[@]-}\"\n";
    Words lines = lines_of(output_of("bash --norc ask.bash"));
    std::erase(lines, "");
    return lines;
  }
};

TEST_F(Completion, OffersCommands) {
  EXPECT_THAT(offered({"rel"}), ElementsAre("relay"));
  EXPECT_THAT(offered({""}), AllOf(Contains("run"), Contains("dead-letter"), Contains("help")));
  EXPECT_THAT(offered({"dead-letter", ""}), ElementsAre("list", "retry", "discard"));
  EXPECT_THAT(offered({"help", "relay", "cr"}), ElementsAre("create"));
  EXPECT_THAT(offered({"completion", "z"}), ElementsAre("zsh"));
}

TEST_F(Completion, OffersOptionsOfTheCommand) {
  EXPECT_THAT(offered({"relay", "create", "--pus"}), ElementsAre("--push"));
  EXPECT_THAT(offered({"relay", "create", "--no-pus"}), ElementsAre("--no-push"));
  EXPECT_THAT(offered({"status", "--"}),
              ElementsAre("--exit-code", "--json", "--env-file", "--help"));
  EXPECT_THAT(offered({"relay", "list", "-"}), AllOf(Contains("-o"), Contains("--output")));
}

TEST_F(Completion, OffersTheWordsThatAnOptionTakes) {
  EXPECT_THAT(offered({"relay", "list", "-o", ""}), ElementsAre("wide", "name", "json"));
  EXPECT_THAT(offered({"relay", "list", "--state", "not"}), ElementsAre("not_served"));
  EXPECT_THAT(offered({"relay", "list", "--state", "=", "not"}), ElementsAre("not_served"));
  EXPECT_THAT(offered({"relay", "list", "--state", "="}), Contains("held"));
  EXPECT_THAT(offered({"relay", "create", "--tenant", ""}), IsEmpty());
}

TEST_F(Completion, OffersNoFileOfTheWorkingDirectoryForOneOfZooid) {
  EXPECT_THAT(offered({"relay", "delete", "--purge-stranger", ""}), IsEmpty());
  EXPECT_THAT(offered({"apply", "-f", ""}), Contains("completion.bash"));
}

TEST_F(Completion, OffersRelays) {
  EXPECT_THAT(offered({"relay", "show", "b"}), ElementsAre("blue", "bold"));
  EXPECT_THAT(offered({"reconcile", "blue", "--force", "r"}), ElementsAre("red"));
  EXPECT_THAT(offered({"activity", "--relay", ""}), ElementsAre("blue", "bold", "red"));
}

TEST_F(Completion, OffersNothingWhenTheRelaysCannotBeRead) {
  std::ofstream("tender") << "#!/bin/sh\necho broken >&2\nexit 1\n";
  EXPECT_THAT(offered({"relay", "show", ""}), IsEmpty());
}

TEST_F(Completion, OffersFiles) {
  EXPECT_THAT(offered({"status", "--env-file", "ask"}), ElementsAre("ask.bash"));
}

TEST_F(Completion, KnowsEveryCommandInEveryShell) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Ran ran = run({"completion", shell});
    EXPECT_EQ(ran.code, ExitCode::ok);
    for (const CommandSpec& command : command_table()) {
      EXPECT_THAT(ran.out, HasSubstr(std::string(command.name))) << shell;
    }
    EXPECT_THAT(ran.out, AllOf(HasSubstr("no-push"), HasSubstr("not_served")));
  }
  const Ran ran = run({"completion", "tcsh"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, HasSubstr("bash, zsh or fish"));
}

TEST_F(CliTest, PrintsAManualOfEveryCommandAndVariable) {
  const Ran ran = run({"man"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  std::size_t sections = 0;
  for (const std::string& line : lines_of(ran.out)) {
    sections += line.starts_with(".SS ") ? 1 : 0;
    EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; })) << line;
    if (line.starts_with('.')) {
      EXPECT_THAT(line, testing::MatchesRegex("[.](TH|SH|SS|TP|PP|I)( .*)?"));
    }
  }
  EXPECT_EQ(sections, command_table().size());
  EXPECT_THAT(ran.out, AllOf(HasSubstr(".SS \"tender relay list\""), HasSubstr("\\-\\-[no\\-]push"),
                             HasSubstr("\\fBROBOT_SECRET\\fR"), HasSubstr(".SH EXIT STATUS"),
                             Not(HasSubstr("`"))));
  std::ofstream("tender.1") << ran.out;
  if (std::system("command -v groff >/dev/null") == 0) {
    EXPECT_EQ(output_of("groff -man -Tascii -ww -z tender.1"), "");
  }
}

}  // namespace
}  // namespace tender::cli
