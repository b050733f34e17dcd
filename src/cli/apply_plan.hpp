// What `tender apply` is to do: the difference between a file and the rows, and its writing.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tender/model/relay.hpp"
#include "tender/store/command.hpp"
#include "tender/store/query.hpp"

#include "relay_file.hpp"

namespace tender::cli {

enum class ApplyAction : std::uint8_t {
  create,
  update,
  unchanged,
  retire,  // the file does not name it, and --prune was given
};
/// "create", …; "deactivate" for retire, because that is what it does.
[[nodiscard]] std::string_view to_string(ApplyAction action);

struct FieldDifference {
  std::string field;
  nlohmann::json before;  // null: the relay is new
  nlohmann::json after;
};

struct PlannedChange {
  ApplyAction action = ApplyAction::unchanged;
  RelayId id;  // empty: to be created
  std::string subdomain;
  std::vector<FieldDifference> fields{};
  DescribedRelay described{};
};

struct ApplyPlan {
  std::vector<PlannedChange> changes;  // in the order of the file, the retired ones last
  std::vector<std::string> faults;     // those of the file and all others
};

/// Compares the file with the rows. `reserved`: as config::StoreEnv has it.
[[nodiscard]] ApplyPlan plan_apply(const store::Query& query, RelayFile file, bool prune,
                                   const std::set<std::string>& reserved);

/// Writes one change, as part of the caller's transaction, and returns the relay's id. Throws
/// CommandError when the rows have changed since, so that it is not possible any more.
RelayId write_change(store::Command& command, const PlannedChange& change);

}  // namespace tender::cli
