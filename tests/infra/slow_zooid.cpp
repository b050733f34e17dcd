#include "slow_zooid.hpp"

#include <algorithm>

#include "tender/nostr/keys.hpp"

namespace tender::test {

using nlohmann::json;

namespace {

http::Response saying(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

json document_of_config(const json& config) {
  json document = config["info"];
  document["self"] =
      nostr::SecretKey::parse(config["secret"].get<std::string>()).public_key().hex();
  return document;
}

}  // namespace

boost::asio::awaitable<http::Exchange> SlowZooid::exchange(http::Request request) {
  const bool is_look = request.url.target() == "/";
  const auto timer = clock_->make_timer();
  const TimePoint answered = clock_->now() + (is_look ? look_latency : write_latency);
  co_await timer->wait_until(answered);
  load_what_is_due();
  http::Exchange exchange{is_look ? look(request.host) : write(request)};
  co_return exchange;
}

http::Response SlowZooid::write(const http::Request& request) {
  const std::string relay = request.url.target().substr(std::string("/relay/").size());
  if (request.method == http::Method::get) {  // a probe
    return saying(404, R"({"error":"relay not found"})");
  }
  const json body = json::parse(request.body);
  const bool creates = request.method == http::Method::post;
  if (creates == files_.contains(relay)) {
    return creates ? saying(409, R"({"error":"relay with this id already exists"})")
                   : saying(404, R"({"error":"relay not found"})");
  }
  files_[relay].merge_patch(body);
  ++writes_[relay];
  const TimePoint now = clock_->now();
  if (now >= watches_from_) {
    free_at_ = std::max(free_at_, now) + reload_;
    queue_.push_back({free_at_, relay});
  }
  return saying(creates ? 201 : 200, R"({"message":"written"})");
}

http::Response SlowZooid::look(const std::string& host) {
  ++looks;
  const auto found = documents_.find(host);
  return found == documents_.end() ? saying(404, "Not Found") : saying(200, found->second);
}

void SlowZooid::restart() {
  writes_.clear();
  queue_.clear();
  hosts_.clear();
  documents_.clear();
  free_at_ = clock_->now();
  for (const auto& [relay, config] : files_) {
    free_at_ += reload_;
    queue_.push_back({free_at_, relay});
  }
  watches_from_ = free_at_;
}

void SlowZooid::load_what_is_due() {
  while (!queue_.empty() && queue_.front().at <= clock_->now()) {
    load(queue_.front().relay);
    queue_.pop_front();
  }
}

void SlowZooid::load(const std::string& relay) {
  const json& config = files_.at(relay);
  documents_.erase(hosts_[relay]);
  if (!config.value("inactive", false)) {
    hosts_[relay] = config["host"];
    documents_[hosts_[relay]] = document_of_config(config).dump();
  }
}

int SlowZooid::writes(const std::string& relay) const {
  const auto found = writes_.find(relay);
  return found == writes_.end() ? 0 : found->second;
}

std::string SlowZooid::name_at(const std::string& host) {
  load_what_is_due();
  const auto found = documents_.find(host);
  return found == documents_.end() ? "" : json::parse(found->second)["name"].get<std::string>();
}

}  // namespace tender::test
