// The one task behind Service: it alone touches the fetches and the map by which callers find each
// other. Others leave word (enter, leave, an attempt that has ended) and wake it.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/fetch/service.hpp"

#include "inflight.hpp"
#include "select.hpp"
#include "transport.hpp"

namespace tender::fetch {

class Worker : public std::enable_shared_from_this<Worker> {
 public:
  Worker(http::Transport& transport, Clock& clock, Peer& peer, std::vector<http::Url> addresses,
         ServiceOptions options);

  [[nodiscard]] std::shared_ptr<Ticket> enter(Opts opts);
  void leave(const std::shared_ptr<Ticket>& ticket);

  static boost::asio::awaitable<void> run(std::shared_ptr<Worker> worker);
  void stop();

 private:
  using Fetches = std::map<Key, Inflight>;

  [[nodiscard]] bool is_over() const {
    return stopping_ && under_way_ == 0 && entered_.empty() && fetches_.empty();
  }
  void turn();
  void take_leavers();
  void take_ended();
  void take_callers();
  void take(std::shared_ptr<Ticket> ticket);
  void expire_waiting();
  void begin_waiting();
  void end_all();
  [[nodiscard]] TimePoint next_look() const;

  void begin_round(Fetches::iterator fetch);
  void begin_attempt(Inflight& fetch, std::size_t candidate, Milliseconds timeout);
  void judge(Fetches::iterator fetch, Attempt& attempt);
  void judge_response(Fetches::iterator fetch, Attempt& attempt, http::Response& response);
  void go_on(Fetches::iterator fetch, Error error);
  void settle(Fetches::iterator fetch, const Result& result);
  void count(const Inflight& fetch, const Result& result) const;
  void drop(Fetches::iterator fetch);

  http::Transport& transport_;
  Clock& clock_;
  Peer& peer_;
  Candidates candidates_;
  ServiceOptions options_;
  boost::asio::any_io_executor executor_;  // that run() runs on
  Wakeup wakeup_;

  // What others left word of.
  std::deque<std::shared_ptr<Ticket>> entered_;
  std::deque<std::shared_ptr<Ticket>> left_;
  std::deque<std::shared_ptr<Attempt>> ended_;
  bool stopping_ = false;

  Fetches fetches_;
  std::deque<Key> waiting_;    // those of fetches_ that wait for a place, in their order
  std::size_t running_ = 0;    // the others
  std::size_t under_way_ = 0;  // attempts, those given up included
};

}  // namespace tender::fetch
