// `tender activity`: the history of commands and results.
#include <algorithm>
#include <csignal>
#include <limits>
#include <ostream>

#include <fmt/ostream.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/number.hpp"
#include "tender/store/activity_cursor.hpp"
#include "tender/store/activity_feed.hpp"
#include "tender/view/relay.hpp"

#include "command.hpp"
#include "event_loop.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;

std::string line_of(const store::Query& query, const Activity& activity) {
  std::string line =
      fmt::format("{:>6}  {}  {:<20} {:<20} {}", activity.seq, format_time(activity.created_at),
                  printable(activity.activity_type, 40),
                  printable(view::relay_name(query, activity.resource_id), 64),
                  printable(activity.detail == "{}" ? "" : activity.detail, 1000));
  line.erase(line.find_last_not_of(' ') + 1);  // a row without detail ends in its padding
  return line;
}

// With --json one object a line, otherwise text.
void print_line(const Invocation& invocation, const store::Query& query, const Activity& activity) {
  if (invocation.json()) {
    invocation.out << ordered_json_line(to_json(activity)) << '\n';
  } else {
    invocation.out << line_of(query, activity) << '\n';
  }
}

// Prints what comes after the activity `after_seq`, until SIGINT or SIGTERM, or until nobody reads
// the output any more.
class Follow {
 public:
  Follow(const Invocation& invocation, StoreSession& session, std::optional<RelayId> relay,
         std::int64_t after_seq)
      : invocation_(invocation),
        session_(session),
        relay_(std::move(relay)),
        logger_(make_null_logger()),
        clock_(io_.get_executor()),
        feed_(io_.get_executor(), session.database, clock_, *logger_),
        receiver_(feed_.channel().subscribe()),
        cursor_(session.query, after_seq),
        signals_(io_, SIGTERM, SIGINT) {}

  void to_end() { run_to_end(io_, follow()); }

 private:
  asio::awaitable<void> follow() {
    using namespace asio::experimental::awaitable_operators;
    co_await (heed_signals() && feed_.run() && print());
  }

  asio::awaitable<void> print() {
    while (invocation_.out.good()) {
      const auto received = co_await receiver_.recv();
      if (std::holds_alternative<store::Closed>(received.item)) {
        co_return;
      }
      for (auto rows = cursor_.next(); !rows.empty(); rows = cursor_.next()) {
        std::ranges::for_each(rows, [this](const Activity& row) { print_one(row); });
      }
    }
    stop();
  }

  void print_one(const Activity& activity) {
    if (!relay_ ||
        (activity.resource_id == relay_->text && activity.resource_type == kRelayResource)) {
      print_line(invocation_, session_.query, activity);
      invocation_.out.flush();  // whoever follows wants each line at once
    }
  }

  asio::awaitable<void> heed_signals() {
    boost::system::error_code ended;
    co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (!ended) {
      stop();
    }
  }

  void stop() {
    feed_.stop();
    signals_.cancel();
  }

  const Invocation& invocation_;
  StoreSession& session_;
  std::optional<RelayId> relay_;
  std::shared_ptr<Logger> logger_;
  asio::io_context io_{1};
  SystemClock clock_;
  store::ActivityFeed feed_;
  store::ActivityChannel::Receiver receiver_;
  store::ActivityCursor cursor_;
  asio::signal_set signals_;
};

int read_limit(const Invocation& invocation) {
  const std::string& text = invocation.text("limit");
  const auto limit = parse_integer(text);
  if (!limit || *limit < 1 || *limit > std::numeric_limits<int>::max()) {
    throw UsageError(fmt::format("--limit \"{}\" is not a number of rows", printable(text, 40)),
                     "give 1 or more");
  }
  return static_cast<int>(*limit);
}

ExitCode activity(const Invocation& invocation) {
  const int limit = read_limit(invocation);
  StoreSession session(invocation, store::OpenMode::existing);
  std::optional<RelayId> relay;
  if (invocation.has("relay")) {
    relay = view::require_relay(session.query, invocation.text("relay")).id;
  }
  const std::int64_t last = session.query.last_activity_seq();
  auto rows = session.query.list_latest_activity(relay, limit);
  if (invocation.has("follow")) {
    std::erase_if(rows, [&](const Activity& row) { return row.seq > last; });
    for (const Activity& row : rows) {
      print_line(invocation, session.query, row);
    }
    invocation.out.flush();
    Follow(invocation, session, relay, last).to_end();
    return ExitCode::ok;
  }
  if (invocation.json()) {
    auto array = nlohmann::ordered_json::array();
    for (const Activity& row : rows) {
      array.push_back(to_json(row));
    }
    print_json(invocation.out, array);
    return ExitCode::ok;
  }
  for (const Activity& row : rows) {
    print_line(invocation, session.query, row);
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kActivity{
    .name = "activity",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "Show the newest activities, and follow them if asked",
    .example = "tender activity --relay blue --follow",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{
              {"relay", "Only this relay, by id or subdomain", "RELAY"},
              {"limit", "How many activities to show", "N", "50"},
              {"follow",
               "Then print new activities as they come (with --json: one object per line)"}};
        },
    .run = activity};

}  // namespace tender::cli
