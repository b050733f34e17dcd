#include "zooid-sim/sim_test.hpp"

#include <chrono>

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>

#include "tender/nostr/http_auth.hpp"

#include "zooid-sim/config.hpp"

namespace zooid_sim::test {

namespace asio = boost::asio;

tender::nostr::SecretKey test_key(int number) {
  return tender::nostr::SecretKey::parse(fmt::format("{:064x}", number));
}

nlohmann::json relay_config(const std::string& name) {
  return {{"host", name + ".example.com"},
          {"schema", name},
          {"secret", test_key(100).reveal_hex()},
          {"info",
           {{"name", "Relay " + name},
            {"icon", "https://example.com/icon.png"},
            {"pubkey", test_key(7).public_key().hex()},
            {"description", "a relay"}}},
          {"roles", {{"member", {{"can_invite", true}}}}}};
}

SimTest::SimTest() {
  restart();
}

SimTest::~SimTest() {
  sim->stop();
  clock.run_ready();  // connections and waits end before the clock and the io_context go
}

void SimTest::restart() {
  if (sim) {
    sim->stop();
    clock.run_ready();
  }
  options.config_dir = directory.path() / "config";
  options.whitelist = {robot.public_key()};
  options.control_port = 0;
  sim = std::make_unique<Server>(io.get_executor(), options, clock);
  sim->start();
}

std::string SimTest::bytes_of(const Outgoing& outgoing) const {
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\n", outgoing.method, outgoing.path);
  bytes += "Host: " + (outgoing.host.empty() ? sim->api_host() : outgoing.host) + "\r\n";
  for (const std::string& header : outgoing.headers) {
    bytes += header + "\r\n";
  }
  return bytes + fmt::format("Content-Length: {}\r\n\r\n", outgoing.body.size()) + outgoing.body;
}

std::string SimTest::token(const Outgoing& outgoing, const tender::nostr::SecretKey& key) {
  const std::string path = outgoing.path.substr(0, outgoing.path.find('?'));
  return "Authorization: " + tender::nostr::make_http_auth(key, random, clock.now(),
                                                           sim->api_url() + path, outgoing.method,
                                                           outgoing.body);
}

std::shared_ptr<Pending> SimTest::begin(const Outgoing& outgoing, std::shared_ptr<Client> on) {
  auto pending = std::make_shared<Pending>();
  pending->client = on ? on : std::make_shared<Client>(io.get_executor(), sim->port());
  asio::co_spawn(io, pending->client->exchange(bytes_of(outgoing)),
                 [pending](std::exception_ptr, Received received) {
                   pending->received = std::move(received);
                   pending->done = true;
                 });
  return pending;
}

Received SimTest::send(const Outgoing& outgoing) {
  const auto pending = begin(outgoing);
  run_until([&] { return pending->done; });
  return pending->received;
}

std::shared_ptr<Pending> SimTest::begin_call(const std::string& method, const std::string& path,
                                             const nlohmann::json& body) {
  Outgoing outgoing{method, path, body.dump(), {}, {}};
  outgoing.headers.push_back(token(outgoing));
  return begin(outgoing);
}

Received SimTest::call(const std::string& method, const std::string& path,
                       const nlohmann::json& body) {
  const auto pending = begin_call(method, path, body);
  run_until([&] { return pending->done; });
  return pending->received;
}

Received SimTest::call(const std::string& method, const std::string& path) {
  Outgoing outgoing{method, path, {}, {}, {}};
  outgoing.headers.push_back(token(outgoing));
  return send(outgoing);
}

nlohmann::json SimTest::control(const std::string& method, const std::string& path,
                                const nlohmann::json& body) {
  const std::string url = sim->control_url();
  const int port = std::stoi(url.substr(url.rfind(':') + 1));
  Client client(io.get_executor(), static_cast<std::uint16_t>(port));
  Received received;
  bool done = false;
  const Outgoing outgoing{method, path, body.is_null() ? "" : body.dump(), {}, {}};
  asio::co_spawn(io, client.exchange(bytes_of(outgoing)), [&](std::exception_ptr, Received answer) {
    received = std::move(answer);
    done = true;
  });
  run_until([&] { return done; });
  nlohmann::json answer = nlohmann::json::parse(received.body);
  answer["http_status"] = received.status;
  return answer;
}

void SimTest::run_until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    io.restart();
    if (io.run_one_until(deadline) == 0) {
      throw std::runtime_error("nothing more happens, and the condition does not hold");
    }
  }
}

nlohmann::json SimTest::held(const std::string& id) {
  sim->store().refresh();
  const StoredRelay* relay = sim->store().find(id);
  return relay == nullptr || !relay->config
             ? nlohmann::json()
             : nlohmann::json(to_json(*relay->config, options.generation));
}

std::string error_of(const Received& received) {
  EXPECT_EQ(received.headers.at("content-type"), "application/json");
  const auto body = nlohmann::json::parse(received.body, nullptr, false);
  EXPECT_TRUE(body.is_object() && body.contains("error")) << received.body;
  return body.is_object() ? body.value("error", "") : "";
}

}  // namespace zooid_sim::test
