// A command of the command line: what it is called, what it takes, and what runs it. The table of
// all of them is in command_table.cpp; each is defined in a file of its name, commands of a group
// that belong together (`relay create` and `relay update`) in one.
#pragma once

#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tender/base/error.hpp"
#include "tender/cli/exit_code.hpp"
#include "tender/config/env.hpp"

namespace tender::cli {

/// The command was given wrongly.
class UsageError : public Error {
 public:
  using Error::Error;
};

struct Option {
  std::string name;
  std::string help;
  std::string value_name{};           // as help shows it; empty: a switch without a value
  std::string default_value{};        // empty: none
  bool negatable = false;             // a switch that has a --no-NAME as well
  bool repeatable = false;            // has a list of values, from each time that it is given
  std::vector<std::string> values{};  // the words that it takes; empty: any text
  std::string implicit_value{};       // of --NAME without =VALUE; empty: it needs a value
  char letter = 0;                    // of its short form, `-o`; 0: none
};

/// One call of a command: its options and names, and where it reads and writes.
struct Invocation {
  std::map<std::string, std::string, std::less<>> options;  // those given, and those with a default
  std::map<std::string, std::vector<std::string>, std::less<>> lists;  // of repeatable options
  std::vector<std::string> names;                                      // the positional arguments
  const config::Environment& environment;
  config::EnvFile env_file;
  std::ostream& out;  // data
  std::ostream& err;  // everything else

  [[nodiscard]] bool has(std::string_view option) const { return options.contains(option); }
  /// The value of an option that has() one.
  [[nodiscard]] const std::string& text(std::string_view option) const {
    return options.find(option)->second;
  }
  /// The values of a repeatable option; none when it was not given.
  [[nodiscard]] std::vector<std::string> list(std::string_view option) const;
  [[nodiscard]] bool json() const { return has("json"); }
  /// --[no-]NAME; nothing when neither is given. UsageError when both are.
  [[nodiscard]] std::optional<bool> flag(const std::string& name) const;
};

struct CommandSpec {
  std::string_view name;       // "relay create"
  std::string_view arguments;  // "RELAY", "[RELAY…]" or empty, as help shows it
  std::size_t min_names;
  std::size_t max_names;
  std::string_view summary;
  std::string_view example;
  bool prints_data;                  // takes --json
  std::vector<Option> (*options)();  // null: none of its own
  ExitCode (*run)(const Invocation& invocation);
};

/// All commands, in the order in which help shows them.
[[nodiscard]] std::span<const CommandSpec> command_table();

// One for each command.
extern const CommandSpec kRun;
extern const CommandSpec kReconcile;
extern const CommandSpec kMembers;
extern const CommandSpec kDiff;
extern const CommandSpec kImport;
extern const CommandSpec kApply;
extern const CommandSpec kRelayCreate;
extern const CommandSpec kRelayUpdate;
extern const CommandSpec kRelayActivate;
extern const CommandSpec kRelayDeactivate;
extern const CommandSpec kRelayDelete;
extern const CommandSpec kRelayAcceptIdentity;
extern const CommandSpec kRelayList;
extern const CommandSpec kRelayShow;
extern const CommandSpec kRelayWatch;
extern const CommandSpec kActivity;
extern const CommandSpec kDeadLetterList;
extern const CommandSpec kDeadLetterRetry;
extern const CommandSpec kDeadLetterDiscard;
extern const CommandSpec kTriggerCreate;
extern const CommandSpec kTriggerUpdate;
extern const CommandSpec kTriggerList;
extern const CommandSpec kTriggerShow;
extern const CommandSpec kTriggerDelete;
extern const CommandSpec kTriggerEnable;
extern const CommandSpec kTriggerDisable;
extern const CommandSpec kTriggerDeliveries;
extern const CommandSpec kScheduleList;
extern const CommandSpec kScheduleCancel;
extern const CommandSpec kSettingsShow;
extern const CommandSpec kSettingsAccept;
extern const CommandSpec kPause;
extern const CommandSpec kResume;
extern const CommandSpec kBackup;
extern const CommandSpec kStatus;
extern const CommandSpec kCheck;
extern const CommandSpec kHealth;
extern const CommandSpec kKey;
extern const CommandSpec kEnvExample;
extern const CommandSpec kCompletion;
extern const CommandSpec kMan;
extern const CommandSpec kVersion;

}  // namespace tender::cli
