// `tender version`.
#include <ostream>

#include "command.hpp"

namespace tender::cli {
namespace {

ExitCode version(const Invocation& invocation) {
  invocation.out << "tender " TENDER_VERSION "\n";
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kVersion{.name = "version",
                           .arguments = "",
                           .min_names = 0,
                           .max_names = 0,
                           .summary = "Print the version",
                           .example = "tender version",
                           .prints_data = false,
                           .options = nullptr,
                           .run = version};

}  // namespace tender::cli
