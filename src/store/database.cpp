#include "tender/store/database.hpp"

#include <cerrno>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrordesc_np is glibc's
#include <sys/stat.h>
#include <unistd.h>

#include "tender/store/migrations.hpp"
#include "tender/store/store_error.hpp"

namespace tender {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kBusyStep{10};
constexpr Milliseconds kBusyNotice{500};

[[noreturn]] void throw_cannot_open(const fs::path& path, int error) {
  throw StoreError(
      error == EROFS || error == EACCES || error == EPERM ? StoreFault::readonly
                                                          : StoreFault::cannot_open,
      fmt::format("database {}: cannot create it: {}", path.string(), strerrordesc_np(error)),
      "check DATABASE_URL, and make the directory writable for the user that tender runs "
      "as");
}

// SQLite would create the file with the umask's mode; it holds who owns which relay, so it is ours
// alone.
void create_file(const fs::path& path) {
  const fs::path directory = path.parent_path();
  if (!directory.empty() && !fs::exists(directory)) {
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

// SQLite's own busy_timeout waits in silence; this one tells the operator once, then keeps waiting.
int wait_while_busy(void* context, int times) {
  const auto& options = *static_cast<const Database::Options*>(context);
  const Milliseconds waited = times * kBusyStep;
  if (waited >= options.busy_timeout) {
    return 0;
  }
  if (waited == kBusyNotice && options.on_wait) {
    options.on_wait();
  }
  sqlite3_sleep(static_cast<int>(kBusyStep.count()));
  return 1;
}

}  // namespace

Database::Database(fs::path path, const Clock& clock, Options options)
    : path_(std::move(path)), options_(std::move(options)) {
  std::error_code ignored;
  if (!fs::exists(path_, ignored)) {
    if (options_.mode == OpenMode::existing) {
      throw StoreError(
          StoreFault::missing, fmt::format("there is no database at {}", path_.string()),
          "check DATABASE_URL, or make one with `tender relay create` or `tender run`");
    }
    create_file(path_);
  }
  try {
    connection_ = std::make_unique<SQLite::Database>(path_.string(), SQLite::OPEN_READWRITE,
                                                     /*aBusyTimeoutMs=*/0, options_.vfs);
    configure();
  } catch (const SQLite::Exception& cause) {
    throw StoreError::from(cause, path_.string());
  }
  migrate(*this, migrations(), clock.now());
}

Database::~Database() {
  statements_.clear();
}

void Database::configure() {
  sqlite3_busy_handler(connection_->getHandle(), wait_while_busy, &options_);
  connection_->exec("PRAGMA journal_mode = WAL");
  connection_->exec("PRAGMA synchronous = FULL");
  connection_->exec("PRAGMA foreign_keys = ON");
  connection_->exec("PRAGMA trusted_schema = OFF");
  // SQLite before 3.51.3 can damage a WAL when one connection resets it while another checkpoints,
  // so that neither commits nor the last close checkpoint: the Checkpointer alone does.
  sqlite3_wal_autocheckpoint(connection_->getHandle(), 0);
  sqlite3_db_config(connection_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Statement Database::take(const char* sql) {
  auto& statement = statements_[sql];
  try {
    if (!statement) {
      statement = std::make_unique<SQLite::Statement>(*connection_, sql);
    }
  } catch (const SQLite::Exception& cause) {
    statements_.erase(sql);
    throw StoreError::from(cause, path_.string());
  }
  return {*statement, path_.native()};
}

void Database::execute(std::string_view sql) {
  try {
    connection_->exec(std::string(sql));
  } catch (const SQLite::Exception& cause) {
    throw StoreError::from(cause, path_.string());
  }
}

std::int64_t Database::data_version() {
  Statement statement = prepare("PRAGMA data_version");
  statement.step();
  return statement.integer(0);
}

}  // namespace tender
