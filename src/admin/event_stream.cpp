#include "event_stream.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/number.hpp"
#include "tender/store/store_error.hpp"
#include "tender/view/relay.hpp"

#include "bad_request.hpp"

namespace tender::admin {
namespace {

constexpr int kPage = 100;
// A client that has gone is noticed when something is written to it.
constexpr Milliseconds kSign{15'000};

class EventStream {
 public:
  EventStream(service::Sidecar& sidecar, Clock& clock, EventStart start)
      : sidecar_(sidecar),
        clock_(clock),
        relay_(std::move(start.relay)),
        news_(sidecar.activities().subscribe()) {
    const std::int64_t last = sidecar.query().last_activity_seq();
    after_ = start.after.value_or(last);
    if (after_ > last) {  // of a database that was replaced by an older one
      after_ = last;
      begin_ = lagged(std::nullopt);
    }
  }

  boost::asio::awaitable<std::optional<std::string>> next() {
    if (!begin_.empty()) {
      co_return std::exchange(begin_, {});
    }
    while (!news_.closed()) {
      std::optional<std::string> page = read_page();
      if (page) {
        co_return page;
      }
      const TimePoint sign = clock_.now() + kSign;
      const bool news = co_await news_.skip_until(sign);
      if (!news && !news_.closed()) {
        co_return position();
      }
    }
    co_return std::nullopt;
  }

  void end() { news_.close(); }

 private:
  // Nothing: there is none.
  std::optional<std::string> read_page() {
    std::vector<Activity> rows;
    try {
      rows = sidecar_.query().list_activity({.after_seq = after_, .relay = {}, .limit = kPage});
    } catch (const store::StoreError&) {
      end();
    }
    if (rows.empty()) {
      return std::nullopt;
    }
    std::string text;
    for (const Activity& row : rows) {
      text += row.seq > after_ + 1 ? lagged(row.seq - after_ - 1) : "";
      after_ = row.seq;
      if (!relay_ || (row.resource_type == kRelayResource && row.resource_id == relay_->text)) {
        text += fmt::format("id: {}\nevent: activity\ndata: {}\n\n", row.seq,
                            ordered_json_line(to_json(row)));
      }
    }
    return text.empty() ? position() : text;
  }

  // An event without data is none for a program; it keeps the id.
  [[nodiscard]] std::string position() const { return fmt::format("id: {}\n\n", after_); }

  static std::string lagged(std::optional<std::int64_t> missed) {
    return fmt::format("event: lagged\ndata: {{\"missed\":{}}}\n\n",
                       missed ? std::to_string(*missed) : "null");
  }

  service::Sidecar& sidecar_;
  Clock& clock_;
  std::optional<RelayId> relay_;
  store::ActivityChannel::Receiver news_;
  std::int64_t after_ = 0;
  std::string begin_;  // what comes before all else
};

}  // namespace

EventStart start_of_events(const http::ServerRequest& request, const store::Query& query) {
  EventStart start;
  std::optional<std::string> after = request.parameter("after");
  if (const auto last = request.header("Last-Event-ID"); last && !last->empty()) {
    after = std::string(*last);
  }
  if (after) {
    start.after = parse_integer(*after);
    if (!start.after || *start.after < 0) {
      throw BadRequest(
          "Last-Event-ID, or after, is not the number (seq) of an activity",
          "give the id of the last event that you have had, or 0 for all that there is");
    }
  }
  if (const auto relay = request.parameter("relay")) {
    start.relay = view::require_relay(query, *relay).id;
  }
  return start;
}

http::Stream stream_events(service::Sidecar& sidecar, Clock& clock, EventStart start,
                           std::shared_ptr<void> kept) {
  const auto events = std::make_shared<EventStream>(sidecar, clock, std::move(start));
  http::Response head{
      .status = 200,
      .headers = {{"Content-Type", "text/event-stream"},
                  {"Cache-Control", "no-store"},
                  {"X-Accel-Buffering", "no"}},  // nginx would keep events until it has many
      .body = {}};
  return {.head = std::move(head),
          .next = [events, kept = std::move(kept)] { return events->next(); },
          .end = [events] { events->end(); }};
}

}  // namespace tender::admin
