// What the dispatcher knows of a kind of work, and of a destination of work: registered objects.
// Adding a kind touches its own files and the list that is given to the dispatcher.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tender/outbox/destination_gate.hpp"
#include "tender/outbox/executor.hpp"

namespace tender::outbox {

struct Kind {
  std::string_view name;  // as in the tables outbox and dead_letter; lives as long as the program
  /// Of kinds with the same resource, one key has no more than one job under way at a time.
  std::string_view resource;
  Executor* executor = nullptr;  // borrowed, never null
  /// Jobs of this kind never hold more than 1/share of the places that a destination bears at the
  /// moment, and at least one may.
  int share = 1;
  /// Whether its jobs change what the destination has: an operator can pause these.
  bool writes = false;
  /// Whether its jobs can go to that destination; null: to every one.
  bool (*goes_to)(std::string_view destination) = nullptr;
};

struct Destination {
  std::string name;          // as in the tables outbox and destination_state
  Prober* prober = nullptr;  // borrowed, never null
  DestinationGate::Options gate{};
  bool measured = true;  // whether the metrics have its name as a label
};

/// Of destinations that only the rows of the outbox name, such as the receivers of webhooks.
class DestinationSource {
 public:
  virtual ~DestinationSource() = default;

  /// The destination of that name; nothing if it is none of these. What it points to lives until
  /// close().
  [[nodiscard]] virtual std::optional<Destination> open(const std::string& name) = 0;

  /// Whether work will come for it again. If not, it is closed when it has none.
  [[nodiscard]] virtual bool is_wanted(const std::string& name) = 0;

  virtual void close(const std::string& name) = 0;

  /// As DestinationGate::Options::rate.
  [[nodiscard]] virtual int rate_of(const std::string& name) = 0;
};

/// All that this version of tender knows how to do. Rows of other kinds and destinations are left
/// alone and reported.
struct Registry {
  std::vector<Kind> kinds;
  std::vector<Destination> destinations;
  DestinationSource* more = nullptr;  // borrowed; null: there are no others
};

}  // namespace tender::outbox
