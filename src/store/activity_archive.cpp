#include "tender/store/activity_archive.hpp"

#include <array>
#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrordesc_np is glibc's
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/store/store_error.hpp"

#include "gzip_member.hpp"

namespace tender::store {
namespace {

namespace fs = std::filesystem;

// The archive's file, open for as long as one append takes.
class ArchiveFile {
 public:
  explicit ArchiveFile(fs::path path)
      : path_(std::move(path)), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ < 0) {
      fail("open it", errno);
    }
  }
  ~ArchiveFile() { close(file_); }
  ArchiveFile(const ArchiveFile&) = delete;
  ArchiveFile& operator=(const ArchiveFile&) = delete;

  // Where the next member goes: behind the last whole one. What is torn is cut off; what is not
  // ours is left alone.
  off_t cut_to_whole_members() {
    const off_t size = file_size();
    off_t end = 0;
    while (end < size) {
      const std::string header = read_header(end);
      const auto member = gzip_member_size(header);
      if (member && *member <= size - end) {
        end += *member;
        continue;
      }
      if (!begins_gzip_member(header)) {
        throw StoreError(
            StoreFault::other,
            fmt::format("archive {} holds something that tender did not write", path_.string()),
            "move it elsewhere; tender starts a new one");
      }
      cut(end);
      break;
    }
    return end;
  }

  void write_durably(std::string_view bytes, off_t at) {
    const bool is_new = at == 0;
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t count =
          pwrite(file_, bytes.data() + done, bytes.size() - done, at + static_cast<off_t>(done));
      if (count < 0 && errno != EINTR) {
        const int error = errno;
        static_cast<void>(!ftruncate(file_, at));  // else the next append cuts it off
        fail("write to it", error);
      }
      done += count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    if (fsync(file_) != 0) {
      fail("sync it", errno);
    }
    if (is_new) {
      sync_directory();
    }
  }

 private:
  [[noreturn]] void fail(std::string_view step, int error) const {
    throw StoreError(
        error == ENOSPC ? StoreFault::full : StoreFault::io,
        fmt::format("archive {}: cannot {}: {}", path_.string(), step, strerrordesc_np(error)),
        "make room for it and make it writable for the user that tender runs as, or "
        "set ACTIVITY_ARCHIVE=off");
  }

  [[nodiscard]] off_t file_size() const {
    struct stat status {};
    if (fstat(file_, &status) != 0) {
      fail("look at it", errno);
    }
    return status.st_size;
  }

  [[nodiscard]] std::string read_header(off_t at) const {
    std::string header(kGzipHeaderSize, '\0');
    const ssize_t count = pread(file_, header.data(), header.size(), at);
    if (count < 0) {
      fail("read it", errno);
    }
    header.resize(static_cast<std::size_t>(count));
    return header;
  }

  void cut(off_t end) const {
    if (ftruncate(file_, end) != 0) {
      fail("cut off what a crash left unfinished", errno);
    }
  }

  void sync_directory() const {
    const std::string directory = path_.has_parent_path() ? path_.parent_path().string() : ".";
    const int file = ::open(directory.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && fsync(file) == 0;
    const int error = errno;
    if (file >= 0) {
      close(file);
    }
    if (!synced) {
      fail("sync its directory", error);
    }
  }

  fs::path path_;
  int file_;
};

std::string to_lines(std::span<const Activity> rows) {
  std::string lines;
  for (const Activity& row : rows) {
    nlohmann::ordered_json line = to_json(row);
    if (!parse_json(row.detail)) {
      line["detail"] = row.detail;  // of another program, and not JSON: kept as it is
    }
    lines += ordered_json_line(line);
    lines += '\n';
  }
  return lines;
}

}  // namespace

fs::path ActivityArchive::file(TimePoint now) const {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now));
  return fmt::format("{}.activity-{:04}-{:02}.ndjson.gz", database_.string(),
                     static_cast<int>(day.year()), static_cast<unsigned>(day.month()));
}

void ActivityArchive::append(std::span<const Activity> rows, TimePoint now) {
  const std::string member = make_gzip_member(to_lines(rows));
  ArchiveFile archive(file(now));
  const off_t end = archive.cut_to_whole_members();
  archive.write_durably(member, end);
}

}  // namespace tender::store
