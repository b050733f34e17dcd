// The archive of rows of the activity log that are too old to be kept: gzipped NDJSON beside the
// database, one file for each month in which rows were archived. It is for people and their tools;
// tender never reads it. Rows are archived before they are deleted. A crash between the two
// archives some rows twice and loses none; each line has the row's `seq`, so readers can drop the
// second one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "tender/model/activity.hpp"

namespace tender::store {

class ActivityArchive {
 public:
  /// Of the database at `database`.
  explicit ActivityArchive(std::filesystem::path database) : database_(std::move(database)) {}

  /// `<database>.activity-YYYY-MM.ndjson.gz`, UTC.
  [[nodiscard]] std::filesystem::path file(TimePoint now) const;

  /// Appends `rows`, one line each as to_json says, as one gzip member (RFC 1952) to file(now),
  /// mode 0600; they are on the disk when it returns. If a crash left something unfinished at the
  /// end, it is cut off first: those rows were never deleted. Throws StoreError; nothing was
  /// appended then.
  void append(std::span<const Activity> rows, TimePoint now);

 private:
  std::filesystem::path database_;
};

}  // namespace tender::store
