#include "call.hpp"

#include <string_view>

#include <fmt/format.h>

namespace tender::http {
namespace {

std::string_view doing(Phase phase) {
  switch (phase) {
    case Phase::queued:
      return "waiting for a free connection to";
    case Phase::resolving:
      return "resolving the name of";
    case Phase::connecting:
      return "connecting to";
    case Phase::securing:
      return "in the TLS handshake with";
    case Phase::sending:
      return "sending the request to";
    case Phase::awaiting:
      return "waiting for the answer from";
    case Phase::reading:
      return "reading the answer from";
  }
  return "talking to";
}

}  // namespace

Call::Call(const boost::asio::any_io_executor& executor, Origin origin, Milliseconds timeout)
    : origin_(std::move(origin)),
      timeout_(timeout),
      deadline_(std::chrono::steady_clock::now() + timeout),
      alarm_(executor) {
  alarm_.set(deadline_, [this] { end(State::timed_out); });
}

void Call::end(State state) {
  if (state_ != State::running) {
    return;
  }
  state_ = state;
  if (cut_short_) {
    cut_short_();
  }
}

Failure Call::failure(bool written) const {
  Failure failure;
  failure.written = written;
  if (state_ == State::timed_out) {
    failure.fault = Fault::timeout;
    failure.detail = fmt::format("timeout after {} ms while {} {}", timeout_.count(), doing(phase_),
                                 origin_.text());
  } else {
    failure.fault = Fault::stopped;
    failure.detail = fmt::format("stopped while {} {}", doing(phase_), origin_.text());
  }
  return failure;
}

}  // namespace tender::http
