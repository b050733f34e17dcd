#include "tender/store/write_turns.hpp"

namespace tender::store {

void WriteTurns::began() {
  began_at_ = clock_.steady();
  if (began_at_ - ended_at_ >= kFree) {
    held_ = Milliseconds::zero();  // the lock was free for long enough
  }
}

Milliseconds WriteTurns::ended() {
  ended_at_ = clock_.steady();
  const Milliseconds lasted = ended_at_ - began_at_;
  held_ += lasted;
  if (held_ >= kHeld) {
    held_ = Milliseconds::zero();
    free_until_ = ended_at_ + kFree;
  }
  return lasted;
}

}  // namespace tender::store
