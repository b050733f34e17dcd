// What a look at a relay and zooid's file of it say together.
#include <algorithm>
#include <utility>

#include "tender/zooid/config_comparison.hpp"
#include "tender/zooid/liveness.hpp"

namespace tender::zooid {
namespace {

bool is_same_file(const std::optional<ConfigFile>& before, const std::optional<ConfigFile>& after) {
  if (!before || !after) {
    return before.has_value() == after.has_value();
  }
  return before->written_at == after->written_at && before->state == after->state &&
         before->identity == after->identity && before->values == after->values;
}

// As when the relay is not served at all.
LivenessVerdict absent(std::string reason, LivenessVerdict shown) {
  return {.liveness = Liveness::wrong,
          .reason = std::move(reason),
          .identity = std::move(shown.identity)};
}

LivenessVerdict undecided(std::string reason, LivenessVerdict shown) {
  return {.liveness = Liveness::unclear,
          .reason = std::move(reason),
          .identity = std::move(shown.identity)};
}

bool decides_whether_it_is_served(const FileComparison& comparison) {
  return std::ranges::any_of(comparison.differences, [](const FieldDrift& each) {
    return each.field == "host" || each.field == "inactive";
  });
}

}  // namespace

LivenessVerdict judge_with_file(std::optional<LivenessVerdict> shown, const Relay& relay,
                                const config::Env& env, const std::optional<ConfigFile>& before,
                                const std::optional<ConfigFile>& after,
                                std::optional<TimePoint> taken_at) {
  const bool asked = shown.has_value();
  LivenessVerdict verdict = std::move(shown).value_or(LivenessVerdict());
  if (!is_same_file(before, after)) {
    return undecided("zooid's file of it is being written", std::move(verdict));
  }
  if (!after) {
    return asked && verdict.liveness == Liveness::as_described
               ? std::move(verdict)
               : absent("zooid's file of it is gone", std::move(verdict));
  }
  if (after->state == FileState::unreadable) {
    return asked ? std::move(verdict)
                 : undecided("zooid's file of it: " + after->fault, std::move(verdict));
  }
  if (after->torn()) {
    return absent("zooid's file of it is damaged: " + after->fault, std::move(verdict));
  }
  if (verdict.identity.empty()) {
    verdict.identity = after->identity;
  }
  FileComparison comparison = compare(relay, env, *after, taken_at);
  verdict.unsupported = std::move(comparison.unsupported);
  if (comparison.same()) {
    verdict.lagging = verdict.lagging || !verdict.drift.empty();
    return verdict;
  }
  const bool absent = verdict.liveness == Liveness::wrong && verdict.drift.empty();
  if (absent && !decides_whether_it_is_served(comparison)) {
    return verdict;  // the relay will be sent as a whole
  }
  verdict.liveness = Liveness::wrong;
  verdict.reason = describe(comparison);
  verdict.drift = std::move(comparison.differences);
  verdict.lagging = false;
  verdict.in_file = true;
  return verdict;
}

}  // namespace tender::zooid
