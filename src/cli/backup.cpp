// `tender backup`: a copy of the database, made while others work on it.
#include "tender/store/backup.hpp"

#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

ExitCode backup(const Invocation& invocation) {
  const auto env = config::load_store_env(invocation.environment, invocation.env_file);
  static_cast<void>(start_logging(env));
  const std::filesystem::path target = invocation.names[0];
  if (!target.has_filename()) {
    throw UsageError(fmt::format("\"{}\" is not a file name", target.string()),
                     "give the name of the file to write: tender backup FILE");
  }
  // Not through a StoreSession: an older database is backed up as it is, before it is migrated.
  const std::uintmax_t size = store::back_up(
      env.database_path, target,
      invocation.has("force") ? store::IfPresent::replace : store::IfPresent::refuse);
  if (invocation.json()) {
    print_json(invocation.out, {{"path", target.string()}, {"bytes", size}});
  } else {
    fmt::print(invocation.out, "{}: {} bytes\n", target.string(), size);
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kBackup{.name = "backup",
                          .arguments = "FILE",
                          .min_names = 1,
                          .max_names = 1,
                          .summary = "Copy the database to a file, even while tender runs",
                          .example = "tender backup /var/backups/tender.db --force",
                          .prints_data = true,
                          .options =
                              [] {
                                return std::vector<Option>{{"force", "Replace FILE if it exists"}};
                              },
                          .run = backup};

}  // namespace tender::cli
