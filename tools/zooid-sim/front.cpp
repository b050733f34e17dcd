#include "zooid-sim/front.hpp"

#include "zooid-sim/spoil.hpp"
#include "zooid-sim/virtual_hosts.hpp"

namespace zooid_sim {

namespace asio = boost::asio;

namespace {

// The relay whose writes are counted; nothing is counted for members and NIP-11.
std::string written_relay(const RequestEvent& event) {
  return is_write(event.method) ? event.relay : std::string();
}

}  // namespace

Front::Front(tender::Clock& clock, const SkewedClock& skewed, ConfigStore& store, Api& api)
    : clock_(clock), skewed_(skewed), store_(store), api_(api) {}

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

  bool running = co_await wait(fault.before);
  if (!running) {
    co_return drop(event);
  }
  Answer answer;
  if (fault.works()) {
    answer = work(request, event);
    if (fault.action == Fault::Action::reload_fails && event.applied) {
      store_.unload(event.relay);
    }
    if (event.applied) {
      note(event, Stage::applied);
    }
  }
  running = co_await wait(fault.after);
  if (!running) {
    co_return drop(event);
  }
  event.status = shown_status(fault, answer);
  Reply reply = spoil(fault, answer, skewed_.now(), request.keep_alive);
  reply.finished = [this, event](bool written) { finish(event, written); };
  co_return reply;
}

void Front::stop() {
  stopped_ = true;
  const std::set<tender::Timer*> waiting = waiting_;
  for (tender::Timer* timer : waiting) {
    timer->cancel();
  }
}

// Waits by the clock; false when the sim was stopped meanwhile.
asio::awaitable<bool> Front::wait(tender::Milliseconds duration) {
  if (duration == tender::Milliseconds::zero() || stopped_) {
    co_return !stopped_;
  }
  const std::unique_ptr<tender::Timer> timer = clock_.make_timer();
  waiting_.insert(timer.get());
  co_await timer->wait_until(clock_.now() + duration);
  waiting_.erase(timer.get());
  co_return !stopped_;
}

RequestEvent Front::open(const Request& request) {
  RequestEvent event;
  event.seq = journal.next_seq();
  event.time = clock_.now();
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
    return answer_virtual_host(request, store_);
  }
  ApiResult result = api_.answer(request);
  event.pubkey = result.pubkey;
  event.applied = result.applied;
  return result.answer;
}

Reply Front::drop(const RequestEvent& event) {
  Reply reply({}, Reply::Then::close);
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
