#include "tender/store/statement.hpp"

#include <algorithm>
#include <utility>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include "tender/store/database_meters.hpp"
#include "tender/store/store_error.hpp"

namespace tender::store {
namespace {

constexpr std::int64_t kLargestCount = 1'000'000;
constexpr std::int64_t kLastMillisecond = 253'402'300'799'999;  // of the year 9999

template <typename Call>
auto translated(const std::string& path, const DatabaseMeters& meters, Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const SQLite::Exception& cause) {
    throw meters.count(StoreError::from(cause, path));
  }
}

}  // namespace

Statement::Statement(SQLite::Statement& statement, const std::string& path,
                     const DatabaseMeters& meters)
    : statement_(&statement), path_(&path), meters_(&meters) {}

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)),
      path_(other.path_),
      meters_(other.meters_),
      next_parameter_(other.next_parameter_) {}

Statement::~Statement() {
  if (statement_ != nullptr) {
    static_cast<void>(statement_->tryReset());
    statement_->clearBindings();
  }
}

void Statement::bind(std::int64_t value) {
  translated(*path_, *meters_, [&] { statement_->bind(next_parameter_++, value); });
}

void Statement::bind(std::string_view value) {
  translated(*path_, *meters_, [&] { statement_->bind(next_parameter_++, std::string(value)); });
}

void Statement::bind_null() {
  translated(*path_, *meters_, [&] { statement_->bind(next_parameter_++); });
}

bool Statement::step() {
  return translated(*path_, *meters_, [&] { return statement_->executeStep(); });
}

int Statement::run() {
  return translated(*path_, *meters_, [&] { return statement_->exec(); });
}

std::string Statement::text(int column) const {
  return statement_->getColumn(column).getString();
}

std::int64_t Statement::integer(int column) const {
  return statement_->getColumn(column).getInt64();
}

int Statement::count(int column) const {
  return static_cast<int>(std::clamp(integer(column), std::int64_t{0}, kLargestCount));
}

TimePoint Statement::time(int column) const {
  return TimePoint(Milliseconds(std::clamp(integer(column), -kLastMillisecond, kLastMillisecond)));
}

bool Statement::is_null(int column) const {
  return statement_->isColumnNull(column);
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<std::string> Statement::optional_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

}  // namespace tender::store
