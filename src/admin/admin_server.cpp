#include "tender/admin/admin_server.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/metric_table.hpp"
#include "tender/base/number.hpp"
#include "tender/http/server.hpp"
#include "tender/view/relay.hpp"
#include "tender/view/relay_comparison.hpp"

#include "access.hpp"
#include "bad_request.hpp"
#include "event_stream.hpp"
#include "health.hpp"
#include "idempotency.hpp"
#include "members_route.hpp"
#include "metrics_page.hpp"
#include "problem.hpp"
#include "query_parameters.hpp"
#include "routes.hpp"
#include "sync_wait.hpp"

namespace tender::admin {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kMembersPattern = "/v1/relays/{relay}/members";
constexpr std::string_view kDiffPattern = "/v1/relays/{relay}/diff";
constexpr std::string_view kSyncPattern = "/v1/relays/{relay}/sync";
constexpr std::string_view kEventsPattern = "/v1/events";
// How long the loop stands still for a lock of another program: requests of others wait, too.
constexpr Milliseconds kLockWait{200};
// Of the connections; the rest is for those who want an answer at once, health checks above all.
constexpr int kMostLasting = 32;
constexpr std::size_t kLargestBody = std::size_t{64} * 1024;

// As the metric's label has it, which need not have every one.
std::string name_of_status(int status) {
  const auto names = label_values("tender_http_requests_total", "code");
  std::string name = std::to_string(status);
  return std::ranges::find(names, name) == names.end() ? "other" : name;
}

http::ServerLimits limits() {
  http::ServerLimits limits;
  limits.max_body = kLargestBody;
  limits.drain = Milliseconds(3000);  // after that of the sidecar
  return limits;
}

}  // namespace

int Call::page_size() const {
  constexpr int usual = 100;
  constexpr int most = 1000;
  const auto text = request.parameter("limit");
  if (!text) {
    return usual;
  }
  const auto number = parse_integer(*text);
  if (!number || *number < 1 || *number > most) {
    throw BadRequest("limit is out of range", fmt::format("give 1 to {}", most));
  }
  return static_cast<int>(*number);
}

struct AdminServer::State {
  State(const config::Env& env, service::Sidecar& sidecar, const asio::any_io_executor& executor,
        Clock& clock, Logger& logger)
      : desk{env, sidecar, clock},
        metrics_page(desk),
        requests(sidecar.metrics().counter("tender_http_requests_total")),
        access(env.admin, env.robot_key.public_key(), clock),
        server(executor, env.admin.bind.value_or(http::ServerAddress()), routes(), limits(), clock,
               logger) {
    access.listens_on(server.port());
  }

  // A handler is asked only if the query has nothing that the route does not know. What needs no
  // key to be asked takes no body.
  static void add(http::Routes& routes, std::string_view method, std::string_view pattern,
                  http::Handler handler) {
    const bool is_open_to_all = !pattern.starts_with("/v1/");
    routes.add(
        method, pattern,
        [route = fmt::format("{} {}", method, pattern), handler = std::move(handler)](
            http::ServerRequest request) -> asio::awaitable<http::Reply> {
          auto fault = fault_of_parameters(route, request);
          if (fault) {
            co_return std::move(*fault);
          }
          auto answering = handler(std::move(request));
          http::Reply reply = co_await std::move(answering);
          co_return std::move(reply);
        },
        is_open_to_all ? std::optional<std::size_t>(0) : std::nullopt);
  }

  static std::optional<http::Response> fault_of_parameters(const std::string& route,
                                                           const http::ServerRequest& request) {
    try {
      require_known_parameters(route, request);
      return std::nullopt;
    } catch (...) {
      return problem_of_current_exception();
    }
  }

  http::Routes routes() {
    http::Routes routes;
    access.open("/healthz");
    access.open("/readyz");
    routes.guard([this](const http::ServerRequest& head) { return access.admit(head); });
    add(routes, "GET", "/healthz",
        [](http::ServerRequest) -> asio::awaitable<http::Reply> { co_return answer_healthz(); });
    add(routes, "GET", "/readyz",
        [this](http::ServerRequest request) -> asio::awaitable<http::Reply> {
          co_return answer_readyz(desk.sidecar, desk.clock.now(), caller_of(request) != nullptr);
        });
    if (!desk.env.admin.metrics_auth) {
      access.open("/metrics");
    }
    add(routes, "GET", "/metrics", [this](http::ServerRequest) -> asio::awaitable<http::Reply> {
      co_return metrics_page.answer();
    });
    routes.watch([this](std::string_view route, int status) {
      requests.add({route.empty() ? "none" : route, name_of_status(status)});
    });
    for (const auto list : {state_routes(), relay_routes(), activity_routes(), letter_routes(),
                            work_routes(), schedule_routes()}) {
      for (const AdminRoute& route : list) {
        add(routes, route.method, route.pattern,
            [this, answer = route.answer](http::ServerRequest request)
                -> asio::awaitable<http::Reply> { co_return answer_call(answer, request); });
      }
    }
    add(routes, "GET", kMembersPattern,
        [this](http::ServerRequest request) -> asio::awaitable<http::Reply> {
          co_return co_await list_members(std::move(request));
        });
    add(routes, "GET", kDiffPattern,
        [this](http::ServerRequest request) -> asio::awaitable<http::Reply> {
          co_return co_await compare_relay(std::move(request));
        });
    add(routes, "POST", kSyncPattern,
        [this](http::ServerRequest request) -> asio::awaitable<http::Reply> {
          co_return co_await sync_relay(std::move(request));
        });
    add(routes, "GET", kEventsPattern,
        [this](http::ServerRequest request) -> asio::awaitable<http::Reply> {
          co_return open_events(request);
        });
    route_names = routes.names();
    routes.refuse_with([](int status, std::string_view text) {
      switch (status) {
        case 404:
          return problem(status, "there is no such route", "see docs/openapi.yaml for the routes");
        case 405:
          return problem(status, "this route does not have that method", "see the header Allow");
        default:
          return problem(status, text);
      }
    });
    return routes;
  }

  // What takes a connection for long, while it lives.
  class Lasting {
   public:
    explicit Lasting(int& count) : count_(count) { ++count_; }
    ~Lasting() { --count_; }
    Lasting(const Lasting&) = delete;
    Lasting& operator=(const Lasting&) = delete;

   private:
    int& count_;
  };

  [[nodiscard]] std::optional<http::Response> refuse_more_lasting() const {
    if (lasting < kMostLasting) {
      return std::nullopt;
    }
    http::Response response =
        problem(503, fmt::format("{} clients follow events or wait for syncs already", lasting),
                "end one of them, or come back later");
    response.headers.push_back({"Retry-After", "10"});
    return response;
  }

  // The sync was asked for, whatever happens to the one who waits.
  asio::awaitable<std::optional<view::ReconcileResult>> first_result(RelayId id, std::int64_t seq,
                                                                     Milliseconds patience) {
    try {
      co_return co_await wait_for_sync(desk.sidecar, desk.clock, std::move(id), seq, patience);
    } catch (const store::StoreError&) {
      co_return std::nullopt;
    }
  }

  // Whoever does not wait, or in vain, is told that it is under way.
  asio::awaitable<http::Reply> sync_relay(http::ServerRequest request) {
    std::optional<Milliseconds> wait;
    std::optional<http::Response> response;
    RelayId id;
    std::int64_t seq = 0;
    try {
      wait = read_wait(request);
      response = wait ? refuse_more_lasting() : std::nullopt;
      if (response) {
        co_return std::move(*response);
      }
      response = answer_call(ask_for_sync, request);
      const bool is_replay = response->header("Idempotent-Replayed").has_value();
      if (wait && response->status == 202 && !is_replay) {
        seq = desk.sidecar.query().last_activity_seq();
        id = view::require_relay(desk.sidecar.query(), request.segments.at("relay")).id;
      }
    } catch (...) {
      response = problem_of_current_exception();
    }
    if (seq != 0) {
      const Lasting place(lasting);
      const std::optional<view::ReconcileResult> result =
          co_await first_result(std::move(id), seq, wait.value_or(Milliseconds::zero()));
      if (result) {
        http::Reply reply = tell_result(*result, seq, name_of_caller(request));
        co_return std::move(reply);
      }
    }
    co_return std::move(*response);
  }

  http::Reply tell_result(const view::ReconcileResult& result, std::int64_t seq,
                          const std::string& principal) {
    http::Reply reply = json_response(200, view::to_json(result));
    reply.finished = [this, principal, seq, result](bool written) {
      if (!written && !desk.sidecar.condition().stopping) {
        record_abandoned(principal, seq, result);
      }
    };
    return reply;
  }

  // The result itself is in the log in any case.
  void record_abandoned(const std::string& principal, std::int64_t seq,
                        const view::ReconcileResult& result) {
    try {
      const store::Database::ShortWait brief(desk.sidecar.database(), kLockWait);
      desk.sidecar.command().acting_for(principal).record_abandoned(RelayId{result.relay_id}, seq,
                                                                    view::to_string(result.state));
    } catch (const store::StoreError& error) {
      desk.sidecar.note_fault(error);
    }
  }

  http::Reply open_events(const http::ServerRequest& request) {
    if (auto fault = fault_of(request)) {
      return std::move(*fault);
    }
    if (auto fault = refuse_more_lasting()) {
      return std::move(*fault);
    }
    try {
      return stream_events(desk.sidecar, desk.clock, start_of_events(request, desk.sidecar.query()),
                           std::make_shared<Lasting>(lasting));
    } catch (...) {
      return problem_of_current_exception();
    }
  }

  // Callers who want the same members at the same time share one request to zooid.
  asio::awaitable<http::Reply> list_members(http::ServerRequest request) {
    Relay relay;
    if (auto fault = find_relay(request, relay)) {
      co_return std::move(*fault);
    }
    const auto list = co_await desk.sidecar.list_relay_members(std::move(relay.id));
    if (!list) {
      co_return on_standby();
    }
    if (list->status != infra::MemberList::Status::ok && desk.sidecar.condition().stopping) {
      co_return problem(503, "tender is stopping", "ask again when it has started, or ask zooid");
    }
    co_return answer_members(*list);
  }

  asio::awaitable<http::Reply> compare_relay(http::ServerRequest request) {
    Relay relay;
    if (auto fault = find_relay(request, relay)) {
      co_return std::move(*fault);
    }
    std::optional<http::Response> response;
    try {
      const auto seen = co_await desk.sidecar.compare_relay(std::move(relay));
      response = seen ? json_response(200, view::to_json(*seen)) : on_standby();
    } catch (...) {
      response = problem_of_current_exception();
    }
    co_return std::move(*response);
  }

  static http::Response on_standby() {
    return problem(503, "this sidecar is on standby, and asks zooid for nothing",
                   "ask the sidecar that works on the database");
  }

  // Puts the relay that the path names into `relay`; otherwise why not.
  std::optional<http::Response> find_relay(const http::ServerRequest& request, Relay& relay) {
    if (auto fault = fault_of(request)) {
      return fault;
    }
    try {
      relay = view::require_relay(desk.sidecar.query(), request.segments.at("relay"));
    } catch (...) {
      return problem_of_current_exception();
    }
    return std::nullopt;
  }

  http::Response answer_call(Answer answer, const http::ServerRequest& request) {
    if (auto fault = fault_of(request)) {
      return std::move(*fault);
    }
    if (request.method != "GET" && request.method != "HEAD" && desk.sidecar.condition().outage) {
      http::Response response = problem(503, "the database cannot be used; nothing was written",
                                        "see the sidecar's log, and send the request again later");
      response.headers.push_back({"Retry-After", "5"});
      return response;
    }
    const std::string principal = name_of_caller(request);
    try {
      const store::Database::ShortWait brief(desk.sidecar.database(), kLockWait);
      return answer_once(request, principal, desk.sidecar.database(), desk.clock.now(), [&] {
        return answer(Call{desk, request, principal});
      });
    } catch (const store::StoreError& error) {
      desk.sidecar.note_fault(error);
      return problem_of_current_exception();
    } catch (...) {
      return problem_of_current_exception();
    }
  }

  static std::string name_of_caller(const http::ServerRequest& request) {
    const Authentication* const caller = caller_of(request);
    return caller != nullptr && caller->principal ? caller->principal->name : std::string();
  }

  // What the guard could not see: it has the head only.
  static std::optional<http::Response> fault_of(const http::ServerRequest& request) {
    const Authentication* const caller = caller_of(request);
    if (caller == nullptr || !caller->principal) {
      return unauthorized("this request has no authenticated caller");
    }
    if (!caller->covers(request.body)) {
      return unauthorized("the token's payload is not the SHA-256 of the body",
                          "sign the body that is sent, with its hash as the tag `payload`");
    }
    return std::nullopt;
  }

  Desk desk;
  MetricsPage metrics_page;
  Counter requests;
  Access access;
  int lasting = 0;
  std::vector<std::string> route_names;
  http::Server server;
};

AdminServer::AdminServer(const config::Env& env, service::Sidecar& sidecar,
                         const asio::any_io_executor& executor, Clock& clock, Logger& logger)
    : state_(std::make_unique<State>(env, sidecar, executor, clock, logger)) {}

AdminServer::~AdminServer() = default;

asio::awaitable<void> AdminServer::run() {
  return state_->server.run();
}

void AdminServer::stop() {
  state_->server.stop();
}

const std::vector<std::string>& AdminServer::routes() const {
  return state_->route_names;
}

const std::string& AdminServer::name() const {
  return state_->server.name();
}

}  // namespace tender::admin
