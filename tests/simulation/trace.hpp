// What happened in one life, a line for each event with its virtual time, and the first rule that
// was broken. The hash of the lines tells whether two runs of a seed went the same way.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tender/base/clock.hpp"

#include "simulation/fault_kind.hpp"

namespace tender::simulation {

class Trace {
 public:
  explicit Trace(TimePoint start) : start_(start), now_(start) {}

  /// Takes this text out of all lines: the name of a directory differs from run to run.
  void leave_out(std::string text) { left_out_ = std::move(text); }

  /// Lines from now on carry this time.
  void move_to(TimePoint now) { now_ = now; }

  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    add(fmt::format(format, std::forward<Args>(args)...));
  }

  /// A fault has struck: counted, and written down.
  template <typename... Args>
  void fault(FaultKind kind, fmt::format_string<Args...> format, Args&&... args) {
    counts_.add(kind);
    add(fmt::format("FAULT {}: {}", to_string(kind),
                    fmt::format(format, std::forward<Args>(args)...)));
  }

  /// A rule is broken. Only the first counts: what follows is its consequence.
  template <typename... Args>
  void violate(fmt::format_string<Args...> format, Args&&... args) {
    if (!violation_) {
      violation_ = fmt::format(format, std::forward<Args>(args)...);
      add("VIOLATION: " + *violation_);
    }
  }

  [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }
  [[nodiscard]] const FaultCounts& counts() const { return counts_; }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  void print(std::ostream& out) const;

 private:
  void add(std::string text);

  TimePoint start_;
  TimePoint now_;
  std::string left_out_;
  std::vector<std::pair<Milliseconds, std::string>> lines_;
  std::optional<std::string> violation_;
  FaultCounts counts_;
  std::uint64_t hash_ = 0xcbf29ce484222325U;  // FNV-1a
};

}  // namespace tender::simulation
