#include "tender/store/write_turns.hpp"

namespace tender::store {

void WriteTurns::began() {
  began_at_ = clock_.steady();
  if (began_at_ - ended_at_ >= kFree) {
    held_ = Milliseconds::zero();  // the lock was free for long enough
  }
}

void WriteTurns::ended() {
  ended_at_ = clock_.steady();
  held_ += ended_at_ - began_at_;
  if (held_ >= kHeld) {
    held_ = Milliseconds::zero();
    free_until_ = ended_at_ + kFree;
  }
}

}  // namespace tender::store
