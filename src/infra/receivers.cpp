#include "tender/infra/receivers.hpp"

#include "tender/hook/answer.hpp"
#include "tender/infra/kinds.hpp"

namespace tender::infra {
namespace {

namespace asio = boost::asio;

// Deliveries to one origin at the same time: few, so that their order is nearly kept.
constexpr int kConcurrency = 4;
constexpr int kSlowShare = 4;  // an answer that takes longer than this part of the timeout is slow

}  // namespace

// Whether anything answers at the URL of a trigger. A request that delivers nothing: any answer
// but that of a gateway without a server behind it is good enough to try a delivery.
class Receivers::Receiver final : public outbox::Prober {
 public:
  Receiver(const Receivers& owner, std::string origin)
      : owner_(owner), origin_(std::move(origin)) {}

  asio::awaitable<outbox::DestinationSign> probe(outbox::Probe /*what*/) override {
    const std::string url = owner_.triggers_.find_url_of(origin_).value_or(origin_ + "/");
    http::Request request(http::Method::get, http::Url::parse(url));
    request.timeout = kTimeout;
    const http::Exchange exchange = co_await owner_.transport_.exchange(std::move(request));
    const hook::DeliveryVerdict verdict = hook::judge(exchange, owner_.clock_.now());
    const bool answered = std::holds_alternative<http::Response>(exchange.result);
    using Kind = outbox::DestinationSign::Kind;
    outbox::DestinationSign sign;
    if (verdict.result == hook::DeliveryResult::stopped) {
      co_return sign;
    }
    sign.kind = answered && verdict.sign != hook::ReceiverSign::fault ? Kind::well : Kind::fault;
    sign.reason = verdict.reason;
    sign.pause = verdict.retry_after;
    sign.timed_out = verdict.timed_out;
    co_return sign;
  }

 private:
  const Receivers& owner_;
  std::string origin_;
};

std::optional<outbox::Destination> Receivers::open(const std::string& name) {
  if (!is_receiver(name)) {
    return std::nullopt;
  }
  auto& prober = open_[name];
  prober = std::make_unique<Receiver>(*this, name);
  outbox::Destination destination;
  destination.name = name;
  destination.prober = prober.get();
  destination.gate = {.rate = rate_of(name),
                      .concurrency = kConcurrency,
                      .slow_answer = Milliseconds(kTimeout) / kSlowShare,
                      .watched = false};
  destination.measured = false;  // who the receivers are is no label
  return destination;
}

bool Receivers::is_wanted(const std::string& name) {
  return triggers_.rate_of(name).has_value();
}

void Receivers::close(const std::string& name) {
  open_.erase(name);
}

int Receivers::rate_of(const std::string& name) {
  return triggers_.rate_of(name).value_or(0);
}

}  // namespace tender::infra
