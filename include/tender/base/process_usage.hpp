// What the kernel says of this process, for the process_* metrics. Reads /proc, which does not
// block.
#pragma once

#include <cstdint>
#include <optional>

namespace tender {

struct ProcessUsage {
  double cpu_seconds = 0;  // user and system
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_files = 0;
  std::uint64_t max_files = 0;  // the soft limit
  double started_at = 0;        // seconds since 1970
};

/// Nothing when /proc cannot be read.
[[nodiscard]] std::optional<ProcessUsage> read_process_usage();

}  // namespace tender
