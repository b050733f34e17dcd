#include "tender/http/routes.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace tender::http {
namespace {

namespace urls = boost::urls;

using Segments = std::vector<std::string>;

bool is_name(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::string name_of(std::string_view segment) {
  return std::string(segment.substr(1, segment.size() - 2));
}

// "/" has no segment, "/a/" has two.
Segments split(std::string_view pattern) {
  if (!pattern.starts_with('/')) {
    throw std::invalid_argument(
        fmt::format("the pattern \"{}\" does not begin with a slash", pattern));
  }
  Segments segments;
  std::set<std::string_view> names;
  while (pattern.size() > 1 || (!segments.empty() && !pattern.empty())) {
    pattern.remove_prefix(1);
    const std::string_view segment = pattern.substr(0, pattern.find('/'));
    if (is_name(segment) && !names.insert(segment).second) {
      throw std::invalid_argument(
          fmt::format("a pattern uses the name {} for two segments", segment));
    }
    segments.emplace_back(segment);
    pattern.remove_prefix(segment.size());
  }
  return segments;
}

// Nothing when it is not a path.
std::optional<Segments> decode(std::string_view path) {
  const auto parsed = urls::parse_origin_form(urls::string_view(path.data(), path.size()));
  if (!parsed || parsed->has_query()) {
    return std::nullopt;
  }
  Segments segments;
  for (const auto& segment : parsed->segments()) {
    segments.push_back(segment);
  }
  return segments;
}

bool fits(const Segments& pattern, const Segments& path) {
  return std::ranges::equal(pattern, path, [](const std::string& wanted, const std::string& sent) {
    return is_name(wanted) ? !sent.empty() : wanted == sent;
  });
}

std::map<std::string, std::string> named(const Segments& pattern, const Segments& path) {
  std::map<std::string, std::string> segments;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_name(pattern[i])) {
      segments.emplace(name_of(pattern[i]), path[i]);
    }
  }
  return segments;
}

bool serves(std::string_view route, std::string_view method) {
  return route == method || (route == "GET" && method == "HEAD");
}

void allow(std::string& list, std::string_view method) {
  list.append(list.empty() ? "" : ", ").append(method);
}

}  // namespace

void Routes::add(std::string_view method, std::string_view pattern, Handler handler,
                 std::optional<std::size_t> max_body) {
  Route route{std::string(method), split(pattern), std::move(handler), max_body,
              fmt::format("{} {}", method, pattern)};
  const auto same = [&route](const Route& other) {
    return other.method == route.method && other.pattern == route.pattern;
  };
  if (std::ranges::any_of(routes_, same)) {
    throw std::invalid_argument(fmt::format("the route {} {} already exists", method, pattern));
  }
  routes_.push_back(std::move(route));
}

std::vector<std::string> Routes::names() const {
  std::vector<std::string> names;
  std::ranges::transform(routes_, std::back_inserter(names), &Route::name);
  return names;
}

Routes::Match Routes::find(std::string_view method, std::string_view path) const {
  Match match;
  const std::optional<Segments> sent = decode(path);
  std::string allowed;
  for (const Route& route : routes_) {
    if (!sent || !fits(route.pattern, *sent)) {
      continue;
    }
    if (serves(route.method, method)) {
      match.handler = &route.handler;
      match.route = route.name;
      match.max_body = route.max_body;
      match.segments = named(route.pattern, *sent);
      return match;
    }
    allow(allowed, route.method);
    if (route.method == "GET") {
      allow(allowed, "HEAD");
    }
  }
  if (otherwise_) {
    match.handler = &otherwise_;
  } else {
    match.allow = std::move(allowed);
  }
  return match;
}

}  // namespace tender::http
