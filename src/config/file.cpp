#include "file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <unistd.h>

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

}  // namespace tender::config
