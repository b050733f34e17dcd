#include "tender/zooid/config_directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrordesc_np is glibc's
#include <sys/stat.h>
#include <unistd.h>

#include "tender/zooid/scratch_relay.hpp"

namespace tender::zooid {
namespace {

constexpr std::string_view kSuffix = ".toml";
constexpr int kAttempts = 3;  // at a file that is being written
constexpr std::size_t kPiece = 16 << 10;

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) {
      close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

// zooid's keys are in it.
struct WipedText {
  ~WipedText() { OPENSSL_cleanse(text.data(), text.size()); }
  std::string text;
};

[[noreturn]] void fail(const std::filesystem::path& path, int fault) {
  throw ConfigDirectoryError(
      fmt::format("cannot read zooid's config directory {}: {}", path.string(),
                  strerrordesc_np(fault)),
      "correct ZOOID_CONFIG_DIR, or let tender's user read that directory and its files");
}

Directory open_directory(const std::filesystem::path& path) {
  Directory directory(opendir(path.c_str()));
  if (!directory) {
    fail(path, errno);
  }
  return directory;
}

TimePoint time_of(const struct stat& status) {
  return TimePoint(
      std::chrono::duration_cast<Milliseconds>(std::chrono::seconds(status.st_mtim.tv_sec) +
                                               std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
}

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// Reads until the end, or until more than the largest file; errno of the first failure, or 0.
// `size` is what is expected: a text that grows leaves copies of secrets behind.
int read_text(int file, std::size_t size, std::string& text) {
  text.reserve(std::min(size, ConfigDirectory::kLargestFile) + kPiece);
  while (text.size() <= ConfigDirectory::kLargestFile) {
    const std::size_t before = text.size();
    text.resize(before + kPiece / 2);
    const ssize_t got = ::read(file, text.data() + before, kPiece / 2);
    const int fault = got < 0 ? errno : 0;
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0 || (fault != 0 && fault != EINTR)) {
      return fault;
    }
  }
  return 0;
}

ConfigFile unreadable_file(const RelayId& id, std::string fault) {
  return {.id = id, .state = FileState::unreadable, .fault = std::move(fault)};
}

enum class ReadAttempt : std::uint8_t { done, gone, again };

// One attempt to read the file.
ReadAttempt try_to_read(int directory, const std::string& name, ConfigFile& file) {
  // O_NONBLOCK: a pipe of that name must not hold us up.
  const Descriptor opened(
      openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (opened.number() < 0) {
    if (errno == ENOENT) {
      return ReadAttempt::gone;
    }
    file = unreadable_file(
        file.id, errno == ELOOP ? std::string("it is a symbolic link")
                                : fmt::format("it cannot be opened: {}", strerrordesc_np(errno)));
    return ReadAttempt::done;
  }
  struct stat before {};
  struct stat after {};
  if (fstat(opened.number(), &before) != 0 || !S_ISREG(before.st_mode)) {
    file = unreadable_file(file.id, "it is not a regular file");
    return ReadAttempt::done;
  }
  WipedText content;
  const int fault =
      read_text(opened.number(), static_cast<std::size_t>(before.st_size), content.text);
  if (fault != 0) {
    file = unreadable_file(file.id, fmt::format("it cannot be read: {}", strerrordesc_np(fault)));
  } else if (content.text.size() > ConfigDirectory::kLargestFile) {
    file = unreadable_file(file.id, "it has more than 1 MiB");
  } else {
    file = parse_config_file(file.id, content.text);
  }
  const bool settled = fstat(opened.number(), &after) == 0 && is_same(before, after);
  file.written_at = time_of(after);
  return settled ? ReadAttempt::done : ReadAttempt::again;
}

}  // namespace

std::vector<RelayId> ConfigDirectory::list() const {
  const Directory directory = open_directory(path_);
  std::vector<RelayId> ids;
  errno = 0;
  while (const dirent* entry = readdir(directory.get())) {
    if (auto id = relay_of_file(entry->d_name)) {
      ids.push_back(*std::move(id));
    }
    errno = 0;
  }
  if (errno != 0) {
    fail(path_, errno);
  }
  std::ranges::sort(ids);
  return ids;
}

std::optional<ConfigFile> ConfigDirectory::read(const RelayId& id) const {
  const Directory directory = open_directory(path_);
  const std::string name = id.text + std::string(kSuffix);
  if (!relay_of_file(name) || name.find('/') != std::string::npos) {
    return std::nullopt;
  }
  ConfigFile file{.id = id};
  for (int i = 0; i < kAttempts; ++i) {
    const ReadAttempt result = try_to_read(dirfd(directory.get()), name, file);
    if (result == ReadAttempt::gone) {
      return std::nullopt;
    }
    if (result == ReadAttempt::done) {
      return file;
    }
  }
  return unreadable_file(id, "it is being written all the time");
}

std::optional<RelayId> relay_of_file(std::string_view name) {
  if (name.size() <= kSuffix.size() || !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  RelayId id{std::string(name.substr(0, name.size() - kSuffix.size()))};
  return id.text == kScratchRelay ? std::nullopt : std::optional(std::move(id));
}

}  // namespace tender::zooid
