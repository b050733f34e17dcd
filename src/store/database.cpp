#include "tender/store/database.hpp"

#include <cassert>
#include <cerrno>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrordesc_np is glibc's
#include <sys/stat.h>
#include <unistd.h>

#include "tender/base/log_messages.hpp"
#include "tender/store/migrations.hpp"
#include "tender/store/store_error.hpp"

#include "connection.hpp"
#include "ownership.hpp"

namespace tender::store {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kBusyStep{10};

[[noreturn]] void throw_cannot_open(const fs::path& path, int error) {
  throw StoreError(
      error == EROFS || error == EACCES || error == EPERM ? StoreFault::readonly
                                                          : StoreFault::cannot_open,
      fmt::format("database {}: cannot create it: {}", path.string(), strerrordesc_np(error)),
      "check DATABASE_URL, and make the directory writable for the user that tender runs "
      "as");
}

// Throws when that cannot be seen, because we may not enter a directory of the path.
bool is_there(const fs::path& path) {
  std::error_code error;
  const bool there = fs::exists(path, error);
  if (error) {
    throw StoreError(
        StoreFault::cannot_open,
        fmt::format("database: cannot look for {}: {}", path.string(), error.message()),
        "check DATABASE_URL, and let the user that tender runs as enter every directory in its "
        "path");
  }
  return there;
}

// For messages: where a relative path leads depends on the directory that tender was started in.
std::string full_path(const fs::path& path) {
  std::error_code error;
  const fs::path full = fs::absolute(path, error);
  return (error ? path : full.lexically_normal()).string();
}

// SQLite would create the file with the umask's mode. It holds who owns which relay, so only our
// user may read it.
void create_file(const fs::path& path) {
  const fs::path directory = path.parent_path();
  if (!directory.empty() && !is_there(directory)) {
    std::error_code error;
    fs::create_directories(directory.parent_path(), error);
    if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
      throw_cannot_open(path, errno);
    }
  }
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    throw_cannot_open(path, errno);
  }
  close(file);
}

// What is in the write-ahead log was committed, and a new database would destroy it.
void refuse_orphaned_log(const fs::path& database) {
  std::error_code none;
  const fs::path log = database.string() + "-wal";
  if (const auto size = fs::file_size(log, none); !none && size > 0) {
    throw StoreError(
        StoreFault::missing,
        fmt::format("{} exists, but its database {} does not", log.string(), database.string()),
        "put the database back beside it; or, to start with a new or restored database, "
        "move the -wal file away first");
  }
}

}  // namespace

Database::Database(fs::path path, const Clock& clock, Options options)
    : path_(std::move(path)), options_(std::move(options)), clock_(clock), write_turns_(clock) {
  if (!is_there(path_)) {
    if (options_.mode == OpenMode::existing) {
      throw StoreError(
          StoreFault::missing, fmt::format("there is no database at {}", full_path(path_)),
          "check DATABASE_URL, or create one with `tender relay create` or `tender run`");
    }
    refuse_orphaned_log(path_);
    create_file(path_);
  }
  connection_ = open_connection(options_.mode);
  migrate(*this, migrations(), clock.now());
}

Database::~Database() {
  statements_.clear();
}

std::unique_ptr<SQLite::Database> Database::open_connection(OpenMode mode) {
  try {
    auto connection = connect(path_, options_.vfs);
    sqlite3_busy_handler(connection->getHandle(), wait_while_busy, &waiting_);
    require_own_tables(*connection, path_, mode);
    use_write_ahead_log(*connection);
    connection->exec("PRAGMA synchronous = FULL");
    connection->exec("PRAGMA foreign_keys = ON");
    connection->exec("PRAGMA trusted_schema = OFF");
    return connection;
  } catch (const SQLite::Exception& cause) {
    throw meters_.count(StoreError::from(cause, path_.string()));
  }
}

// SQLite's own busy_timeout waits in silence; this one tells the operator once, then keeps waiting.
int Database::wait_while_busy(void* waiting, int times) {
  const auto& [options, meters] = *static_cast<const Waiting*>(waiting);
  const Milliseconds waited = times * kBusyStep;
  if (waited >= options.busy_timeout) {
    return 0;
  }
  const bool notice = waited >= options.busy_notice && waited - kBusyStep < options.busy_notice;
  if (notice && options.on_wait) {
    options.on_wait();
  }
  if (times == 0) {
    meters.busy.add();
  }
  meters.busy_seconds.add(std::chrono::duration<double>(kBusyStep).count());
  sqlite3_sleep(static_cast<int>(kBusyStep.count()));
  return 1;
}

// Two processes that switch a new database at the same time block each other, and SQLite then calls
// no busy handler.
std::string Database::switch_to_wal(SQLite::Database& connection) {
  for (int times = 0;; ++times) {
    try {
      return connection.execAndGet("PRAGMA journal_mode = WAL").getString();
    } catch (const SQLite::Exception& cause) {
      if (cause.getErrorCode() != SQLITE_BUSY || wait_while_busy(&waiting_, times) == 0) {
        throw;
      }
    }
  }
}

// SQLite answers with the mode that it has then, whether or not that is the one asked for.
void Database::use_write_ahead_log(SQLite::Database& connection) {
  const std::string mode = switch_to_wal(connection);
  if (mode != "wal") {
    throw StoreError(StoreFault::cannot_open,
                     fmt::format("database {}: SQLite cannot keep a write-ahead log here (journal "
                                 "mode {})",
                                 path_.string(), mode),
                     "keep the database in a file on a disk of this machine, not on a network file "
                     "system");
  }
}

bool Database::has_moved() const {
  int moved = 0;
  sqlite3_file_control(connection_->getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

void Database::reopen() {
  assert(transaction_depth_ == 0);
  std::error_code ignored;
  if (!fs::exists(path_, ignored) || fs::file_size(path_, ignored) == 0) {
    throw StoreError(StoreFault::missing,
                     fmt::format("the database {} is gone or empty", path_.string()),
                     "check that its volume is mounted, or restore a backup");
  }
  auto fresh = open_connection(OpenMode::existing);
  statements_.clear();
  connection_ = std::move(fresh);
  if (commit_listener_) {
    commit_listener_();
  }
}

bool Database::checkpoint() {
  sqlite3* const handle = connection_->getHandle();
  sqlite3_busy_handler(handle, nullptr, nullptr);  // not worth a wait
  const int result =
      sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_handler(handle, wait_while_busy, &waiting_);
  if (result != SQLITE_OK && (result & 0xff) != SQLITE_BUSY && result != SQLITE_LOCKED) {
    throw meters_.count(StoreError::from(SQLite::Exception(handle, result), path_.string()));
  }
  return result == SQLITE_OK;
}

Statement Database::take(const char* sql) {
  auto& statement = statements_[sql];
  try {
    if (!statement) {
      statement = std::make_unique<SQLite::Statement>(*connection_, sql);
    }
  } catch (const SQLite::Exception& cause) {
    statements_.erase(sql);
    throw meters_.count(StoreError::from(cause, path_.string()));
  }
  return {*statement, path_.native(), meters_};
}

void Database::execute(std::string_view sql) {
  try {
    connection_->exec(std::string(sql));
  } catch (const SQLite::Exception& cause) {
    throw meters_.count(StoreError::from(cause, path_.string()));
  }
}

bool Database::is_in_transaction() const {
  return sqlite3_get_autocommit(connection_->getHandle()) == 0;
}

void Database::transaction_ended() {
  const Milliseconds lasted = write_turns_.ended();
  meters_.transactions.observe(lasted);
  longest_lock_.note(lasted, clock_.steady());
}

std::vector<std::string> Database::prepared() const {
  std::vector<std::string> texts;
  texts.reserve(statements_.size());
  for (const auto& [text, statement] : statements_) {
    texts.emplace_back(text);
  }
  return texts;
}

std::int64_t Database::data_version() {
  Statement statement = prepare("PRAGMA data_version");
  statement.step();
  return statement.integer(0);
}

Database::Options open_options(OpenMode mode, Logger& logger) {
  return {.mode = mode, .on_wait = [&logger] { write_log(logger, logs::kDatabaseLocked); }};
}

}  // namespace tender::store
