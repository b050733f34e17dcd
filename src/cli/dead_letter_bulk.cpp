#include "dead_letter_bulk.hpp"

#include <algorithm>
#include <limits>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/ostream.h>

#include "tender/base/utc_time.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/hook/trigger_command.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/infra/letter_work.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/store/portion.hpp"
#include "tender/store/transaction.hpp"

#include "confirm.hpp"
#include "event_loop.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;
using outbox::DeadLetter;

// The open letters that are asked for, up to the newest one of the start: a relay that is given up
// again meanwhile is not retried for ever.
class LetterRetry {
 public:
  LetterRetry(const Invocation& invocation, StoreSession& session)
      : session_(session),
        letters_(session.database),
        reason_(invocation.has("reason") ? invocation.text("reason") : std::string()),
        trigger_(read_trigger(invocation, session)),
        since_(read_since(invocation, session)),
        clock_(io_.get_executor()),
        pause_(clock_) {
    for (auto page = next(); !page.empty(); page = next()) {
      count_ +=
          std::ranges::count_if(page, [this](const auto& letter) { return is_meant(letter); });
    }
    last_ = std::exchange(seen_, 0);
  }

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::int64_t retried() const { return retried_; }
  [[nodiscard]] std::int64_t gone() const { return gone_; }

  void to_end() { run_to_end(io_, retry()); }

 private:
  static std::optional<std::string> read_trigger(const Invocation& invocation,
                                                 StoreSession& session) {
    return invocation.has("trigger")
               ? std::optional(
                     hook::require_trigger(session.database, invocation.text("trigger")).id)
               : std::nullopt;
  }

  static TimePoint read_since(const Invocation& invocation, const StoreSession& session) {
    if (!invocation.has("since")) {
      return TimePoint::min();
    }
    const std::string& text = invocation.text("since");
    const auto since = parse_time(text);
    if (!since) {
      throw UsageError(fmt::format("--since \"{}\" is not a time in UTC", printable(text, 40)),
                       fmt::format("write it as {}", format_time(session.clock.now())));
    }
    return *since;
  }

  asio::awaitable<void> retry() {
    for (auto page = next(); !page.empty(); page = next()) {
      for (std::span<const DeadLetter> left = page; !left.empty();) {
        left = left.subspan(retry_portion(left));
        const TimePoint turn = clock_.now() + store::Portion::kBreath;
        co_await pause_.wait_until(turn);
      }
    }
  }

  std::vector<DeadLetter> next() {
    auto page = letters_.list(/*all=*/false, seen_, store::Portion::kRows);
    std::erase_if(page, [this](const DeadLetter& letter) { return letter.id > last_; });
    if (!page.empty()) {
      seen_ = page.back().id;
    }
    return page;
  }

  [[nodiscard]] bool is_meant(const DeadLetter& letter) const {
    return (reason_.empty() || letter.reason == reason_) && letter.created_at >= since_ &&
           (!trigger_ || (letter.kind == infra::kHookDelivery &&
                          infra::subject_of(session_.database, letter).id == *trigger_));
  }

  // For the first of `letters`, in one transaction; how many.
  std::size_t retry_portion(std::span<const DeadLetter> letters) {
    store::Portion portion(clock_);
    std::size_t done = 0;
    store::Transaction transaction(session_.database);
    while (done < letters.size() && portion.take()) {
      const DeadLetter& letter = letters[done];
      ++done;
      if (is_meant(letter)) {
        retry_one(letter);
      }
    }
    transaction.commit();
    return done;
  }

  void retry_one(const DeadLetter& letter) {
    if (!infra::subject_of(session_.database, letter).exists) {
      ++gone_;
    } else if (letters_.resolve(letter.id, outbox::Resolution::retried, clock_.now()) &&
               infra::ask_again(session_.database, session_.command, letter, /*bulk=*/true)) {
      ++retried_;
    }
  }

  StoreSession& session_;
  outbox::DeadLetters letters_;
  std::string reason_;                  // empty: any
  std::optional<std::string> trigger_;  // its id; nothing: whatever it is about
  TimePoint since_;
  asio::io_context io_{1};
  SystemClock clock_;
  Wakeup pause_;
  std::int64_t seen_ = 0;
  std::int64_t last_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t count_ = 0;
  std::int64_t retried_ = 0;
  std::int64_t gone_ = 0;
};

}  // namespace

ExitCode retry_letters(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  LetterRetry retry(invocation, session);
  if (retry.count() == 0) {
    invocation.err << "no open dead letter to retry\n";
    return ExitCode::ok;
  }
  fmt::print(invocation.err, "{} open dead letter{} will be retried, the oldest first\n",
             retry.count(), retry.count() == 1 ? "" : "s");
  if (!is_confirmed(invocation, "see `tender dead-letter list`, then run it with --yes")) {
    invocation.err << "nothing was done\n";
    return ExitCode::error;
  }
  retry.to_end();
  fmt::print(invocation.err, "{} letter{} will be retried\n", retry.retried(),
             retry.retried() == 1 ? "" : "s");
  if (retry.gone() > 0) {
    fmt::print(invocation.err,
               "{} letter{} left open, because what they are about is no longer in the database: "
               "close each with `tender dead-letter discard ID`\n",
               retry.gone(), retry.gone() == 1 ? "" : "s");
  }
  session.hint_when_nobody_syncs(invocation.err);
  return ExitCode::ok;
}

}  // namespace tender::cli
