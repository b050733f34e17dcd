// One exchange under way: its one deadline, how far it has come, and what to cut short when the
// deadline passes or the client stops. Lives in the frame of Client's coroutine; the steps that it
// is handed to are awaited there.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "tender/http/transport.hpp"

#include "alarm.hpp"
#include "origin.hpp"

namespace tender::http {

enum class Phase : std::uint8_t {
  queued,
  resolving,
  connecting,
  securing,
  sending,
  awaiting,
  reading,
};

class Call {
 public:
  Call(const boost::asio::any_io_executor& executor, Origin origin, Milliseconds timeout);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  [[nodiscard]] const Origin& origin() const { return origin_; }
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const { return deadline_; }

  /// The step that begins now; a failure names it.
  void enter(Phase phase) { phase_ = phase; }

  /// Ends the exchange because the client stops.
  void stop() { end(State::stopped); }

  /// True once the deadline has passed or the client has stopped. To be looked at after every
  /// co_await: an end that comes between two steps cuts neither short.
  [[nodiscard]] bool ended() const { return state_ != State::running; }

  /// Why it ended; only once ended().
  [[nodiscard]] Failure failure(bool written) const;

 private:
  friend class Interrupt;
  enum class State : std::uint8_t { running, timed_out, stopped };
  void end(State state);

  Origin origin_;
  Milliseconds timeout_;
  std::chrono::steady_clock::time_point deadline_;
  State state_ = State::running;
  Phase phase_ = Phase::queued;
  std::function<void()> cut_short_;
  Alarm alarm_;
};

/// While it lives, the end of the call runs `cut_short`, which makes the step under way return.
class Interrupt {
 public:
  Interrupt(Call& call, std::function<void()> cut_short) : call_(call) {
    call_.cut_short_ = std::move(cut_short);
  }
  ~Interrupt() { call_.cut_short_ = nullptr; }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

 private:
  Call& call_;
};

}  // namespace tender::http
