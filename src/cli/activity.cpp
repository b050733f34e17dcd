// `tender activity`: the history of commands and results.
#include <algorithm>
#include <limits>
#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/number.hpp"
#include "tender/view/relay.hpp"
#include "tender/view/schedule.hpp"

#include "command.hpp"
#include "follow.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

std::string subject_of(const store::Query& query, const Activity& activity) {
  return activity.resource_type == kScheduleResource
             ? "schedule " + activity.resource_id
             : view::relay_name(query, activity.resource_id);
}

std::string detail_of(const store::Query& query, const Activity& activity) {
  std::string text;
  if (activity.resource_type == kScheduleResource) {
    text = view::text_of_schedule_activity(activity, query);
  }
  if (text.empty() && activity.detail != "{}") {
    text = activity.detail;
  }
  return text;
}

std::string line_of(const store::Query& query, const Activity& activity) {
  std::string line = fmt::format(
      "{:>6}  {}  {:<20} {:<20} {}{}{}", activity.seq, format_time(activity.created_at),
      printable(activity.activity_type, 40), printable(subject_of(query, activity), 64),
      activity.principal.empty() ? "" : "by " + printable(activity.principal, 80) + ' ',
      activity.cause.webhook_id.empty()
          ? ""
          : fmt::format("caused by {} (depth {}) ", printable(activity.cause.webhook_id, 120),
                        activity.cause.depth),
      printable(detail_of(query, activity), 1000));
  line.erase(line.find_last_not_of(' ') + 1);  // a row without detail ends in its padding
  return line;
}

// With --json one object a line, otherwise text.
void print_line(const Invocation& invocation, const store::Query& query, const Activity& activity) {
  if (invocation.json()) {
    invocation.out << ordered_json_line(to_json(activity)) << '\n';
  } else {
    invocation.out << line_of(query, activity) << '\n';
  }
}

// What comes after the activity `after_seq`.
void follow(const Invocation& invocation, StoreSession& session,
            const std::optional<RelayId>& relay, std::int64_t after_seq) {
  const auto print = [&](const Activity& activity) {
    if (!relay ||
        (activity.resource_id == relay->text && activity.resource_type == kRelayResource)) {
      print_line(invocation, session.query, activity);
      invocation.out.flush();  // whoever follows wants each line at once
    }
  };
  Follow(invocation, session.database, after_seq, {.activity = print}).to_end();
}

int read_limit(const Invocation& invocation) {
  const std::string& text = invocation.text("limit");
  const auto limit = parse_integer(text);
  if (!limit || *limit < 1 || *limit > std::numeric_limits<int>::max()) {
    throw UsageError(fmt::format("--limit \"{}\" is not a number of rows", printable(text, 40)),
                     "give 1 or more");
  }
  return static_cast<int>(*limit);
}

ExitCode activity(const Invocation& invocation) {
  const int limit = read_limit(invocation);
  StoreSession session(invocation, store::OpenMode::existing);
  std::optional<RelayId> relay;
  if (invocation.has("relay")) {
    relay = view::require_relay(session.query, invocation.text("relay")).id;
  }
  if (invocation.has("cause") && (relay || invocation.has("follow"))) {
    throw UsageError("--cause cannot be used with --relay or --follow", "leave the others out");
  }
  const std::int64_t last = session.query.last_activity_seq();
  auto rows = invocation.has("cause")
                  ? session.query.list_activity_caused_by(invocation.text("cause"), limit)
                  : session.query.list_latest_activity(relay, limit);
  if (invocation.has("follow")) {
    std::erase_if(rows, [&](const Activity& row) { return row.seq > last; });
    for (const Activity& row : rows) {
      print_line(invocation, session.query, row);
    }
    follow(invocation, session, relay, last);
    return ExitCode::ok;
  }
  if (invocation.json()) {
    auto array = nlohmann::ordered_json::array();
    for (const Activity& row : rows) {
      array.push_back(to_json(row));
    }
    print_json(invocation.out, array);
    return ExitCode::ok;
  }
  for (const Activity& row : rows) {
    print_line(invocation, session.query, row);
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kActivity{
    .name = "activity",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "Show the newest activities, and follow them if asked",
    .example = "tender activity --relay blue --follow",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{
              {"relay", "Only this relay, by id or subdomain", "RELAY"},
              {"cause", "What this webhook has caused, and what followed from it", "WEBHOOK-ID"},
              {"limit", "How many activities to show", "N", "50"},
              {"follow",
               "Then print new activities as they come (with --json: one object per line)"}};
        },
    .run = activity};

}  // namespace tender::cli
