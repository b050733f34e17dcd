// How SQLite would carry out a statement on a database: tests assert that what runs beside a large
// fleet searches and never scans, and fail when an index is dropped or a condition stops it from
// being used.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tender::test {

/// The lines of EXPLAIN QUERY PLAN for `sql` on the database at `path`; none for what reads no
/// table. Throws SQLite::Exception when it does not compile.
[[nodiscard]] std::vector<std::string> query_plan(const std::filesystem::path& path,
                                                  const std::string& sql);

/// Those of them that cost more the larger the database is: a whole table or index is read, or what
/// was found is sorted. The tables of one row are no matter.
[[nodiscard]] std::vector<std::string> costly_steps(const std::filesystem::path& path,
                                                    const std::string& sql);

}  // namespace tender::test
