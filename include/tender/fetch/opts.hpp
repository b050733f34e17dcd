// What a caller of a fetch says, and what it gets: Opts in, Outcome or Error out. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/http/url.hpp"

namespace tender::fetch {

/// What is asked of a relay. Callers share a fetch only when they ask for the same.
enum class Op : std::uint8_t {
  members,  // {"members": [64 hex, …]}
  nip11,    // the relay's public document (NIP-11): an object; `pubkey` and `self` are keys
};

/// "members", "nip11"
[[nodiscard]] std::string_view to_string(Op op);

/// How many addresses are asked side by side in each round. A round begins when none of those asked
/// before has given a valid answer.
class FanoutGrowth {
 public:
  // `width` is that of the first round, at least 1; 0 counts as 1.

  /// width, width, width, …; with 1 strictly one address after another.
  [[nodiscard]] static FanoutGrowth fixed(std::size_t width) { return {Kind::fixed, width}; }
  /// width, 2·width, 3·width, …
  [[nodiscard]] static FanoutGrowth linear(std::size_t width) { return {Kind::linear, width}; }
  /// width, 2·width, 4·width, …
  [[nodiscard]] static FanoutGrowth doubling(std::size_t width) { return {Kind::doubling, width}; }

  /// Of the round with that number, counted from 0; at most `limit`, which is at least 1.
  [[nodiscard]] std::size_t width(std::size_t round, std::size_t limit) const;

 private:
  enum class Kind : std::uint8_t { fixed, linear, doubling };
  FanoutGrowth(Kind kind, std::size_t first);

  Kind kind_;
  std::size_t first_;
};

/// The longest answer that passes the check of its size.
inline constexpr std::size_t kMostBytes = std::size_t{1} << 20;
/// The most keys that pass the check of their count.
inline constexpr std::size_t kMostKeys = std::size_t{1} << 14;

/// What makes an answer valid; each check has a switch. The first four are cheap and on unless
/// switched off. The others cost a curve operation for each key, or look at the keys together.
struct Checks {
  bool size = true;       // at most kMostBytes
  bool shape = true;      // JSON, with the members that the Op names, of the right types
  bool hex = true;        // every key is 64 lowercase hex digits
  bool count = true;      // at most kMostKeys
  bool on_curve = false;  // every key is a point of the curve (BIP-340)
  bool sorted = false;    // the keys ascend; only of Op::members
  bool unique = false;    // no key twice; only of Op::members

  friend bool operator==(const Checks&, const Checks&) = default;
};

/// All that either asks for.
[[nodiscard]] Checks both(const Checks& one, const Checks& other);

struct Opts {
  Opts(Op what, std::string of) : op(what), relay(std::move(of)) {}

  // The key: who gives the same two while a fetch waits or runs joins that fetch.
  Op op;
  std::string relay;

  // Those of who came first count for the fetch, except the checks: it is as strict as its
  // strictest caller.
  FanoutGrowth growth = FanoutGrowth::fixed(1);
  Checks checks{};
  Milliseconds attempt{5000};  // the longest that one address may take
  Milliseconds budget{5000};   // for the whole fetch, waiting for a place included
};

struct Outcome {
  /// The body of the answer. shared_ptr because all callers of one fetch share a single buffer.
  std::shared_ptr<const std::string> bytes;
  http::Url address;  // that answered
};

}  // namespace tender::fetch
