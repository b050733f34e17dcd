#include "zooid-sim/spoil.hpp"

#include <algorithm>

namespace zooid_sim {
namespace {

using Action = Fault::Action;

// The fault's own answer: its headers win over the usual ones.
Answer own_answer(const Fault& fault, int status, std::string body, std::string type) {
  Answer answer{status, fault.headers, std::move(body)};
  const bool typed = std::ranges::any_of(
      answer.headers, [](const auto& header) { return header.first == "Content-Type"; });
  if (!typed) {
    answer.headers.emplace_back("Content-Type", std::move(type));
  }
  return answer;
}

Answer replacement(const Fault& fault) {
  const int status = fault.status == 0 ? 200 : fault.status;
  if (fault.action == Action::oversize) {
    return own_answer(fault, status, std::string(fault.size, 'x'), "application/octet-stream");
  }
  if (fault.action == Action::garbage_json) {
    const std::string body = fault.body.empty() ? "{\"message\": \"relay upd" : fault.body;
    return own_answer(fault, status, body, "application/json");
  }
  if (fault.body.empty()) {
    return own_answer(fault, status, "{\"error\":\"injected fault\"}\n", "application/json");
  }
  const bool looks_json = fault.body.front() == '{' || fault.body.front() == '[';
  return own_answer(fault, status, fault.body,
                    looks_json ? "application/json" : "text/plain; charset=utf-8");
}

}  // namespace

Reply spoil(const Fault& fault, const Answer& normal, tender::TimePoint date, bool keep_alive) {
  const auto then = keep_alive ? Reply::Then::keep : Reply::Then::close;
  switch (fault.action) {
    case Action::hang:
      return {{}, Reply::Then::hang};
    case Action::drop:
      return {{}, Reply::Then::close};
    case Action::truncate: {
      const std::string whole = serialize(normal, date, false);
      return {whole.substr(0, whole.size() - (normal.body.size() + 1) / 2), Reply::Then::close};
    }
    case Action::garbage:
      return {"\x15\x03\x03 this is not HTTP\r\n\r\n", Reply::Then::close};
    case Action::status:
    case Action::garbage_json:
    case Action::oversize:
      return {serialize(replacement(fault), date, keep_alive), then};
    case Action::pass:
    case Action::reload_fails:
      break;
  }
  return {serialize(normal, date, keep_alive), then};
}

int shown_status(const Fault& fault, const Answer& normal) {
  switch (fault.action) {
    case Action::hang:
    case Action::drop:
    case Action::truncate:
    case Action::garbage:
      return 0;
    case Action::status:
    case Action::garbage_json:
    case Action::oversize:
      return fault.status == 0 ? 200 : fault.status;
    case Action::pass:
    case Action::reload_fails:
      break;
  }
  return normal.status;
}

}  // namespace zooid_sim
