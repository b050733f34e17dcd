#include "file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tender/base/log.hpp"

namespace tender::config {
namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

}  // namespace

FileText read_file(const std::filesystem::path& path, std::size_t limit) {
  FileText result;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    result.error = last_error();
    return result;
  }
  std::array<char, 16'384> portion{};
  while (result.text.size() < limit) {
    const std::size_t wanted = std::min(portion.size(), limit - result.text.size());
    const ssize_t count = read(file, portion.data(), wanted);
    if (count > 0) {
      result.text.append(portion.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      break;
    } else if (errno != EINTR) {
      result.error = last_error();
      result.text.clear();
      break;
    }
  }
  OPENSSL_cleanse(portion.data(), portion.size());  // the file may hold a secret
  close(file);
  return result;
}

std::string_view without_line_break(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
    if (text.ends_with('\r')) {
      text.remove_suffix(1);
    }
  }
  return text;
}

std::optional<Exposure> exposure_of(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    return std::nullopt;
  }
  const bool is_mine = status.st_uid != 0 && status.st_uid == geteuid();
  const mode_t allowed = is_mine ? 0600 : 0640;
  if ((status.st_mode & 077 & ~allowed) == 0) {
    return std::nullopt;
  }
  return Exposure{fmt::format("other users can access it (mode {:04o})", status.st_mode & 07777),
                  fmt::format("run `chmod {:o} {}`", allowed, printable(path.string()))};
}

}  // namespace tender::config
