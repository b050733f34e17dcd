#include "tender/store/activity_tail.hpp"

#include <algorithm>

#include "tender/store/database.hpp"
#include "tender/store/query.hpp"
#include "tender/store/store_error.hpp"

namespace tender::store {
namespace {

constexpr Milliseconds kFirstLook{1};
constexpr Milliseconds kLastLook{200};
constexpr Milliseconds kPoll{1000};
constexpr int kBatch = 4096;  // numbers, a few milliseconds' worth

}  // namespace

ActivityTail::ActivityTail(Database& database, Clock& clock, ActivityChannel& channel)
    : database_(database),
      clock_(clock),
      channel_(channel),
      wakeup_(clock),
      last_seq_(Query(database).last_activity_seq()),
      seen_version_(database.data_version()),
      next_look_(kPoll) {
  database_.set_commit_listener([this] {
    committed_here_ = true;
    wakeup_.notify();
  });
}

ActivityTail::~ActivityTail() {
  database_.set_commit_listener({});
}

boost::asio::awaitable<void> ActivityTail::run() {
  while (!stopping_) {
    try {
      // data_version does not show our own commits, so both are read.
      if (std::exchange(committed_here_, false) || changed_elsewhere()) {
        drain();
      }
    } catch (const StoreError&) {
      // Only a hint was missed: the activity log still has the rows, and the worker meets and
      // reports the same fault where it matters.
      committed_here_ = true;
      next_look_ = kPoll;
    }
    const TimePoint look_again = clock_.now() + next_look_;
    next_look_ = next_look_ < kLastLook ? next_look_ * 2 : kPoll;
    co_await wakeup_.wait_until(look_again);
  }
  channel_.close();
}

void ActivityTail::look_closely() {
  next_look_ = kFirstLook;
  wakeup_.notify();
}

void ActivityTail::stop() {
  stopping_ = true;
  wakeup_.notify();
}

bool ActivityTail::changed_elsewhere() {
  const std::int64_t version = database_.data_version();
  return std::exchange(seen_version_, version) != version;
}

void ActivityTail::drain() {
  const auto seqs = Query(database_).list_activity_seqs(last_seq_, kBatch);
  for (const std::int64_t seq : seqs) {
    last_seq_ = seq;
    channel_.send(seq);
  }
  if (seqs.size() == kBatch) {  // the loop turns before the rest is read
    committed_here_ = true;
    next_look_ = kFirstLook;
  }
}

}  // namespace tender::store
