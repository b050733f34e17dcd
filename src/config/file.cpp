#include "file.hpp"

#include <cerrno>

#include <fcntl.h>
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
  std::string buffer(limit, '\0');
  std::size_t size = 0;
  while (size < limit) {
    const ssize_t count = read(file, buffer.data() + size, limit - size);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      if (count < 0) {
        result.error = last_error();
        size = 0;
      }
      break;
    }
    size += static_cast<std::size_t>(count);
  }
  close(file);
  result.text = buffer.substr(0, size);
  return result;
}

}  // namespace tender::config
