#include "signed_request.hpp"

#include <utility>

namespace tender::zooid {

http::Request signed_request(const config::Env& env, Random& random, TimePoint now,
                             http::Method method, http::Url url, std::string body) {
  http::Request request(method, std::move(url));
  request.headers.push_back({"Accept", "application/json"});
  request.headers.push_back({"Authorization", env.make_auth(random, now, request.url.text(),
                                                            http::to_string(method), body)});
  if (!body.empty()) {
    request.headers.push_back({"Content-Type", "application/json"});
  }
  request.body = std::move(body);
  request.timeout = env.zooid_api_timeout;
  return request;
}

}  // namespace tender::zooid
