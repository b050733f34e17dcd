// Walks over one of Query's lists of relays a page at a time, so that neither memory nor a read
// transaction grows with the fleet. Each page shows the relays as they are when it is read; one
// that is written meanwhile is seen once at most.
#pragma once

#include <vector>

#include "tender/store/query.hpp"

namespace tender::store {

class RelayPages {
 public:
  /// Of a page; the last one has fewer, or none.
  static constexpr int kRelays = 256;

  using List = std::vector<Relay> (Query::*)(RelayPage& page) const;

  /// `list` as in &Query::next_relays. The query's database is borrowed.
  RelayPages(Query query, List list) : query_(query), list_(list) { page_.limit = kRelays; }

  /// The next relays, oldest first; empty at the end. Throws StoreError.
  [[nodiscard]] std::vector<Relay> next() { return (query_.*list_)(page_); }

 private:
  Query query_;
  List list_;
  RelayPage page_;
};

}  // namespace tender::store
