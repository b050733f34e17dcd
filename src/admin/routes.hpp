// The routes of the admin API under /v1, for those whom Access has let in.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/config/env.hpp"
#include "tender/http/routes.hpp"
#include "tender/service/sidecar.hpp"

namespace tender::admin {

/// What the handlers work with. They run on the one thread, and nothing of them is suspended while
/// a statement is open.
struct Desk {
  const config::Env& env;
  service::Sidecar& sidecar;
  Clock& clock;
};

/// One request, and who makes it.
struct Call {
  Desk& desk;
  const http::ServerRequest& request;
  const std::string& principal;

  /// Commands for the one who asks.
  [[nodiscard]] store::Command command() const {
    return desk.sidecar.command().acting_for(principal);
  }
  /// What the name in the path stands for; the route has it.
  [[nodiscard]] const std::string& segment(const std::string& name) const {
    return request.segments.at(name);
  }
  /// `limit` of the query: 1 to 1000, 100 when it is not given. Throws BadRequest.
  [[nodiscard]] int page_size() const;
};

/// Answers a call; what it throws becomes a problem document. Blocks as Database says.
using Answer = http::Response (*)(const Call& call);

struct AdminRoute {
  std::string_view method;
  std::string_view pattern;
  Answer answer;
};

// By what they are about.
[[nodiscard]] std::span<const AdminRoute> state_routes();     // status, pause, resume
[[nodiscard]] std::span<const AdminRoute> relay_routes();     // relays
[[nodiscard]] std::span<const AdminRoute> activity_routes();  // activity
[[nodiscard]] std::span<const AdminRoute> letter_routes();    // dead letters
[[nodiscard]] std::span<const AdminRoute> work_routes();      // the outbox
[[nodiscard]] std::span<const AdminRoute> schedule_routes();  // scheduled commands

}  // namespace tender::admin
