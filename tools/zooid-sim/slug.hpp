// How zooid names a relay's tables: by a slug of its schema. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace zooid_sim {

/// `schema` in lower case, with `-` for what is not a letter, a digit, `-` or `_`, and without `-`
/// and `_` at its ends: two schemas with one slug share their tables.
[[nodiscard]] std::string slug(std::string_view schema);

/// Whether SQLite takes `slug` at the head of a table's name. zooid ends when it does not.
[[nodiscard]] bool is_table_name(std::string_view slug);

}  // namespace zooid_sim
