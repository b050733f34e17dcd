// An admin API over loopback beside a sidecar that need not run, and its client.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "tender/admin/admin_server.hpp"
#include "tender/http/client.hpp"
#include "tender/nostr/http_auth.hpp"

#include "support/fault_vfs.hpp"
#include "support/log_sink.hpp"
#include "support/world.hpp"

namespace tender::admin {

constexpr std::chrono::seconds kAdminDeadline{30};
constexpr const char* kSesame = "open-sesame-to-admins";

struct AdminApi : testing::Test {
  AdminApi() {
    env.database_path = path;
    env.zooid_api_urls = {http::Url::parse("http://127.0.0.1:9")};
    env.admin.bind = http::TcpAddress{"127.0.0.1", 0};
    env.admin.token = Secret(kSesame);
    env.admin.pubkeys = {{owner.public_key(), false}, {reader.public_key(), true}};
    start();
  }
  ~AdminApi() override { stop(); }

  void start() {
    server.emplace(env, sidecar, io.get_executor(), clock, logger);
    boost::asio::co_spawn(io, server->run(), [this](const std::exception_ptr&) { ended = true; });
    authorization = std::string("Bearer ") + kSesame;
  }

  void stop() {
    client->stop();
    server->stop();
    run_until([&] { return ended; });
  }

  // With the settings as they are now.
  void restart(http::ClientOptions options = {}) {
    stop();
    ended = false;
    client.emplace(io.get_executor(), std::move(options));
    start();
  }

  void run_until(const std::function<bool()>& condition) {
    const auto give_up = std::chrono::steady_clock::now() + kAdminDeadline;
    while (!condition() && std::chrono::steady_clock::now() < give_up) {
      io.restart();
      io.poll();
    }
    ASSERT_TRUE(condition());
  }

  [[nodiscard]] std::string url(const std::string& target) const {
    return "http://" + server->name() + target;
  }

  http::Response send(http::Request request) {
    std::optional<http::Exchange> exchange;
    boost::asio::co_spawn(io, client->exchange(std::move(request)),
                          [&](const std::exception_ptr& error, http::Exchange result) {
                            EXPECT_FALSE(error);
                            exchange = std::move(result);
                          });
    run_until([&] { return exchange.has_value(); });
    const auto* const response = std::get_if<http::Response>(&exchange->result);
    EXPECT_NE(response, nullptr);
    return response == nullptr ? http::Response() : *response;
  }

  http::Response ask(http::Method method, const std::string& target, const std::string& body = {}) {
    http::Request request(method, http::Url::parse(url(target)));
    request.headers = more;
    if (!authorization.empty()) {
      request.headers.push_back({"Authorization", authorization});
    }
    request.host = host;
    request.body = body;
    return send(std::move(request));
  }

  // The same, with a token of that key.
  http::Response ask_as(const nostr::SecretKey& key, http::Method method, const std::string& target,
                        const std::string& body = {}) {
    authorization =
        nostr::make_http_auth(key, random, clock.now(), url(target), http::to_string(method), body);
    return ask(method, target, body);
  }

  nlohmann::json ok(http::Method method, const std::string& target, const std::string& body = {}) {
    const http::Response response = ask(method, target, body);
    EXPECT_LT(response.status, 300) << response.body;
    return nlohmann::json::parse(response.body);
  }

  // What is wrong, as the problem document says it.
  std::string problem(int status, const http::Response& response) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.header("Content-Type"), "application/problem+json");
    const nlohmann::json body = nlohmann::json::parse(response.body);
    EXPECT_EQ(body.value("status", 0), status);
    return body.value("detail", "") + "; " + body.value("remedy", "");
  }

  std::string create(const std::string& subdomain) {
    return ok(http::Method::post, "/v1/relays",
              nlohmann::json{{"tenant", test::kTenant}, {"subdomain", subdomain}}.dump())
        .at("id");
  }

  static store::Database::Options on(const test::FaultVfs& disk) {
    store::Database::Options options;
    options.vfs = disk.name();
    return options;
  }

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::SeededRandom random{1};
  test::TempDir directory;
  std::filesystem::path path = directory.path() / "tender.db";
  config::Env env = test::test_env(random);
  nostr::SecretKey owner = nostr::SecretKey::parse(std::string(63, '0') + "3");
  nostr::SecretKey reader = nostr::SecretKey::parse(std::string(63, '0') + "4");
  std::ostringstream log;
  Logger logger{"test", test::log_sink(log)};
  test::FaultVfs vfs;
  store::Database database{path, clock, on(vfs)};
  service::Sidecar sidecar{
      env, io.get_executor(), logger, service::Sidecar::Runtime{database, clock, random}, {}};
  std::optional<http::Client> client{std::in_place, io.get_executor(), http::ClientOptions()};
  std::optional<AdminServer> server;
  std::string authorization;
  std::string host;
  std::vector<http::Header> more;
  bool ended = false;
  bool sidecar_ended = false;
};

}  // namespace tender::admin
