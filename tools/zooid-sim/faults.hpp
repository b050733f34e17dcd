// Faults on request. A test or the control API queues rules; the first rule that fits a request
// spoils it and is used up by one. Values and a list; no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tender/base/clock.hpp"
#include "tender/http/transport.hpp"

namespace zooid_sim {

/// What a fault does to a request. Built by the named constructors and refined by chaining:
///   Fault::answer(503).header("Retry-After", "7").on("PATCH").relay("r1").times(2)
/// Without a match it meets every request of the API's port; without times() or forever(), one.
struct Fault {
  enum class Action : std::uint8_t {
    pass,          // the normal answer: for delays
    status,        // an answer of its own
    hang,          // never an answer, until the client leaves or the sim stops
    drop,          // the connection closes without an answer
    truncate,      // the normal answer, cut in its body
    garbage,       // bytes that are not HTTP
    garbage_json,  // 200 with a body that says it is JSON and is not
    oversize,      // 200 with a body of `size` bytes
    reload_fails,  // the normal answer, but the relay is absent from its host until written again
  };

  Action action = Action::pass;
  /// Whether the request does its work before the fault shows: an answer that is lost. For status,
  /// hang, drop, garbage, garbage_json and oversize; the others always work.
  bool applies = false;
  int status = 0;                             // of the answer in place of the normal one
  std::vector<tender::http::Header> headers;  // likewise; they win over the usual ones
  std::string body;
  std::size_t size = 8'000'000;
  tender::Milliseconds before{0};  // waits before the request does its work
  tender::Milliseconds after{0};   // waits between its work and the answer
  std::optional<int> left = 1;     // requests still to meet; nothing: forever

  std::optional<std::string> wanted_method;
  std::optional<std::string> wanted_relay;
  std::optional<std::string> wanted_path;
  std::optional<std::string> wanted_host;

  [[nodiscard]] static Fault pass() { return {}; }
  [[nodiscard]] static Fault answer(int code, std::string text = {});
  [[nodiscard]] static Fault hang() { return of(Action::hang); }
  [[nodiscard]] static Fault drop() { return of(Action::drop); }
  [[nodiscard]] static Fault truncate() { return of(Action::truncate); }
  [[nodiscard]] static Fault garbage() { return of(Action::garbage); }
  [[nodiscard]] static Fault garbage_json() { return of(Action::garbage_json); }
  [[nodiscard]] static Fault oversize(std::size_t count);
  [[nodiscard]] static Fault reload_fails() { return of(Action::reload_fails); }

  Fault& applied() { return applies = true, *this; }
  Fault& header(std::string name, std::string value);
  Fault& delay_before(tender::Milliseconds wait) { return before = wait, *this; }
  Fault& delay_after(tender::Milliseconds wait) { return after = wait, *this; }
  Fault& times(int count) { return left = count, *this; }
  Fault& forever() { return left.reset(), *this; }
  Fault& on(std::string method) { return wanted_method = std::move(method), *this; }
  Fault& relay(std::string id) { return wanted_relay = std::move(id), *this; }
  Fault& path(std::string wanted) { return wanted_path = std::move(wanted), *this; }
  Fault& host(std::string wanted) { return wanted_host = std::move(wanted), *this; }

  /// Whether the request reaches the API or the virtual host at all.
  [[nodiscard]] bool works() const;

 private:
  [[nodiscard]] static Fault of(Action kind);
};

[[nodiscard]] std::string_view to_string(Fault::Action action);

/// The request as rules see it; `relay` is the id in the path of an API request.
struct FaultSubject {
  std::string_view method, relay, path, host;
};

class Faults {
 public:
  struct Rule {
    std::uint64_t id;
    Fault fault;
  };

  /// Queues the rule behind the others; returns its id.
  std::uint64_t add(Fault fault);

  /// Takes the first rule that fits, once; it goes when it is used up.
  [[nodiscard]] std::optional<Fault> take(const FaultSubject& subject);

  /// Removes all; returns how many there were. Requests that a fault holds already stay held.
  std::size_t clear();

  [[nodiscard]] const std::deque<Rule>& rules() const { return rules_; }

 private:
  std::deque<Rule> rules_;
  std::uint64_t last_id_ = 0;
};

}  // namespace zooid_sim
