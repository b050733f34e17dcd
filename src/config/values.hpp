// How the text of one variable becomes a value, or what is wrong with it. Pure functions, except
// where a file must be readable. They never quote the text: it may be a secret.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "tender/base/clock.hpp"
#include "tender/config/env.hpp"
#include "tender/http/url.hpp"
#include "tender/nostr/keys.hpp"

namespace tender::config {

struct Problem {
  std::string text;    // goes on after the value: "is not …"
  std::string remedy;  // without a final dot
};

template <class T>
using Parsed = std::variant<T, Problem>;

/// The path of `sqlite://path`. Memory databases, other databases, parameters and escapes are
/// problems.
[[nodiscard]] Parsed<std::filesystem::path> parse_database_url(std::string_view text);

/// A domain name (RFC 1035, 2.3.1; a label may start with a digit: RFC 1123, 2.1) in lowercase,
/// that leaves room for a label of 63 characters in front of it.
[[nodiscard]] Parsed<std::string> parse_domain(std::string_view text);

/// An http or https URL without user, query and fragment; it may have a path.
[[nodiscard]] Parsed<http::Url> parse_api_url(std::string_view text);

/// One or several of the same, without a path, separated by commas; none of them twice.
[[nodiscard]] Parsed<std::vector<http::Url>> parse_zooid_urls(std::string_view text);

/// The same, as it was written; for others to use.
[[nodiscard]] Parsed<std::string> parse_http_url(std::string_view text);

/// The same, or with ws or wss.
[[nodiscard]] Parsed<std::string> parse_websocket_url(std::string_view text);

[[nodiscard]] Parsed<nostr::SecretKey> parse_secret_key(std::string_view text);

/// A duration (duration.hpp) of more than 0.
[[nodiscard]] Parsed<Milliseconds> parse_wait(std::string_view text);

/// The same, or `0`, with or without a unit.
[[nodiscard]] Parsed<Milliseconds> parse_wait_or_zero(std::string_view text);

[[nodiscard]] Parsed<int> parse_count(std::string_view text, int least, int most);

/// The path of a file that holds PEM certificates.
[[nodiscard]] Parsed<std::filesystem::path> parse_ca_file(std::string_view text);

/// The path of a directory; it may not exist yet.
[[nodiscard]] Parsed<std::filesystem::path> parse_directory(std::string_view text);

/// `off` (nothing), `unix:` and an absolute path, or host:port with a numeric host.
[[nodiscard]] Parsed<std::optional<http::ServerAddress>> parse_bind(std::string_view text);

/// Public keys as `npub1…` or hex, separated by commas, none of them twice; `:ro` behind one means
/// read-only.
[[nodiscard]] Parsed<std::vector<AdminKey>> parse_admin_keys(std::string_view text);

/// Visible ASCII, long enough that nobody guesses it.
[[nodiscard]] Parsed<Secret> parse_admin_token(std::string_view text);

/// Any text.
[[nodiscard]] Parsed<std::string> parse_text(std::string_view text);

template <class T>
struct Choice {
  std::string_view name;
  T value;
};

/// One of a few words.
template <class T>
[[nodiscard]] Parsed<T> parse_choice(std::string_view text, std::span<const Choice<T>> choices) {
  std::string names;
  for (const Choice<T>& choice : choices) {
    if (choice.name == text) {
      return choice.value;
    }
    names += fmt::format("{}{}", names.empty() ? "" : ", ", choice.name);
  }
  return Problem{"is not one of the allowed words", "write one of " + names};
}

}  // namespace tender::config
