#include "layer.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "tender/base/log.hpp"
#include "tender/config/dotenv.hpp"
#include "tender/config/variable.hpp"

#include "file.hpp"

namespace tender::config {
namespace {

constexpr std::size_t kLargestEnvFile = 1 << 20;
// Two edits find slips of the keyboard and leave other programs' variables alone; in a file for
// tender a guess may be bolder.
constexpr std::size_t kSlip = 2;
constexpr std::size_t kBoldGuess = 4;

// What to do about a name that tender does not know, or nothing when it does not resemble one of
// ours.
std::optional<std::string> advice(std::string_view name, std::size_t edits) {
  constexpr std::string_view suffix = "_FILE";
  if (name.ends_with(suffix) && is_known(name.substr(0, name.size() - suffix.size()))) {
    return fmt::format("only secrets can be given by file; set {}",
                       name.substr(0, name.size() - suffix.size()));
  }
  const std::string nearest = nearest_name(name, edits);
  if (nearest.empty()) {
    return std::nullopt;
  }
  return fmt::format("did you mean {}?", nearest);
}

void warn_of_slip(Layer& layer, std::string_view name, const std::string& place) {
  if (const auto what_to_do = advice(name, kSlip)) {
    layer.warnings.push_back(fmt::format("{}{}{} is not a tender variable: {}", place,
                                         place.empty() ? "" : ": ", printable(name), *what_to_do));
  }
}

bool holds_plain_secret(const Layer& layer) {
  for (const Variable& each : variables()) {
    if (each.secret && layer.given.contains(each.name)) {
      return true;
    }
  }
  return false;
}

void warn_of_open_file(Layer& layer, const std::filesystem::path& path) {
  const auto exposure = exposure_of(path);
  if (exposure && holds_plain_secret(layer)) {
    layer.warnings.push_back(fmt::format("{} holds secrets, and {}: {}", printable(path.string()),
                                         exposure->problem, exposure->remedy));
  }
}

void add(Layer& layer, DotenvEntry entry) {
  if (is_known(entry.key)) {
    if (!entry.value.empty()) {
      layer.given.emplace(std::move(entry.key),
                          Given{std::move(entry.value), std::move(entry.place)});
    }
  } else if (has_our_prefix(entry.key)) {
    layer.faults.push_back(
        {entry.key, fmt::format("{}: this is not a tender variable", entry.place),
         advice(entry.key, kBoldGuess).value_or("remove it; env.example shows every variable")});
  } else {
    warn_of_slip(layer, entry.key, entry.place);
  }
}

}  // namespace

Layer environment_layer(const Environment& environment) {
  Layer layer;
  for (const auto& [name, value] : environment) {
    if (value.empty()) {
      continue;
    }
    if (is_known(name)) {
      layer.given.emplace(name, Given{Secret(value), ""});
    } else {
      warn_of_slip(layer, name, "");
    }
  }
  return layer;
}

Layer file_layer(const EnvFile& file) {
  Layer layer;
  if (file.path.empty()) {
    return layer;
  }
  const std::string shown = printable(file.path.string());
  const FileText read = read_file(file.path, kLargestEnvFile);
  if (read.error == std::errc::no_such_file_or_directory && !file.required) {
    return layer;
  }
  if (read.error) {
    layer.faults.push_back({shown, fmt::format("cannot be read: {}", read.error.message()),
                            "give the path of a file that this user can read"});
    layer.unread = true;
    return layer;
  }
  if (read.text.size() == kLargestEnvFile) {
    layer.faults.push_back(
        {shown, "is too large for a file of environment variables", "keep it below 1 MiB"});
    layer.unread = true;
    return layer;
  }
  Dotenv parsed = parse_dotenv(read.text, shown);
  layer.faults = std::move(parsed.faults);
  for (DotenvEntry& entry : parsed.entries) {
    add(layer, std::move(entry));
  }
  warn_of_open_file(layer, file.path);
  return layer;
}

}  // namespace tender::config
