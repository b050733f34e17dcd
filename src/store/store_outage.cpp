#include "tender/store/store_outage.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tender/base/log_messages.hpp"
#include "tender/store/database.hpp"
#include "tender/store/integrity.hpp"
#include "tender/store/transaction.hpp"

namespace tender::store {
namespace {

constexpr Milliseconds kFirstPause{1000};
constexpr Milliseconds kLongestPause{30'000};
// A fault that comes back so soon was never gone: a disk with room for the probe and nothing else.
constexpr Milliseconds kRelapse{60'000};

}  // namespace

void StoreOutage::begin(const StoreError& error) {
  const bool worse = error.fault() == StoreFault::corrupt && !is_of(StoreFault::corrupt);
  if (retry_at_ && !worse) {
    return;
  }
  const bool damaged = error.fault() == StoreFault::corrupt;
  write_log(logger_, damaged ? logs::kDatabaseDamaged : logs::kDatabaseFails, "cause", error.what(),
            "remedy", error.remedy());
  const Milliseconds well_for = clock_.now() - ended_at_;
  if (well_for >= kRelapse || well_for < Milliseconds::zero()) {
    pause_ = Milliseconds::zero();
  }
  error_ = error;
  try_again_later();
}

bool StoreOutage::over() {
  if (!retry_at_) {
    return true;
  }
  const TimePoint now = clock_.now();
  if (now < *retry_at_ && *retry_at_ <= now + kLongestPause) {
    return false;  // later than that only when the clock was set back
  }
  try {
    // One intact page says nothing about the others.
    if (is_of(StoreFault::corrupt) &&
        check_integrity(database_.path(), kLargestCheckedFirst) == Integrity::too_large) {
      try_again_later();
      return false;  // it would take too long: that is for the next start
    }
    if (!is_of(StoreFault::busy)) {  // a lock is not a fault of the connection
      database_.reopen();
    }
    probe();
  } catch (const StoreError& error) {
    error_ = error;
    try_again_later();
    return false;
  }
  write_log(logger_, logs::kDatabaseWorks);
  retry_at_.reset();
  ended_at_ = clock_.now();
  return true;
}

void StoreOutage::prove_writable() {
  if (ongoing()) {
    return;
  }
  try {
    const Database::ShortWait brief(database_, Milliseconds::zero());
    probe();
  } catch (const StoreError& error) {
    if (error.fault() != StoreFault::busy) {
      begin(error);
    }
  }
}

bool StoreOutage::is_of(StoreFault fault) const {
  return error_ && error_->fault() == fault;
}

void StoreOutage::try_again_later() {
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  retry_at_ = clock_.now() + pause_;
}

// An update that changes no value would write nothing; the header's user_version, which tender does
// not use, is always written.
void StoreOutage::probe() {
  Transaction transaction(database_);
  std::int64_t version = 0;
  {
    Statement row = database_.prepare("PRAGMA user_version");
    row.step();
    version = row.integer(0);
  }
  database_.execute(fmt::format("PRAGMA user_version = {}", version));
  transaction.commit();
}

}  // namespace tender::store
