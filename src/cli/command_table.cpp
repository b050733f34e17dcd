#include <array>

#include "command.hpp"

namespace tender::cli {

std::span<const CommandSpec> command_table() {
  static const std::array table{kRun,
                                kReconcile,
                                kMembers,
                                kDiff,
                                kImport,
                                kApply,
                                kRelayCreate,
                                kRelayUpdate,
                                kRelayActivate,
                                kRelayDeactivate,
                                kRelayDelete,
                                kRelayAcceptIdentity,
                                kRelayList,
                                kRelayShow,
                                kRelayWatch,
                                kActivity,
                                kDeadLetterList,
                                kDeadLetterRetry,
                                kDeadLetterDiscard,
                                kTriggerCreate,
                                kTriggerUpdate,
                                kTriggerList,
                                kTriggerShow,
                                kTriggerDelete,
                                kTriggerEnable,
                                kTriggerDisable,
                                kTriggerDeliveries,
                                kScheduleList,
                                kScheduleCancel,
                                kSettingsShow,
                                kSettingsAccept,
                                kPause,
                                kResume,
                                kBackup,
                                kStatus,
                                kCheck,
                                kHealth,
                                kKey,
                                kEnvExample,
                                kCompletion,
                                kMan,
                                kVersion};
  return table;
}

}  // namespace tender::cli
