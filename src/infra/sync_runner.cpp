#include "tender/infra/sync_runner.hpp"

#include <utility>

#include <fmt/format.h>

#include "tender/zooid/relay_config.hpp"
#include "tender/zooid/scratch_relay.hpp"

namespace tender::infra {

namespace asio = boost::asio;
using zooid::Outcome;
using zooid::Verdict;

outbox::DestinationSign destination_sign(const Verdict& verdict) {
  using Kind = outbox::DestinationSign::Kind;
  if (verdict.outcome == Outcome::storage_fault) {
    return {Kind::storage, verdict.reason, verdict.retry_after};
  }
  if (verdict.outcome == Outcome::host_fault) {
    return {Kind::fault, verdict.reason, verdict.retry_after, verdict.timed_out};
  }
  return {verdict.from_zooid ? Kind::well : Kind::none, {}, verdict.retry_after};
}

// One order under way.
class SyncRunner::Attempt {
 public:
  Attempt(SyncRunner& owner, SyncOrder order) : owner_(owner), order_(std::move(order)) {}

  asio::awaitable<SyncReport> run() {
    Verdict verdict;
    switch (order_.action) {
      case SyncAction::create:
        verdict = co_await create_or_carry_on();
        break;
      case SyncAction::update:
        verdict = co_await update_or_recreate();
        break;
      case SyncAction::remove:
        verdict = co_await remove();
        break;
    }
    explain(verdict);
    if (may_replace(verdict)) {
      verdict = co_await send_with_new_identity(http::Method::put);
      if (verdict.in_doubt && verdict.outcome != Outcome::storage_fault) {
        report_.leftover = Leftover::none;  // the file may hold that identity now
      }
    }
    if (verdict.outcome == Outcome::done) {
      report_.leftover = Leftover::none;
    }
    report_.verdict = std::move(verdict);
    co_return std::move(report_);
  }

 private:
  // A file that our own failed creation has left was never an identity of the relay. Any other
  // damaged file may hold one, because the answer to an earlier creation can have been lost. zooid
  // also answers so for a moment while somebody else writes the file: it must have been the relay's
  // last error, too.
  [[nodiscard]] bool may_replace(const Verdict& verdict) const {
    if (verdict.outcome != Outcome::torn) {
      return false;
    }
    switch (order_.replace_torn) {
      case ReplaceTorn::at_once:
        return true;
      case ReplaceTorn::if_confirmed:
        return verdict.reason == order_.last_error;
      case ReplaceTorn::never:
        break;
    }
    return false;
  }

  asio::awaitable<Verdict> remove() {
    Verdict verdict = co_await send(http::Method::delete_, std::string(), Secret());
    if (verdict.outcome == Outcome::not_found) {
      co_return Verdict{.from_zooid = true};
    }
    co_return verdict;
  }

  asio::awaitable<Verdict> create_or_carry_on() {
    Verdict verdict = co_await create();
    if (verdict.outcome != Outcome::already_exists) {
      co_return verdict;
    }
    // The answer to an earlier POST was lost. The relay has its identity: carry on with it.
    verdict = co_await update();
    if (verdict.outcome == Outcome::not_found) {
      verdict.outcome = Outcome::transient;
      verdict.reason = "zooid says that the relay exists already, and then that it does not";
    }
    co_return verdict;
  }

  asio::awaitable<Verdict> update_or_recreate() {
    Verdict verdict = co_await update();
    if (verdict.outcome == Outcome::not_found && order_.recreate_lost) {
      verdict = co_await create();
      if (verdict.outcome == Outcome::already_exists) {
        verdict.outcome = Outcome::transient;
      }
    }
    co_return verdict;
  }

  asio::awaitable<Verdict> create() {
    Verdict verdict = co_await send_with_new_identity(http::Method::post);
    if (verdict.outcome == Outcome::storage_fault && verdict.in_doubt) {
      report_.leftover = Leftover::torn;
    }
    co_return verdict;
  }

  asio::awaitable<Verdict> send_with_new_identity(http::Method method) {
    const nostr::SecretKey identity = nostr::SecretKey::generate(owner_.random_);
    std::string body = zooid::create_body(order_.relay, owner_.env_, identity);
    Secret hidden(identity.reveal_hex());
    Verdict verdict = co_await send(method, std::move(body), std::move(hidden));
    report_.created = verdict.outcome == Outcome::done;
    report_.identity = report_.created ? identity.public_key().hex() : std::string();
    co_return verdict;
  }

  asio::awaitable<Verdict> update() {
    std::string body = zooid::update_body(order_.relay, owner_.env_, order_.spared);
    Verdict verdict = co_await send(http::Method::patch, std::move(body), Secret());
    report_.lost = report_.lost || verdict.outcome == Outcome::not_found;
    co_return verdict;
  }

  asio::awaitable<Verdict> send(http::Method method, std::string body, Secret hidden) {
    if (report_.requests > 0 && !owner_.storage_error_.empty()) {
      // Another relay has met it since this attempt began.
      co_return Verdict{Outcome::storage_fault, owner_.storage_error_, false};
    }
    ++report_.requests;
    std::string path = zooid::relay_path(order_.relay.id);
    const http::Exchange exchange = co_await owner_.client_.request(
        method, std::move(path), std::move(body), std::move(hidden));
    Verdict verdict = zooid::judge(exchange, method, owner_.clock_.now());
    if (verdict.outcome == Outcome::storage_fault) {
      owner_.storage_error_ = verdict.reason;
    }
    co_return verdict;
  }

  // What a person can do, where the answer alone does not tell.
  void explain(Verdict& verdict) const {
    const Relay& relay = order_.relay;
    if (order_.action == SyncAction::remove && verdict.outcome == Outcome::permanent) {
      verdict.reason = fmt::format(
          "zooid refuses to delete this relay ({}); delete its file {}.toml in zooid's config "
          "directory yourself, then discard this dead letter",
          verdict.reason, relay.id.text);
    } else if (verdict.outcome == Outcome::not_found) {
      verdict.reason = fmt::format(
          "zooid no longer has this relay ({}); restore zooid's config directory, or "
          "run `tender reconcile {} --recreate` to recreate it with a new identity",
          verdict.reason, relay.subdomain);
    } else if (verdict.outcome == Outcome::torn) {
      verdict.reason = fmt::format(
          "zooid's file of this relay, {}.toml, is damaged ({}); look into it first: if its line "
          "`secret = …` is whole, repair the file, else restore the file from a backup; then run "
          "`tender reconcile {}`. Without either, `tender reconcile {} --recreate` replaces it and "
          "gives the relay a new identity",
          relay.id.text, verdict.reason, relay.subdomain, relay.subdomain);
    }
  }

  SyncRunner& owner_;
  SyncOrder order_;
  SyncReport report_;
};

asio::awaitable<SyncReport> SyncRunner::run(SyncOrder order) {
  Attempt attempt(*this, std::move(order));
  co_return co_await attempt.run();
}

asio::awaitable<outbox::DestinationSign> SyncRunner::probe(outbox::Probe what) {
  if (what == outbox::Probe::stores) {
    Verdict verdict = co_await zooid::try_scratch_relay(client_, env_, random_, clock_);
    if (verdict.outcome == Outcome::done) {
      storage_error_.clear();
    } else {
      verdict.from_zooid = false;  // an answer does not prove that it can store
    }
    co_return infra::destination_sign(verdict);
  }
  const http::Exchange exchange = co_await client_.probe();
  const Verdict verdict = zooid::judge(exchange, http::Method::get, clock_.now());
  co_return infra::destination_sign(verdict);
}

}  // namespace tender::infra
