// The texts that are made from the table of variables and committed: they must not drift apart.
#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

#include "tender/config/dotenv.hpp"
#include "tender/config/env.hpp"
#include "tender/config/variable.hpp"

#include "config/readme_table.hpp"
#include "support/temp_dir.hpp"

namespace tender::config {
namespace {

constexpr const char* kHowToUpdate =
    "run: cmake --build --preset dev --target update_configuration_text";

std::string source_file(const std::string& name) {
  std::ifstream in(std::string(TENDER_SOURCE_DIR) + "/" + name);
  EXPECT_TRUE(in) << name << " is missing";
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ConfigurationText, EnvExampleIsTheTable) {
  EXPECT_EQ(source_file("env.example"), env_example()) << kHowToUpdate;
}

TEST(ConfigurationText, ReadmeHoldsTheTable) {
  const std::string readme = source_file("README.md");
  EXPECT_EQ(readme, test::with_configuration_table(readme)) << kHowToUpdate;
}

TEST(ConfigurationText, EnvExampleNamesEveryVariableOnce) {
  const std::string text = env_example();
  for (const Variable& each : variables()) {
    const std::string line =
        "\n" + std::string(each.required ? "" : "#") + std::string(each.name) + "=";
    const std::size_t first = text.find(line);
    ASSERT_NE(first, std::string::npos) << each.name;
    EXPECT_EQ(text.find(line, first + 1), std::string::npos) << each.name;
  }
}

TEST(ConfigurationText, EnvExampleAsItIsLacksOnlyWhatIsRequired) {
  const test::TempDir directory;
  const std::filesystem::path file = directory.path() / ".env";
  std::ofstream(file) << env_example();
  try {
    (void)load_env({}, EnvFile{file, true});
    FAIL() << "the required variables are empty";
  } catch (const ConfigError& error) {
    ASSERT_EQ(error.faults().size(), 3U) << error.what();
    for (const EnvFault& fault : error.faults()) {
      EXPECT_TRUE(variable(fault.variable).required);
      EXPECT_EQ(fault.problem, "is not set");
    }
  }
}

TEST(ConfigurationText, EnvExampleWithEveryLineUncommentedIsValidSyntax) {
  std::string text = env_example();
  for (const Variable& each : variables()) {
    const std::string commented = "\n#" + std::string(each.name) + "=";
    if (const std::size_t at = text.find(commented); at != std::string::npos) {
      text.erase(at + 1, 1);
    }
  }
  const Dotenv parsed = parse_dotenv(text, ".env");
  EXPECT_TRUE(parsed.faults.empty());
  EXPECT_EQ(parsed.entries.size(), variables().size());
}

TEST(ConfigurationText, LinesOfEnvExampleFitAScreen) {
  std::istringstream text(env_example());
  for (std::string line; std::getline(text, line);) {
    EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST(ConfigurationText, TableTellsRequiredSecretAndDefault) {
  const std::string table = configuration_table();
  EXPECT_NE(table.find("| `ZOOID_API_URL` | **required** |"), std::string::npos);
  EXPECT_NE(table.find("| `ZOOID_API_TIMEOUT` | `5s` |"), std::string::npos);
  EXPECT_NE(table.find("| `ZOOID_API_CA_FILE` | none |"), std::string::npos);
  EXPECT_NE(table.find("secret, also as `ROBOT_SECRET_FILE` |"), std::string::npos);
}

TEST(ConfigurationText, NeedsTheMarksInReadme) {
  EXPECT_THROW((void)test::with_configuration_table("# tender\n"), std::runtime_error);
}

}  // namespace
}  // namespace tender::config
