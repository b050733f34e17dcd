#include "zooid-sim/faults.hpp"

#include <algorithm>

namespace zooid_sim {
namespace {

bool fits(const std::optional<std::string>& wanted, std::string_view actual) {
  return !wanted || *wanted == actual;
}

}  // namespace

Fault Fault::of(Action kind) {
  Fault fault;
  fault.action = kind;
  return fault;
}

Fault Fault::answer(int code, std::string text) {
  Fault fault = of(Action::status);
  fault.status = code;
  fault.body = std::move(text);
  return fault;
}

Fault Fault::oversize(std::size_t count) {
  Fault fault = of(Action::oversize);
  fault.size = count;
  return fault;
}

Fault& Fault::header(std::string name, std::string value) {
  headers.push_back({std::move(name), std::move(value)});
  return *this;
}

bool Fault::works() const {
  return applies || action == Action::pass || action == Action::truncate ||
         action == Action::reload_fails;
}

std::string_view to_string(Fault::Action action) {
  switch (action) {
    case Fault::Action::pass:
      return "pass";
    case Fault::Action::status:
      return "status";
    case Fault::Action::hang:
      return "hang";
    case Fault::Action::drop:
      return "drop";
    case Fault::Action::truncate:
      return "truncate";
    case Fault::Action::garbage:
      return "garbage";
    case Fault::Action::garbage_json:
      return "garbage_json";
    case Fault::Action::oversize:
      return "oversize";
    case Fault::Action::reload_fails:
      break;
  }
  return "reload_fails";
}

std::uint64_t Faults::add(Fault fault) {
  rules_.push_back({++last_id_, std::move(fault)});
  return last_id_;
}

std::optional<Fault> Faults::take(const FaultSubject& subject) {
  const auto rule = std::ranges::find_if(rules_, [&](const Rule& candidate) {
    const Fault& fault = candidate.fault;
    return fits(fault.wanted_method, subject.method) && fits(fault.wanted_relay, subject.relay) &&
           fits(fault.wanted_path, subject.path) && fits(fault.wanted_host, subject.host);
  });
  if (rule == rules_.end()) {
    return std::nullopt;
  }
  const Fault fault = rule->fault;
  std::optional<int>& left = rule->fault.left;
  if (left && --*left <= 0) {
    rules_.erase(rule);
  }
  return fault;
}

std::size_t Faults::clear() {
  return std::exchange(rules_, {}).size();
}

}  // namespace zooid_sim
