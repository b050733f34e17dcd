// A write transaction on a Database. Nested ones join the outermost, so that a Command method is
// one transaction when it stands alone and part of a larger one when the dispatcher settles a
// group.
#pragma once

namespace tender::store {

class Database;

class Transaction {
 public:
  /// BEGIN IMMEDIATE, or joins the transaction under way. Throws StoreError.
  explicit Transaction(Database& database);

  /// Rolls back unless commit() was called. After a nested one was not committed, the outermost
  /// cannot commit.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// The outermost makes it durable and tells the database's commit listener. Throws StoreError
  /// when that fails, and std::logic_error when a nested one was not committed (a bug of the
  /// caller); in both cases nothing was written.
  void commit();

 private:
  Database& database_;
  bool committed_ = false;
};

}  // namespace tender::store
