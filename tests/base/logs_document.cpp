#include "base/logs_document.hpp"

#include <ranges>

#include <fmt/format.h>

#include "tender/base/log_messages.hpp"

namespace tender::test {
namespace {

constexpr std::string_view kLogsHead =
    "# Log lines\n"
    "\n"
    "`tender run` writes one line to stderr for each thing that happens: the time (UTC), the "
    "level, a "
    "message that never changes, and its\nfields. `LOG_LEVEL` chooses the least level. These are "
    "two "
    "lines as text (`LOG_FORMAT=text`), and the second one as JSON (`LOG_FORMAT=json`):\n"
    "\n"
    "```text\n"
    "2026-01-01T00:00:00.000Z info  the relay is in step relay=5e1f subdomain=general revision=3 "
    "result=updated\n"
    "2026-01-01T00:00:01.000Z warn  sync failed, and is tried again relay=77ac subdomain=staff "
    "attempt=1 of=6 next=30s cause=\"zooid answered 500\"\n"
    "```\n"
    "\n"
    "```json\n"
    "{\"time\":\"2026-01-01T00:00:01.000Z\",\"level\":\"warn\",\"message\":\"sync failed, and is "
    "tried "
    "again\",\"relay\":\"77ac\",\"subdomain\":\"staff\",\"attempt\":1,\"of\":6,\"next_ms\":30000,"
    "\"cause\":"
    "\"zooid answered 500\"}\n"
    "```\n"
    "\n"
    "- A field without a value is left out. `relay` is the relay's id, `cause` why something is as "
    "it "
    "is, `remedy` what to do about it.\n"
    "- A duration is in milliseconds in JSON, and its name then ends in `_ms`: `next=30s` is "
    "`\"next_ms\":30000`.\n"
    "- Of one message, at most 100 lines are written in 10 seconds. How many were left out then "
    "follows in a line with that message and the field\n  `left_out`. Debug lines are never left "
    "out.\n"
    "- What zooid or a user wrote is escaped, and cut to 1000 bytes; secrets are never logged.\n"
    "\n"
    "This page is generated from the messages in the code: `cmake --build --preset dev --target "
    "update_logs_text`.\n";

std::string field_list(std::string_view names) {
  std::string text;
  for (const auto part : std::views::split(names, ' ')) {
    const std::string_view name(part.begin(), part.end());
    if (!name.empty()) {
      text += fmt::format("{}`{}`", text.empty() ? "" : " ", name);
    }
  }
  return text;
}

}  // namespace

std::string logs_document() {
  std::string text(kLogsHead);
  for (const logs::LogGroup& group : logs::kGroups) {
    text += fmt::format(
        "\n## {}\n\n| level | message | fields | what it means |\n| --- | --- | --- | --- |\n",
        group.title);
    for (const LogMessage* message : group.messages) {
      const auto level = spdlog::level::to_string_view(message->level);
      const std::string_view name(level.data(), level.size());
      text += fmt::format("| {} | {} | {} | {} |\n", name == "warning" ? "warn" : name,
                          message->text, field_list(message->fields), message->meaning);
    }
  }
  return text;
}

}  // namespace tender::test
