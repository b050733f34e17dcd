#include "zooid-sim/spoil.hpp"

#include "tender/http/date.hpp"

namespace zooid_sim {
namespace {

using Action = Fault::Action;

// The fault's own answer: its headers win over the usual ones.
Answer own_answer(const Fault& fault, int status, std::string body, std::string type) {
  Answer answer{status, fault.headers, std::move(body)};
  if (!answer.header("Content-Type")) {
    answer.headers.push_back({"Content-Type", std::move(type)});
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

Answer dated(Answer answer, tender::TimePoint date) {
  if (!answer.header("Date")) {
    answer.headers.push_back({"Date", tender::http::http_date(date)});
  }
  return answer;
}

// Without the second half of its body.
std::string cut(const Answer& answer, tender::TimePoint date) {
  const std::string whole = tender::http::response_text(answer, date, false);
  return whole.substr(0, whole.size() - (answer.body.size() + 1) / 2);
}

}  // namespace

Reply spoil(const Fault& fault, Answer normal, tender::TimePoint date) {
  using tender::http::RawBytes;
  switch (fault.action) {
    case Action::hang:
      return tender::http::Silence{};
    case Action::drop:
      return RawBytes{};
    case Action::truncate:
      return RawBytes{cut(normal, date)};
    case Action::garbage:
      return RawBytes{"\x15\x03\x03 this is not HTTP\r\n\r\n"};
    case Action::status:
    case Action::garbage_json:
    case Action::oversize:
      return dated(replacement(fault), date);
    case Action::pass:
    case Action::reload_fails:
      break;
  }
  return dated(std::move(normal), date);
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
