#include "values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include <boost/asio/ip/address.hpp>

#include "tender/config/duration.hpp"

#include "file.hpp"

namespace tender::config {
namespace {

constexpr std::string_view kSqlite = "sqlite://";

// http::Url quotes the URL in front of what is wrong with it, and so do faults.
std::string_view without_quotation(std::string_view text) {
  const std::size_t end = text.rfind("\" ");
  return end == std::string_view::npos ? text : text.substr(end + 2);
}

Parsed<http::Url> parse_zooid_url(std::string_view text) {
  Parsed<http::Url> parsed = parse_api_url(text);
  if (const auto* url = std::get_if<http::Url>(&parsed); url != nullptr && url->target() != "/") {
    return Problem{"has a path, and zooid serves its API at the root of its host",
                   "remove what is after the host and the port"};
  }
  return parsed;
}

// Of text: what is between two commas, without the spaces around it.
std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    part = part.substr(0, part.find_last_not_of(' ') + 1);
    parts.push_back(part);
    if (comma == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

Parsed<std::filesystem::path> parse_database_url(std::string_view text) {
  if (text.find(":memory:") != std::string_view::npos) {
    return Problem{"is a database in memory, which tender cannot share with other processes",
                   "name a file: sqlite://data/tender.db"};
  }
  if (!text.starts_with(kSqlite)) {
    return Problem{
        "is not a SQLite URL",
        "write sqlite:// and a path: sqlite://data/tender.db, or sqlite:///data/tender.db "
        "for an absolute one"};
  }
  const std::string_view path = text.substr(kSqlite.size());
  if (path.empty() || path.ends_with('/')) {
    return Problem{"does not name a file", "end it with the file's name: sqlite://data/tender.db"};
  }
  if (path.find_first_of("?#%") != std::string_view::npos) {
    return Problem{"has parameters or escapes, which tender does not support",
                   "write the path as it is, without ?, # and %"};
  }
  if (path.starts_with('~')) {
    return Problem{"starts with ~, which only a shell expands", "write the full path"};
  }
  return std::filesystem::path(path);
}

Parsed<http::Url> parse_api_url(std::string_view text) {
  // What http::Url does not know or must not be asked about.
  if (text.find('@') != std::string_view::npos) {
    return Problem{"has a user name or a password", "remove the @ and what is before it"};
  }
  if (text.find('?') != std::string_view::npos) {
    return Problem{"has a query", "remove the ? and what is after it"};
  }
  try {
    return http::Url::parse(text);
  } catch (const std::invalid_argument& error) {
    return Problem{std::string(without_quotation(error.what())),
                   "write it like https://host.example.com or http://localhost:3334"};
  }
}

Parsed<std::vector<http::Url>> parse_zooid_urls(std::string_view text) {
  const std::vector<std::string_view> parts = split_list(text);
  std::vector<http::Url> urls;
  for (const std::string_view part : parts) {
    if (part.empty()) {
      return Problem{"has a comma without an address beside it", "remove it, or add the address"};
    }
    Parsed<http::Url> parsed = parse_zooid_url(part);
    if (auto* problem = std::get_if<Problem>(&parsed)) {
      if (parts.size() > 1) {
        problem->text =
            fmt::format("is a list whose address {} {}", urls.size() + 1, problem->text);
      }
      return std::move(*problem);
    }
    auto& url = std::get<http::Url>(parsed);
    if (std::ranges::find(urls, url.text(), &http::Url::text) != urls.end()) {
      return Problem{fmt::format("lists the same address twice, the second time as address {}",
                                 urls.size() + 1),
                     "remove one of the two"};
    }
    urls.push_back(std::move(url));
  }
  return urls;
}

Parsed<std::optional<http::ServerAddress>> parse_bind(std::string_view text) {
  constexpr std::string_view unix_socket = "unix:";
  if (text == "off") {
    return std::optional<http::ServerAddress>();
  }
  if (text.starts_with(unix_socket)) {
    const std::filesystem::path path = text.substr(unix_socket.size());
    if (!path.is_absolute()) {
      return Problem{"does not name a socket by an absolute path",
                     "write it like unix:/run/tender/admin.sock"};
    }
    return std::optional<http::ServerAddress>(http::UnixAddress{path});
  }
  const Problem problem{"is not an address to listen on",
                        "write host:port with a numeric host (127.0.0.1:8420), "
                        "unix:/run/tender/admin.sock, or off"};
  try {
    const http::Url url = http::Url::parse(fmt::format("http://{}", text));
    boost::system::error_code error;
    static_cast<void>(boost::asio::ip::make_address(url.host(), error));
    const bool has_port = text.ends_with(fmt::format(":{}", url.port()));
    if (error || !has_port || url.target() != "/" || text.ends_with('/')) {
      return problem;
    }
    return std::optional<http::ServerAddress>(http::TcpAddress{url.host(), url.port()});
  } catch (const std::invalid_argument&) {
    return problem;
  }
}

Parsed<std::vector<AdminKey>> parse_admin_keys(std::string_view text) {
  constexpr std::string_view read_only = ":ro";
  std::vector<AdminKey> keys;
  for (std::string_view part : split_list(text)) {
    const bool only_reads = part.ends_with(read_only);
    part.remove_suffix(only_reads ? read_only.size() : 0);
    try {
      const nostr::PublicKey key = nostr::PublicKey::parse(part);
      if (std::ranges::find(keys, key, &AdminKey::key) != keys.end()) {
        return Problem{fmt::format("lists {} twice", key.npub()), "remove one of the two"};
      }
      keys.push_back({key, only_reads});
    } catch (const nostr::InvalidKey& error) {
      return Problem{fmt::format("has a key, number {}, that {}", keys.size() + 1, error.what()),
                     "write npub1… or 64 hex characters, with commas between several keys and "
                     ":ro behind those that may only read"};
    }
  }
  return keys;
}

// Of what openssl rand makes; it need not be guessed at leisure, because each guess is a request.
Parsed<Secret> parse_admin_token(std::string_view text) {
  constexpr std::size_t shortest = 16;
  const bool is_plain =
      std::ranges::all_of(text, [](char byte) { return byte > ' ' && byte <= '~'; });
  if (!is_plain) {
    return Problem{"has something else than visible ASCII characters",
                   "`openssl rand -hex 32` makes one"};
  }
  if (text.size() < shortest) {
    return Problem{
        fmt::format("is shorter than {} characters, so that it could be guessed", shortest),
        "`openssl rand -hex 32` makes a long one"};
  }
  return Secret(text);
}

Parsed<std::string> parse_http_url(std::string_view text) {
  Parsed<http::Url> parsed = parse_api_url(text);
  if (auto* problem = std::get_if<Problem>(&parsed)) {
    return std::move(*problem);
  }
  return std::string(text);
}

Parsed<std::string> parse_websocket_url(std::string_view text) {
  constexpr std::array<std::string_view, 4> schemes = {"ws://", "wss://", "http://", "https://"};
  if (std::ranges::none_of(schemes, [&](auto scheme) { return text.starts_with(scheme); })) {
    return Problem{"is not a ws, wss, http or https URL", "write it like wss://host.example.com"};
  }
  // Every rule of an http URL holds for ws and wss (RFC 6455, 3): check it as one.
  const std::string as_http =
      text.starts_with("ws") ? "http" + std::string(text.substr(2)) : std::string(text);
  Parsed<std::string> parsed = parse_http_url(as_http);
  if (auto* problem = std::get_if<Problem>(&parsed)) {
    return std::move(*problem);
  }
  return std::string(text);
}

Parsed<nostr::SecretKey> parse_secret_key(std::string_view text) {
  try {
    return nostr::SecretKey::parse(text);
  } catch (const nostr::InvalidKey& error) {
    return Problem{fmt::format("is {}", error.what()),
                   "give 64 hex characters or nsec1…; `openssl rand -hex 32` makes a new one"};
  }
}

Parsed<Milliseconds> parse_wait(std::string_view text) {
  Parsed<Milliseconds> duration = parse_wait_or_zero(text);
  const auto* const value = std::get_if<Milliseconds>(&duration);
  if (value != nullptr && *value == Milliseconds::zero()) {
    return Problem{"is zero", "give a duration above 0, such as 5s"};
  }
  return duration;
}

Parsed<Milliseconds> parse_wait_or_zero(std::string_view text) {
  const std::optional<Milliseconds> duration =
      text == "0" ? Milliseconds::zero() : parse_duration(text);
  if (!duration) {
    return Problem{
        "is not a duration",
        "write a whole number and a unit without a space between them: 200ms, 5s, 15m, 1h or 2d"};
  }
  return *duration;
}

Parsed<int> parse_count(std::string_view text, int least, int most) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) {
    return Problem{"is not a whole number",
                   fmt::format("write a number from {} to {}", least, most)};
  }
  if (error != std::errc() || value < least || value > most) {
    return Problem{"is out of range", fmt::format("write a number from {} to {}", least, most)};
  }
  return value;
}

Parsed<std::filesystem::path> parse_ca_file(std::string_view text) {
  constexpr std::size_t enough_for_one = 1 << 20;
  const FileText file = read_file(std::filesystem::path(text), enough_for_one);
  if (file.error) {
    return Problem{fmt::format("cannot be read: {}", file.error.message()),
                   "give the path of a PEM file that this user can read"};
  }
  if (file.text.find("-----BEGIN ") == std::string::npos) {
    return Problem{
        "does not contain a PEM certificate",
        "give a file with BEGIN CERTIFICATE lines; `openssl x509 -inform der` converts a DER file"};
  }
  return std::filesystem::path(text);
}

Parsed<std::filesystem::path> parse_directory(std::string_view text) {
  std::filesystem::path path(text);
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_directory(path, error)) {
    return Problem{"is not a directory", "give the path of the directory that holds the files"};
  }
  return path;
}

Parsed<std::string> parse_text(std::string_view text) {
  return std::string(text);
}

}  // namespace tender::config
