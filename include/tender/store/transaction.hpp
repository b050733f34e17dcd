// A write transaction on a Database. Nested ones join the outermost, so that a Command method is
// one transaction when it stands alone and part of a larger one when the dispatcher settles a
// group.
#pragma once

namespace tender {

class Database;

class Transaction {
 public:
  /// BEGIN IMMEDIATE, or joins the transaction under way. Throws StoreError.
  explicit Transaction(Database& database);

  /// Rolls back unless commit() was called; a nested one that was not committed dooms the
  /// outermost.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// The outermost makes it durable and tells the database's commit listener. Throws StoreError
  /// when it could not, and std::logic_error when it is doomed (a bug of the caller's); in both
  /// cases nothing of it happened.
  void commit();

 private:
  Database& database_;
  bool committed_ = false;
};

}  // namespace tender
