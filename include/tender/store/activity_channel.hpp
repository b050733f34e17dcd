// Announces committed activities, whoever wrote them. The channel carries the seq of each new row
// of the activity log and nothing else, so its cost does not depend on the rows. Receivers read the
// rows from the database. A program that embeds tender waits for its own activities like this:
//
//   auto receiver = command.notify().subscribe();
//   ActivityCursor cursor(query, query.last_activity_seq());
//   while (true) {
//     const auto received = co_await receiver.recv();
//     if (std::holds_alternative<Closed>(received.item)) break;
//     for (auto rows = cursor.next(); !rows.empty(); rows = cursor.next()) { … }
//   }
//
// A receiver that was too slow gets Lagged. It loses nothing: the activity log has every row.
#pragma once

#include <cstdint>

#include "tender/store/broadcast.hpp"

namespace tender::store {

using ActivityChannel = Broadcast<std::int64_t>;

}  // namespace tender::store
