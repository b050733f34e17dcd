#include "gzip_member.hpp"

#include <algorithm>
#include <stdexcept>

#include <zlib.h>

namespace tender::store {
namespace {

using namespace std::string_view_literals;

// ID1 ID2, deflate, FEXTRA, no time, no hint, unknown system; 8 bytes of extra field: subfield "tn"
// of 4 bytes, the member's length.
constexpr std::string_view kFixedHeader = "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x08\0tn\x04\0"sv;

void append_little_endian(std::string& bytes, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    bytes.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

// Raw deflate, without zlib's or gzip's frame around it.
std::string deflate_raw(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) {
    throw std::logic_error("deflate needs more than its own bound");
  }
  return packed;
}

}  // namespace

std::string make_gzip_member(std::string_view text) {
  const std::string packed = deflate_raw(text);
  const std::size_t size = kGzipHeaderSize + packed.size() + 8;
  std::string member;
  member.reserve(size);
  member += kFixedHeader;
  append_little_endian(member, static_cast<std::uint32_t>(size));
  member += packed;
  const auto* bytes = reinterpret_cast<const Bytef*>(text.data());
  append_little_endian(member, static_cast<std::uint32_t>(crc32_z(0, bytes, text.size())));
  append_little_endian(member, static_cast<std::uint32_t>(text.size()));
  return member;
}

std::optional<std::uint32_t> gzip_member_size(std::string_view header) {
  if (header.size() < kGzipHeaderSize || !header.starts_with(kFixedHeader)) {
    return std::nullopt;
  }
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    size |= static_cast<std::uint32_t>(static_cast<unsigned char>(header[kFixedHeader.size() + i]))
            << (8 * i);
  }
  return size > kGzipHeaderSize ? std::optional(size) : std::nullopt;
}

bool begins_gzip_member(std::string_view bytes) {
  const std::size_t length = std::min(bytes.size(), kFixedHeader.size());
  return bytes.substr(0, length) == kFixedHeader.substr(0, length);
}

}  // namespace tender::store
