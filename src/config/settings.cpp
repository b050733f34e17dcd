#include "settings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tender/base/log.hpp"

#include "file.hpp"

namespace tender::config {
namespace {

constexpr std::size_t kLargestSecret = 1 << 16;

// URLs that are wrong in other ways may carry a password: postgres://user:password@host.
std::string without_credentials(std::string_view text) {
  const std::size_t scheme = text.find("://");
  const std::size_t start = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = text.rfind('@');
  std::string result(text.substr(0, start));
  if (at != std::string_view::npos && at >= start) {
    result += "***";
    text.remove_prefix(at);
  } else {
    text.remove_prefix(start);
  }
  const std::size_t query = text.find('?');
  result += text.substr(0, query);
  return query == std::string_view::npos ? result : result + "?***";
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
}

bool has_broken_line(const Variable& variable, const Layer& layer) {
  return std::ranges::any_of(layer.faults, [&](const EnvFault& fault) {
    return fault.variable == variable.name ||
           (variable.secret && fault.variable == file_variable(variable));
  });
}

std::string at_place(const std::string& place, std::string text) {
  return place.empty() ? std::move(text) : place + ": " + text;
}

// The place of a fault's variable in the table, from 1; 0 for faults of the file.
std::size_t row_of(const EnvFault& fault) {
  std::size_t row = 0;
  for (const Variable& each : variables()) {
    ++row;
    if (fault.variable == each.name || fault.variable == file_variable(each)) {
      return row;
    }
  }
  return 0;
}

}  // namespace

Settings::Settings(const Environment& environment, const EnvFile& file) {
  Layer first = environment_layer(environment);
  Layer second = file_layer(file);
  faults_ = second.faults;
  file_unread_ = second.unread;
  warnings_ = std::move(first.warnings);
  std::ranges::move(second.warnings, std::back_inserter(warnings_));
  for (const Variable& variable : variables()) {
    take_from(variable, first);
    if (!given(variable.name)) {
      take_from(variable, second);
    }
    if (!given(variable.name) && has_broken_line(variable, second)) {
      broken_.insert(variable.name);
    }
  }
}

void Settings::take_from(const Variable& variable, const Layer& layer) {
  const auto plain = layer.given.find(variable.name);
  const auto by_file =
      variable.secret ? layer.given.find(file_variable(variable)) : layer.given.end();
  if (plain != layer.given.end() && by_file != layer.given.end()) {
    broken_.insert(variable.name);
    faults_.push_back(
        {std::string(variable.name),
         at_place(by_file->second.place, fmt::format("{} is also set", file_variable(variable))),
         "keep only one of the two"});
  } else if (plain != layer.given.end()) {
    values_.emplace(variable.name, plain->second);
  } else if (by_file != layer.given.end()) {
    take_from_file(variable, by_file->second);
  }
  check_text(variable);
}

void Settings::check_text(const Variable& variable) {
  const auto value = values_.find(variable.name);
  if (value == values_.end()) {
    return;
  }
  const std::string& text = value->second.text.reveal();
  if (has_control_character(text)) {
    fault(variable.name, {"holds a line break or another control character",
                          "write it on one line, as plain text"});
  } else if (text.front() == ' ' || text.back() == ' ') {
    fault(variable.name, {"starts or ends with a space or tab", "remove it"});
  } else {
    return;
  }
  values_.erase(value);
  broken_.insert(variable.name);
}

void Settings::take_from_file(const Variable& variable, const Given& path) {
  const std::string shown = printable(path.text.reveal());
  const FileText file = read_file(path.text.reveal(), kLargestSecret);
  const std::string_view text = without_line_break(file.text);
  std::string problem;
  if (file.error) {
    problem = fmt::format("{} cannot be read: {}", shown, file.error.message());
  } else if (text.empty()) {
    problem = fmt::format("{} is empty", shown);
  } else if (file.text.size() == kLargestSecret) {
    problem = fmt::format("{} is too large for a secret", shown);
  } else {
    values_.emplace(variable.name, Given{Secret(text), shown});
    return;
  }
  broken_.insert(variable.name);
  faults_.push_back({file_variable(variable), at_place(path.place, problem),
                     "name a file that this user can read and that contains only the secret"});
}

std::optional<std::string_view> Settings::find(std::string_view name) const {
  const Variable& row = variable(name);
  const auto found = values_.find(name);
  if (found != values_.end()) {
    return found->second.text.reveal();
  }
  if (broken_.contains(name) || row.default_value.empty()) {
    return std::nullopt;
  }
  return row.default_value;
}

std::optional<Secret> Settings::secret(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    return std::nullopt;
  }
  return found->second.text;
}

bool Settings::given(std::string_view name) const {
  return values_.contains(name) || broken_.contains(name);
}

bool Settings::is_of_file(std::string_view name) const {
  const auto found = values_.find(name);
  return found != values_.end() && !found->second.place.empty();
}

void Settings::fault(std::string_view name, const Problem& problem) {
  const auto found = values_.find(name);
  std::string subject = "the value";
  std::string place;
  if (found != values_.end()) {
    place = found->second.place;
    if (!variable(name).secret) {
      subject = printable(fmt::format("\"{}\"", without_credentials(found->second.text.reveal())));
    }
  }
  faults_.push_back({std::string(name),
                     at_place(place, fmt::format("{} {}", subject, problem.text)), problem.remedy});
}

std::vector<EnvFault> Settings::take_faults() {
  std::ranges::stable_sort(faults_, {}, row_of);
  return std::move(faults_);
}

void Settings::require(std::string_view name) {
  if (given(name) || file_unread_) {
    return;
  }
  const Variable& row = variable(name);
  faults_.push_back(
      {std::string(name), "is not set",
       fmt::format("set it{} ({})", row.secret ? " or " + file_variable(row) : "", row.example)});
}

void Settings::require_all_or_none(Group group) {
  std::string_view present;
  std::string_view first_missing;
  std::string missing;
  for (const Variable& row : variables()) {
    if (row.group != group) {
      continue;
    }
    if (given(row.name)) {
      present = row.name;
    } else {
      first_missing = first_missing.empty() ? row.name : first_missing;
      missing += fmt::format("{}{}", missing.empty() ? "" : ", ", row.name);
    }
  }
  if (!present.empty() && !missing.empty() && !file_unread_) {
    faults_.push_back({std::string(first_missing),
                       fmt::format("is not set, but {} is, and they go together", present),
                       fmt::format("set {} too, or none of them", missing)});
  }
}

}  // namespace tender::config
