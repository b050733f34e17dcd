// One member of a gzip file (RFC 1952) that carries its own length in an extra field, so that a
// member that a crash left incomplete is found without unpacking the whole file. Any gunzip reads
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tender::store {

/// The bytes from a member's begin that tell its length.
inline constexpr std::size_t kGzipHeaderSize = 20;

/// `text` compressed. At most 4 GiB.
[[nodiscard]] std::string make_gzip_member(std::string_view text);

/// The length of the member whose first kGzipHeaderSize bytes are `header`; nothing when it was not
/// made by make_gzip_member.
[[nodiscard]] std::optional<std::uint32_t> gzip_member_size(std::string_view header);

/// Whether `bytes`, which may be shorter than a header, can be the start of one of our members.
[[nodiscard]] bool begins_gzip_member(std::string_view bytes);

}  // namespace tender::store
