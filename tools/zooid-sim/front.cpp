#include "zooid-sim/front.hpp"

#include "zooid-sim/management.hpp"
#include "zooid-sim/spoil.hpp"
#include "zooid-sim/virtual_hosts.hpp"

namespace zooid_sim {

namespace asio = boost::asio;

namespace {

// The relay whose writes are counted; nothing is counted for members and NIP-11.
std::string written_relay(const RequestEvent& event) {
  return is_write(event.method) ? event.relay : std::string();
}

// What looks through the other relays' files.
bool costs(const std::string& method) {
  return is_write(method) && method != "DELETE";
}

}  // namespace

Front::Front(const SkewedClock& skewed, Waits& waits, ConfigStore& store, Watcher& watcher,
             Api& api, WriteCost cost)
    : skewed_(skewed), waits_(waits), store_(store), watcher_(watcher), api_(api), cost_(cost) {}

asio::awaitable<Reply> Front::serve(Request request) {
  RequestEvent event = open(request);
  note(event, Stage::received);

  FaultSubject subject{event.method, event.relay, event.path, event.host};
  const std::optional<Fault> met = faults.take(subject);
  Fault fault;
  if (met) {
    fault = *met;
    event.fault = to_string(fault.action);
  }

  bool running = co_await waits_.until(waits_.now() + fault.before);
  if (!running) {
    co_return drop(event);
  }
  Answer answer;
  if (fault.works()) {
    running = co_await take_turn(request.host == api_host_, costs(request.method));
    if (!running) {
      co_return drop(event);
    }
    answer = work(request, event);
    if (fault.action == Fault::Action::reload_fails && event.applied) {
      watcher_.fail_next(event.relay);
    }
    watcher_.run();
    if (event.applied) {
      note(event, Stage::applied);
    }
  }
  running = co_await waits_.until(waits_.now() + fault.after);
  if (!running) {
    co_return drop(event);
  }
  event.status = shown_status(fault, answer);
  Reply reply = spoil(fault, std::move(answer), skewed_.now());
  reply.finished = [this, event](bool written) { finish(event, written); };
  co_return reply;
}

// Waits for what zooid waits for: a write for its share of the processors, a request to a relay's
// host for the reload under way. False when the sim was stopped meanwhile.
asio::awaitable<bool> Front::take_turn(bool api, bool write) {
  if (!api) {
    store_.refresh();
    watcher_.run();
    co_await watcher_.idle();
  } else if (write) {
    co_return co_await waits_.until(cost_.charge(waits_.now(), store_.relays().size()));
  }
  co_return !waits_.stopped();
}

RequestEvent Front::open(const Request& request) {
  RequestEvent event;
  event.seq = journal.next_seq();
  event.time = waits_.now();
  event.method = request.method;
  event.host = request.host;
  event.path = request.path;
  event.body = request.body;
  if (request.host == api_host_) {
    event.relay = relay_in_path(request.path);
  }
  traffic.begin(written_relay(event));
  return event;
}

Answer Front::work(const Request& request, RequestEvent& event) {
  store_.refresh();
  if (request.host != api_host_) {
    return work_of_relay(request);
  }
  ApiResult result = api_.answer(request);
  event.pubkey = result.pubkey;
  event.applied = result.applied;
  return result.answer;
}

// NIP-86 or NIP-11, on a relay's own host.
Answer Front::work_of_relay(const Request& request) {
  const Config* loaded = watcher_.serve(request.host);
  if (loaded == nullptr || !is_management_call(request)) {
    return answer_virtual_host(request, watcher_);
  }
  const Config served = *loaded;  // the write may replace it
  return answer_management(request, watcher_.relay_at(request.host), served, store_, skewed_.now());
}

Reply Front::drop(const RequestEvent& event) {
  Reply reply(tender::http::RawBytes{});
  reply.finished = [this, event](bool) { finish(event, false); };
  return reply;
}

void Front::finish(RequestEvent event, bool written) {
  const bool whole = written && event.status != 0;
  if (!whole) {
    event.status = 0;
  }
  traffic.end(written_relay(event), event.status);
  note(event, whole ? Stage::answered : Stage::dropped);
}

void Front::note(RequestEvent& event, Stage stage) {
  event.stage = stage;
  journal.put(event);
  if (hook) {
    hook(event);
  }
}

}  // namespace zooid_sim
