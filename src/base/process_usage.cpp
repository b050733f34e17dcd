#include "tender/base/process_usage.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace tender {
namespace {

namespace fs = std::filesystem;

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// When the machine started, in seconds since 1970. Not read from /proc/stat, which a service may
// not see (systemd's ProcSubset=pid).
double boot_time() {
  return seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME);
}

std::uint64_t count_open_files() {
  std::error_code error;
  fs::directory_iterator files("/proc/self/fd", error);
  const auto all = static_cast<std::uint64_t>(std::distance(files, fs::directory_iterator()));
  return all > 0 ? all - 1 : 0;  // without the one that lists them
}

}  // namespace

// The fields of /proc/self/stat are those of proc(5); the second one, the program's name in
// parentheses, may hold anything.
std::optional<ProcessUsage> read_process_usage() {
  std::ifstream in("/proc/self/stat");
  std::string line;
  if (!std::getline(in, line) || line.rfind(')') == std::string::npos) {
    return std::nullopt;
  }
  constexpr int first = 3;  // of the fields that follow
  constexpr int utime = 14;
  constexpr int stime = 15;
  constexpr int starttime = 22;
  constexpr int vsize = 23;
  constexpr int rss = 24;
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::array<double, rss + 1> values{};
  std::string state;
  fields >> state;
  for (int field = first + 1; field <= rss; ++field) {
    fields >> values.at(static_cast<std::size_t>(field));
  }
  if (!fields) {
    return std::nullopt;
  }
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  ProcessUsage usage;
  usage.cpu_seconds = (values[utime] + values[stime]) / ticks;
  usage.virtual_bytes = static_cast<std::uint64_t>(values[vsize]);
  usage.resident_bytes = static_cast<std::uint64_t>(std::max(values[rss], 0.0)) *
                         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  usage.started_at = boot_time() + values[starttime] / ticks;
  usage.open_files = count_open_files();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    usage.max_files = limit.rlim_cur;
  }
  return usage;
}

}  // namespace tender
