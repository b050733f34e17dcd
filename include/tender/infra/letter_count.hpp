// Counts the dead letters that a transaction writes, once it is committed: what is rolled back is
// done again, and would count twice. For Infra; the dispatcher does so by itself.
#pragma once

#include <utility>
#include <vector>

#include "tender/base/metrics.hpp"
#include "tender/outbox/dead_letters.hpp"

namespace tender::infra {

class LetterCount {
 public:
  explicit LetterCount(Counter counter) : counter_(std::move(counter)) {}

  /// Around each transaction; what an earlier one wrote that was not committed is forgotten.
  void begin() { written_.clear(); }
  void committed() {
    for (const outbox::DeadLetterReason reason : std::exchange(written_, {})) {
      counter_.add({outbox::to_string(reason)});
    }
  }

  void add(outbox::DeadLetterReason reason) { written_.push_back(reason); }

 private:
  Counter counter_;
  std::vector<outbox::DeadLetterReason> written_;
};

}  // namespace tender::infra
