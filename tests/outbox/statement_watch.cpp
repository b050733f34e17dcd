#include "statement_watch.hpp"

#include <sqlite3.h>

namespace tender::test {
namespace {

// SQLite calls plain functions for each new connection: there is nowhere else to keep this.
struct Seen {
  std::set<std::string> texts;
  std::int64_t steps = 0;
};
Seen& seen() {
  static Seen all;
  return all;
}

int note(unsigned /*event*/, void* /*context*/, void* finished, void* /*nanoseconds*/) {
  auto* const statement = static_cast<sqlite3_stmt*>(finished);
  seen().texts.insert(sqlite3_sql(statement));
  seen().steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, /*resetFlg=*/1);
  return 0;
}

int follow(sqlite3* connection, char** /*error*/, const void* /*routines*/) {
  return sqlite3_trace_v2(connection, SQLITE_TRACE_PROFILE, note, nullptr);
}

// The type that SQLite wants is not the one that it calls.
void (*entry_point())() {
  return reinterpret_cast<void (*)()>(
      follow);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
}

}  // namespace

StatementWatch::StatementWatch() {
  restart();
  sqlite3_auto_extension(entry_point());
}

StatementWatch::~StatementWatch() {
  sqlite3_cancel_auto_extension(entry_point());
}

void StatementWatch::restart() {
  seen() = {};
}

const std::set<std::string>& StatementWatch::texts() const {
  return seen().texts;
}

std::int64_t StatementWatch::steps() const {
  return seen().steps;
}

}  // namespace tender::test
