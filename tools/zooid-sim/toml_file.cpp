#include "zooid-sim/toml_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "zooid-sim/go_error.hpp"
#include "zooid-sim/toml_text.hpp"

namespace zooid_sim {
namespace {

using nlohmann::json;

constexpr std::size_t kPiece = 4096;

json json_of(const toml::node& node) {
  if (const toml::table* table = node.as_table()) {
    json object = json::object();
    for (const auto& [key, value] : *table) {
      object[std::string(key.str())] = json_of(value);
    }
    return object;
  }
  if (const toml::array* array = node.as_array()) {
    json list = json::array();
    for (const toml::node& element : *array) {
      list.push_back(json_of(element));
    }
    return list;
  }
  if (const auto* text = node.as_string()) {
    return text->get();
  }
  if (const auto* flag = node.as_boolean()) {
    return flag->get();
  }
  if (const auto* number = node.as_integer()) {
    return number->get();
  }
  return 0.5;  // a number or a date, which no field of a config takes: read_config refuses it
}

// The whole file; throws FileError.
std::string read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    throw FileError(go_error("open", path, errno));
  }
  std::string text;
  std::array<char, kPiece> piece;
  ssize_t size = 0;
  while ((size = ::read(file, piece.data(), piece.size())) > 0) {
    text.append(piece.data(), static_cast<std::size_t>(size));
  }
  const int fault = errno;
  ::close(file);
  if (size < 0) {
    throw FileError(go_error("read", path, fault));
  }
  return text;
}

// Writes all of `text`, or as much of it as there is room for; the errno of the first failure, or
// 0.
int write_pieces(int file, std::string_view text, std::uintmax_t room) {
  const bool fits = text.size() <= room;
  text = text.substr(0, room);
  while (!text.empty()) {
    const ssize_t size = ::write(file, text.data(), std::min(text.size(), kPiece));
    if (size < 0 && errno != EINTR) {
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
  return fits ? 0 : ENOSPC;
}

}  // namespace

ConfigResult load_toml(const std::filesystem::path& file, Generation generation) {
  try {
    const std::string text = read_file(file.string());
    ConfigResult result = read_config(json_of(toml::parse(text)), generation);
    result.error.insert(0, result.config ? "" : "toml: ");
    return result;
  } catch (const toml::parse_error& error) {
    return {std::nullopt, fmt::format("toml: line {}: {}", error.source().begin.line,
                                      std::string(error.description()))};
  } catch (const FileError& error) {
    return {std::nullopt, error.what()};
  }
}

void save_toml(const std::filesystem::path& file, const Config& config, Generation generation,
               std::uintmax_t room) {
  const std::string path = file.string();
  const int opened = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (opened < 0) {
    throw FileError("failed to create file: " + go_error("open", path, errno));
  }
  const int fault = write_pieces(opened, toml_text(to_json(config, generation)), room);
  ::close(opened);
  if (fault != 0) {
    throw FileError("failed to encode toml: " + go_error("write", path, fault));
  }
}

}  // namespace zooid_sim
