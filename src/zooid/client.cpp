#include "tender/zooid/client.hpp"

#include <utility>

#include <fmt/format.h>

namespace tender::zooid {

boost::asio::awaitable<http::Exchange> Client::request(http::Method method, std::string path,
                                                       std::string body) {
  http::Request request(method, env_.zooid_api_url.with_path(path));
  request.headers.push_back({"Accept", "application/json"});
  request.headers.push_back(
      {"Authorization",
       env_.make_auth(random_, clock_.now(), request.url.text(), http::to_string(method), body)});
  if (!body.empty()) {
    request.headers.push_back({"Content-Type", "application/json"});
  }
  request.body = std::move(body);
  request.timeout = env_.zooid_api_timeout;
  co_return co_await transport_.exchange(std::move(request));
}

std::string relay_path(const RelayId& id) {
  return fmt::format("/relay/{}", id.text);
}

}  // namespace tender::zooid
