// What was given for each variable of the table, and all that is wrong with it: one reading of the
// environment and the `.env` file, made by load_* in env.cpp and gone when they return.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tender/config/variable.hpp"

#include "layer.hpp"
#include "values.hpp"

namespace tender::config {

class Settings {
 public:
  Settings(const Environment& environment, const EnvFile& file);

  /// The variable's value by `parse`, from what was given or else from the default; nothing when
  /// there is neither, or when it is wrong: then the fault is noted.
  template <class Parse>
  auto read(std::string_view name, Parse parse)
      -> std::optional<std::variant_alternative_t<0, decltype(parse(std::string_view()))>> {
    const std::optional<std::string_view> text = find(name);
    if (!text) {
      return std::nullopt;
    }
    auto parsed = parse(*text);
    if (const auto* problem = std::get_if<Problem>(&parsed)) {
      fault(name, *problem);
      return std::nullopt;
    }
    return std::move(std::get<0>(parsed));
  }

  /// The secret that was given; nothing when there is none, or when it could not be read.
  [[nodiscard]] std::optional<Secret> secret(std::string_view name) const;

  /// Whether something was given, right or wrong.
  [[nodiscard]] bool given(std::string_view name) const;

  /// Whether its value comes from the `.env` file. Not for secrets.
  [[nodiscard]] bool is_of_file(std::string_view name) const;

  /// Notes that the value of `name` has this problem; the value is quoted unless it is secret.
  void fault(std::string_view name, const Problem& problem);

  /// Notes that a required variable was not given, unless it was. A file that could not be read is
  /// fault enough: what it would have given is not known.
  void require(std::string_view name);

  /// Notes a fault of a group of which only a part was given.
  void require_all_or_none(Group group);

  /// Faults of the file first, then in the order of the table of variables.
  [[nodiscard]] std::vector<EnvFault> take_faults();
  [[nodiscard]] std::vector<std::string> take_warnings() { return std::move(warnings_); }

 private:
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  void take_from(const Variable& variable, const Layer& layer);
  void take_from_file(const Variable& variable, const Given& path);
  void check_text(const Variable& variable);

  std::map<std::string_view, Given> values_;
  std::set<std::string_view> broken_;  // given, but could not be read
  std::vector<EnvFault> faults_;
  std::vector<std::string> warnings_;
  bool file_unread_ = false;
};

}  // namespace tender::config
