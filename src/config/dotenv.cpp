#include "tender/config/dotenv.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "tender/config/variable.hpp"

namespace tender::config {
namespace {

struct Broken {
  std::string_view problem;
  std::string_view remedy;
};

constexpr Broken kNoEquals{"there is no = in the line",
                           "write NAME=VALUE, or put # in front of a comment"};
constexpr Broken kBlankBeforeEquals{"there is a space or tab before the =",
                                    "write NAME=VALUE without spaces around ="};
constexpr Broken kBadName{
    "the text before the = is not a name",
    "write NAME=VALUE; a name has letters, digits and _, and does not start with a digit"};
constexpr Broken kOpenDouble{"the double quote is not closed",
                             "close it on the same line; write \\n for a line break"};
constexpr Broken kOpenSingle{"the single quote is not closed", "close it on the same line"};
constexpr Broken kBadEscape{"the double quotes hold an escape other than \\n, \\\" and \\\\",
                            "write \\\\ for a backslash, or use single quotes"};
constexpr Broken kTextAfterQuote{"something follows the closing quote",
                                 "put the whole value in quotes, or a space and # before a "
                                 "comment"};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// Up to a # after a blank, which starts a comment; a # inside of a value belongs to it.
std::string_view bare_value(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '#' && is_blank(text[i - 1])) {
      return trim(text.substr(0, i));
    }
  }
  return trim(text);
}

using Value = std::variant<Secret, Broken>;

// `rest` is what follows a closing quote.
Value quoted_value(const std::string& value, std::string_view rest) {
  const std::string_view trimmed = trim(rest);
  if (!trimmed.empty() && (trimmed.front() != '#' || !is_blank(rest.front()))) {
    return kTextAfterQuote;
  }
  return Secret(value);
}

// `text` is what follows the opening quote; the same in double_quoted.
Value single_quoted(std::string_view text) {
  const std::size_t end = text.find('\'');
  if (end == std::string_view::npos) {
    return kOpenSingle;
  }
  return quoted_value(std::string(text.substr(0, end)), text.substr(end + 1));
}

Value double_quoted(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      return quoted_value(value, text.substr(i + 1));
    }
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    ++i;
    const char escaped = i < text.size() ? text[i] : '\0';
    if (escaped != 'n' && escaped != '"' && escaped != '\\') {
      return kBadEscape;
    }
    value += escaped == 'n' ? '\n' : escaped;
  }
  return kOpenDouble;
}

// `text` is all that follows the =.
Value parse_value(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (trimmed.starts_with('"')) {
    return double_quoted(trimmed.substr(1));
  }
  if (trimmed.starts_with('\'')) {
    return single_quoted(trimmed.substr(1));
  }
  return Secret(bare_value(text));
}

// The text after `export `, or all of it.
std::string_view without_export(std::string_view line) {
  constexpr std::string_view export_word = "export";
  if (line.starts_with(export_word) && line.size() > export_word.size() &&
      is_blank(line[export_word.size()])) {
    return trim(line.substr(export_word.size()));
  }
  return line;
}

class Parser {
 public:
  explicit Parser(std::string_view file) : file_(file) {}

  void line(std::string_view text, std::size_t number) {
    const std::string place = fmt::format("{}:{}", file_, number);
    const std::string_view content = without_export(trim(text));
    if (content.empty() || content.front() == '#') {
      return;
    }
    const std::size_t equals = content.find('=');
    if (equals == std::string_view::npos) {
      return fault(place, "", kNoEquals);
    }
    const std::string_view key = content.substr(0, equals);
    if (!is_name(key)) {
      return fault(place, "", is_name(trim(key)) ? kBlankBeforeEquals : kBadName);
    }
    Value value = parse_value(content.substr(equals + 1));
    if (const auto* broken = std::get_if<Broken>(&value)) {
      return fault(place, key, *broken);
    }
    const auto [first, fresh] = first_lines_.emplace(key, number);
    if (!fresh) {
      const std::string problem = fmt::format("the same name is already on line {}", first->second);
      return fault(place, key, {problem, "keep only one of the two lines"});
    }
    result_.entries.push_back({std::string(key), std::move(std::get<Secret>(value)), place});
  }

  Dotenv take() { return std::move(result_); }

 private:
  // A key that is not a tender variable is not quoted: it may be the middle of a pasted secret.
  void fault(const std::string& place, std::string_view key, const Broken& broken) {
    const bool ours = is_known(key) || has_our_prefix(key);
    result_.faults.push_back(
        {ours ? std::string(key) : place,
         ours ? fmt::format("{}: {}", place, broken.problem) : std::string(broken.problem),
         std::string(broken.remedy)});
  }

  std::string file_;
  Dotenv result_;
  std::map<std::string, std::size_t, std::less<>> first_lines_;
};

}  // namespace

Dotenv parse_dotenv(std::string_view text, std::string_view file) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
  }
  Parser parser(file);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    parser.line(text.substr(0, end), number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.take();
}

}  // namespace tender::config
