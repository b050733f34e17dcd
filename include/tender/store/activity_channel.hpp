// How committed activities are heard of, whoever wrote them: the channel carries the seq of each
// new row of the log, and nothing else, so that it costs the same whatever the rows hold. Receivers
// read the log. A program that embeds tender waits for its own activities like this:
//
//   auto receiver = command.notify().subscribe();
//   ActivityCursor cursor(query, query.last_activity_seq());
//   while (true) {
//     const auto received = co_await receiver.recv();
//     if (std::holds_alternative<Closed>(received.item)) break;
//     for (auto rows = cursor.next(); !rows.empty(); rows = cursor.next()) { … }
//   }
//
// A receiver that was too slow hears Lagged, and loses nothing by it: the log has every row.
#pragma once

#include <cstdint>

#include "tender/store/broadcast.hpp"

namespace tender {

using ActivityChannel = Broadcast<std::int64_t>;

}  // namespace tender
