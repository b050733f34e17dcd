#include "tender/model/drift_detail.hpp"

#include <array>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"

namespace tender {
namespace {

constexpr std::array<std::string_view, 3> kAnswers{"enforce", "adopt", "report"};

DriftAnswer parse_answer(const std::string& text) {
  for (std::size_t i = 0; i < kAnswers.size(); ++i) {
    if (kAnswers.at(i) == text) {
      return static_cast<DriftAnswer>(i);
    }
  }
  return DriftAnswer::report;
}

}  // namespace

nlohmann::ordered_json to_json(const FieldDrift& drift) {
  return {{"field", drift.field}, {"desired", drift.desired}, {"observed", drift.observed}};
}

std::string describe(std::span<const FieldDrift> differences, std::string_view shown_by) {
  constexpr std::size_t longest = 80;
  std::string text;
  for (const FieldDrift& each : differences) {
    text += fmt::format("{}{} {} \"{}\" instead of \"{}\"", text.empty() ? "" : ", ", shown_by,
                        each.field, printable(each.observed, longest),
                        printable(each.desired, longest));
  }
  return text;
}

std::string_view to_string(DriftAnswer answer) {
  return kAnswers.at(static_cast<std::size_t>(answer));
}

std::string to_text(const DriftDetail& detail) {
  auto fields = nlohmann::json::array();
  for (const FieldDrift& each : detail.fields) {
    fields.emplace_back(to_json(each));
  }
  return json_line({{"revision", detail.revision},
                    {"answer", to_string(detail.answer)},
                    {"reason", detail.reason},
                    {"fields", std::move(fields)},
                    {"refused", detail.refused}});
}

std::string to_text(const IdentityDetail& detail) {
  return json_line({{"first", detail.first}, {"now", detail.now}});
}

DriftDetail read_drift_detail(const Activity& activity) {
  const auto json = parse_json(activity.detail).value_or(nlohmann::json());
  DriftDetail detail{.revision = json_integer(json, "revision"),
                     .answer = parse_answer(json_text(json, "answer")),
                     .reason = json_text(json, "reason"),
                     .refused = json_flag(json, "refused")};
  if (const auto fields = json.find("fields"); fields != json.end() && fields->is_array()) {
    for (const auto& each : *fields) {
      detail.fields.push_back({.field = json_text(each, "field"),
                               .desired = json_text(each, "desired"),
                               .observed = json_text(each, "observed")});
    }
  }
  return detail;
}

IdentityDetail read_identity_detail(const Activity& activity) {
  const auto json = parse_json(activity.detail).value_or(nlohmann::json());
  return {.first = json_text(json, "first"), .now = json_text(json, "now")};
}

}  // namespace tender
