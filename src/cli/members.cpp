// `tender members`: who is a member of a relay, as zooid reports it.
#include "tender/infra/members.hpp"

#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include <fmt/ostream.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <nlohmann/json.hpp>

#include "tender/view/relay.hpp"
#include "tender/zooid/client.hpp"

#include "command.hpp"
#include "event_loop.hpp"
#include "output.hpp"
#include "sidecar_members.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

using Status = infra::MemberList::Status;

infra::MemberList ask(const config::Env& env, StoreSession& session, const RelayId& id) {
  boost::asio::io_context io;
  http::Client transport(io.get_executor(), zooid::transport_options(env));
  SystemClock clock(io.get_executor());
  zooid::Reader reader(env, transport, clock, session.random);
  infra::MemberList list;
  const auto fetch = [&]() -> boost::asio::awaitable<void> {
    list = co_await infra::fetch_members(reader, clock, id);
    reader.stop();
    transport.stop();
  };
  using namespace boost::asio::experimental::awaitable_operators;
  run_to_end(io, fetch() && reader.run());
  return list;
}

ExitCode explain(const Relay& relay, const infra::MemberList& list, std::ostream& err) {
  switch (list.status) {
    case Status::unknown_relay:
      fmt::print(err, "tender: zooid does not have relay {} ({})\n  what to do: {}\n",
                 visible(relay.subdomain), visible(list.reason),
                 relay.synced_revision
                     ? "restore zooid's config directory, or see `tender reconcile "
                       "--help` about --recreate"
                     : "wait until it is in step: see `tender relay list`");
      return ExitCode::error;
    case Status::unsupported:
      fmt::print(err,
                 "tender: this zooid is too old to list members ({})\n  what to do: update zooid; "
                 "everything else works\n",
                 list.reason);
      return ExitCode::error;
    // These reasons say what to do themselves.
    case Status::unreachable:
      fmt::print(err, "tender: cannot ask zooid: {}\n", visible(list.reason));
      return ExitCode::unreachable;
    case Status::failed:
      fmt::print(err, "tender: zooid could not list the members: {}\n", visible(list.reason));
      return ExitCode::error;
    case Status::busy:
      fmt::print(err, "tender: cannot ask zooid now: {}\n", visible(list.reason));
      return ExitCode::error;
    case Status::garbage:
      fmt::print(err, "tender: cannot understand zooid's answer: {}\n", visible(list.reason));
      return ExitCode::error;
    case Status::ok:
      break;
  }
  return ExitCode::ok;
}

ExitCode members(const Invocation& invocation) {
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  StoreSession session(invocation, store::OpenMode::existing);
  const Relay relay = view::require_relay(session.query, invocation.names.front());
  std::optional<infra::MemberList> shared;
  if (!invocation.has("direct")) {
    shared = members_of_sidecar(env, session, relay.id);
  }
  const infra::MemberList list = shared ? *std::move(shared) : ask(env, session, relay.id);
  if (list.status != Status::ok) {
    return explain(relay, list, invocation.err);
  }
  if (invocation.json()) {
    print_json(invocation.out, list.members);
    return ExitCode::ok;
  }
  for (const std::string& member : list.members) {
    invocation.out << member << '\n';
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kMembers{
    .name = "members",
    .arguments = "RELAY",
    .min_names = 1,
    .max_names = 1,
    .summary = "List the public keys of a relay's members, as zooid reports them",
    .example = "tender members blue --json",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{
              {"direct", "Ask zooid itself, also when a sidecar runs that could be asked"}};
        },
    .run = members};

}  // namespace tender::cli
