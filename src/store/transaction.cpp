#include "tender/store/transaction.hpp"

#include <cassert>
#include <stdexcept>

#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"

namespace tender::store {

Transaction::Transaction(Database& database) : database_(database) {
  if (database_.transaction_depth_ == 0) {
    database_.transaction_doomed_ = false;
    database_.prepare("BEGIN IMMEDIATE").run();
    database_.write_turns_.began();
  }
  ++database_.transaction_depth_;
}

Transaction::~Transaction() {
  if (committed_) {
    return;
  }
  --database_.transaction_depth_;
  database_.transaction_doomed_ = true;
  if (database_.transaction_depth_ == 0) {
    try {
      // SQLite may have rolled back by itself (full disk, I/O error): there is nothing left to
      // undo.
      if (database_.is_in_transaction()) {
        database_.prepare("ROLLBACK").run();
      }
    } catch (const StoreError&) {
      // Nothing depends on it: the connection is reopened before it is used again.
    }
    database_.transaction_ended();
  }
}

void Transaction::commit() {
  assert(!committed_);
  if (database_.transaction_depth_ > 1) {
    --database_.transaction_depth_;
    committed_ = true;
    return;
  }
  if (database_.transaction_doomed_) {
    // A bug, but one that must not commit half of a command in a release build either.
    throw std::logic_error("cannot commit a transaction: a nested part of it was not committed");
  }
  database_.prepare("COMMIT").run();
  database_.transaction_ended();
  database_.transaction_depth_ = 0;
  committed_ = true;
  if (database_.commit_listener_) {
    database_.commit_listener_();
  }
}

}  // namespace tender::store
