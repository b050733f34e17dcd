#include <array>

#include "command.hpp"

namespace tender::cli {

std::span<const CommandSpec> command_table() {
  static const std::array table{kRun,
                                kReconcile,
                                kMembers,
                                kDiff,
                                kImport,
                                kRelayCreate,
                                kRelayUpdate,
                                kRelayActivate,
                                kRelayDeactivate,
                                kRelayDelete,
                                kRelayAcceptIdentity,
                                kRelayList,
                                kRelayShow,
                                kActivity,
                                kDeadLetterList,
                                kDeadLetterRetry,
                                kDeadLetterDiscard,
                                kSettingsShow,
                                kSettingsAccept,
                                kBackup,
                                kStatus,
                                kCheck,
                                kHealth,
                                kKey,
                                kEnvExample,
                                kVersion};
  return table;
}

}  // namespace tender::cli
