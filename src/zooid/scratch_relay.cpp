#include "tender/zooid/scratch_relay.hpp"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "tender/nostr/keys.hpp"

namespace tender::zooid {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kSize = std::size_t{64} << 10;  // room for more than the next few writes

std::string create_scratch_body(const config::Env& env, const nostr::SecretKey& identity) {
  const nlohmann::json body = {{"host", "tender-scratch.invalid"},
                               {"schema", "tender_scratch"},
                               {"secret", identity.reveal_hex()},
                               {"inactive", true},
                               {"info",
                                {{"name", "created by tender to see whether zooid can store it"},
                                 {"pubkey", env.robot_key.public_key().hex()},
                                 {"description", std::string(kSize, '.')}}}};
  return body.dump();
}

class Scratch {
 public:
  Scratch(Client& client, const config::Env& env, Random& random, const Clock& clock)
      : client_(client), env_(env), random_(random), clock_(clock) {}

  asio::awaitable<Verdict> create() {
    const nostr::SecretKey identity = nostr::SecretKey::generate(random_);
    std::string body = create_scratch_body(env_, identity);
    Secret hidden(identity.reveal_hex());
    co_return co_await send(http::Method::post, std::move(body), std::move(hidden));
  }

  asio::awaitable<Verdict> change() {
    std::string body = R"({"info":{"name":"changed by tender"}})";
    co_return co_await send(http::Method::patch, std::move(body), Secret());
  }

  asio::awaitable<Verdict> remove() {
    co_return co_await send(http::Method::delete_, std::string(), Secret());
  }

 private:
  asio::awaitable<Verdict> send(http::Method method, std::string body, Secret hidden) {
    std::string path = relay_path(RelayId{kScratchRelay});
    const http::Exchange exchange =
        co_await client_.request(method, std::move(path), std::move(body), std::move(hidden));
    Verdict verdict = judge(exchange, method, clock_.now());
    pause_ = std::max(pause_, verdict.retry_after);
    verdict.retry_after = pause_;
    if (verdict.outcome == Outcome::torn) {
      verdict.outcome = Outcome::storage_fault;  // of a file that was written a moment ago
    }
    co_return verdict;
  }

  Client& client_;
  const config::Env& env_;
  Random& random_;
  const Clock& clock_;
  Milliseconds pause_{};  // the longest that any of the answers asks for
};

}  // namespace

asio::awaitable<Verdict> try_scratch_relay(Client& client, const config::Env& env, Random& random,
                                           const Clock& clock) {
  Scratch scratch(client, env, random, clock);
  Verdict verdict = co_await scratch.create();
  if (verdict.outcome == Outcome::already_exists) {  // from an attempt that was cut short
    co_await scratch.remove();
    verdict = co_await scratch.create();
  }
  if (verdict.outcome == Outcome::done) {
    verdict = co_await scratch.change();
  }
  if (!verdict.from_zooid) {
    co_return verdict;
  }
  const Verdict removed = co_await scratch.remove();
  if (verdict.outcome == Outcome::done && !removed.from_zooid) {
    co_return removed;
  }
  verdict.retry_after = removed.retry_after;
  co_return verdict;
}

}  // namespace tender::zooid
