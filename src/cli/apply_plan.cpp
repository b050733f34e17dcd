#include "apply_plan.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "tender/base/log.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/store/relay_pages.hpp"

#include "relay_options.hpp"

namespace tender::cli {
namespace {

constexpr std::array<std::string_view, 4> kActions{"create", "update", "unchanged", "deactivate"};

// The admins that the relay is to have, as the change that it needs for that.
void set_admins(const Relay& before, const std::vector<std::string>& wanted, RelayChange& change) {
  const auto has = before.admins.value_or(std::vector<std::string>());
  std::ranges::set_difference(wanted, has, std::back_inserter(change.add_admins));
  std::ranges::set_difference(has, wanted, std::back_inserter(change.remove_admins));
}

// The faults of what would be written: of the fields that the file sets and, when the whole row is
// judged as it is written, of the others too. Those may be older than today's rules.
void check_described(const DescribedRelay& described, const Relay& after, Standing standing,
                     bool whole, std::vector<std::string>& faults) {
  const auto fields = relay_fields();
  for (const FieldFault& fault : validate(after, standing)) {
    const bool is_set = std::ranges::any_of(fields, [&](const RelayField& field) {
      return fault.field == field.column && sets(described.change, field);
    });
    if (is_set) {
      faults.push_back(fmt::format("line {}: {} {}; {}", described.line, fault.field, fault.problem,
                                   fault.remedy));
    } else if (whole) {
      faults.push_back(fmt::format("line {}: {} cannot be changed while its {} {}; {}",
                                   described.line, printable(described.subdomain, 80), fault.field,
                                   fault.problem, fault.remedy));
    }
  }
}

nlohmann::json admins_json(const Relay& relay) {
  return relay.admins.value_or(std::vector<std::string>());
}

std::vector<FieldDifference> differences(const Relay* before, const Relay& after,
                                         const DescribedRelay& described) {
  std::vector<FieldDifference> fields;
  for (const RelayField& field : relay_fields()) {
    const bool is_status = field.column == "status";
    if (!sets(described.change, field) && !(is_status && described.status)) {
      continue;
    }
    const auto was = before == nullptr ? nlohmann::json() : field_value(field, *before);
    auto is = field_value(field, after);
    if (was != is) {
      fields.push_back({std::string(field.column), was, std::move(is)});
    }
  }
  if (!described.change.add_admins.empty() || !described.change.remove_admins.empty()) {
    fields.push_back({"admins", before == nullptr ? nlohmann::json() : admins_json(*before),
                      admins_json(after)});
  }
  return fields;
}

bool sets_status(const PlannedChange& change) {
  return std::ranges::any_of(change.fields,
                             [](const auto& each) { return each.field == "status"; });
}

// Whether more than its status changes.
bool updates_row(const PlannedChange& change) {
  return change.fields.size() > (sets_status(change) ? 1U : 0U);
}

class Planner {
 public:
  Planner(const store::Query& query, const std::set<std::string>& reserved,
          std::vector<std::string> faults)
      : query_(query), reserved_(reserved) {
    plan_.faults = std::move(faults);
  }

  void add(DescribedRelay described) {
    named_.insert(described.subdomain);
    const auto before = query_.get_relay_of_subdomain(described.subdomain);
    check_names(described, before);
    Relay after = before.value_or(Relay());
    if (described.admins) {
      set_admins(after, *described.admins, described.change);
    }
    apply(described.change, after);
    after.status = described.status.value_or(after.status);
    if (described.status == RelayStatus::delinquent &&
        (!before || before->status != RelayStatus::delinquent)) {
      fault(described, "status \"delinquent\" is set by control planes only",
            "write active or inactive");
    }
    if (!before && !described.change.tenant) {
      fault(described,
            fmt::format("{} does not exist yet, and has no tenant",
                        printable(described.subdomain, 80)),
            "add its tenant");
    }
    PlannedChange change{.id = before ? before->id : RelayId(), .subdomain = described.subdomain};
    change.fields = differences(before ? &*before : nullptr, after, described);
    change.action = !before                 ? ApplyAction::create
                    : change.fields.empty() ? ApplyAction::unchanged
                                            : ApplyAction::update;
    if (before) {
      after.status = before->status;  // update_relay() leaves it
    }
    check_described(described, after, before ? query_.standing_of(after) : Standing::fresh,
                    before && updates_row(change), plan_.faults);
    change.described = std::move(described);
    plan_.changes.push_back(std::move(change));
  }

  void retire_others() {
    store::RelayPages pages(query_, &store::Query::next_relays);
    for (auto relays = pages.next(); !relays.empty(); relays = pages.next()) {
      for (const Relay& relay : relays) {
        const bool off =
            relay.status == RelayStatus::inactive || relay.status == RelayStatus::deleted;
        if (!named_.contains(relay.subdomain) && !off) {
          plan_.changes.push_back({.action = ApplyAction::retire,
                                   .id = relay.id,
                                   .subdomain = relay.subdomain,
                                   .fields = {{"status", std::string(to_string(relay.status)),
                                               std::string(to_string(RelayStatus::inactive))}}});
        }
      }
    }
  }

  ApplyPlan take() && { return std::move(plan_); }

 private:
  void fault(const DescribedRelay& relay, std::string_view what, std::string_view remedy) {
    plan_.faults.push_back(fmt::format("line {}: {}; {}", relay.line, what, remedy));
  }

  // An id in the file is there because `relay list --json` prints it.
  void check_names(const DescribedRelay& described, const std::optional<Relay>& before) {
    const std::string shown = printable(described.subdomain, 80);
    if (reserved_.contains(described.subdomain)) {
      fault(described, fmt::format("{} would get the host of ZOOID_API_URL", shown),
            "choose another subdomain: zooid serves its API at this host and never a relay");
    }
    const auto namesake = query_.get_relay(RelayId{described.subdomain});
    if (namesake && namesake->status != RelayStatus::deleted &&
        namesake->subdomain != described.subdomain) {
      fault(described, fmt::format("{} is the id of relay {}", shown, namesake->subdomain),
            "choose another subdomain, otherwise commands could confuse the two relays");
    }
    if (!described.id.empty() && (!before || before->id.text != described.id)) {
      fault(
          described,
          fmt::format("{} is not the relay with the id \"{}\"", shown, printable(described.id, 80)),
          "remove the id; to rename a relay, run `tender relay update ID --subdomain NAME`");
    }
  }

  const store::Query& query_;
  const std::set<std::string>& reserved_;
  ApplyPlan plan_;
  std::set<std::string> named_;
};

Relay write_status(store::Command& command, const RelayId& id, RelayStatus status) {
  return status == RelayStatus::active ? command.activate_relay(id) : command.deactivate_relay(id);
}

}  // namespace

std::string_view to_string(ApplyAction action) {
  return kActions.at(static_cast<std::size_t>(action));
}

ApplyPlan plan_apply(const store::Query& query, RelayFile file, bool prune,
                     const std::set<std::string>& reserved) {
  Planner planner(query, reserved, std::move(file.faults));
  for (DescribedRelay& relay : file.relays) {
    planner.add(std::move(relay));
  }
  if (prune) {
    planner.retire_others();
  }
  return std::move(planner).take();
}

RelayId write_change(store::Command& command, const PlannedChange& change) {
  switch (change.action) {
    case ApplyAction::unchanged:
      break;
    case ApplyAction::create: {
      const Relay relay = command.create_relay(change.described.change);
      const RelayStatus status = change.described.status.value_or(relay.status);
      if (status != relay.status) {
        write_status(command, relay.id, status);
      }
      return relay.id;
    }
    case ApplyAction::update:
      if (updates_row(change)) {
        command.update_relay(change.id, change.described.change);
      }
      if (sets_status(change)) {
        write_status(command, change.id, change.described.status.value_or(RelayStatus::active));
      }
      break;
    case ApplyAction::retire:
      command.deactivate_relay(change.id);
      break;
  }
  return change.id;
}

}  // namespace tender::cli
