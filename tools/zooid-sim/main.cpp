// zooid-sim: the stand-in as a process, for the demo and for tests that kill and restart it.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "tender/base/error.hpp"

#include "zooid-sim/server.hpp"

namespace {

// An argument that cannot be used: exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

// "127.0.0.1:0" or "[::1]:0".
Address parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  int port = -1;
  try {
    port = std::stoi(colon == std::string::npos ? std::string() : text.substr(colon + 1));
  } catch (const std::logic_error&) {
    port = -1;
  }
  if (colon == 0 || port < 0 || port > 65535) {
    throw UsageError("write an address with a port, such as 127.0.0.1:0, not " + text);
  }
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  return {host, static_cast<std::uint16_t>(port)};
}

zooid_sim::Generation parse_generation(const std::string& text) {
  if (text != "a" && text != "b") {
    throw UsageError("--generation must be a or b, not " + text);
  }
  return text == "a" ? zooid_sim::Generation::a : zooid_sim::Generation::b;
}

zooid_sim::Options parse_options(const cxxopts::ParseResult& arguments) {
  zooid_sim::Options options;
  const Address listen = parse_address(arguments["listen"].as<std::string>());
  const Address control = parse_address(arguments["control"].as<std::string>());
  options.address = listen.host;
  options.port = listen.port;
  options.control_address = control.host;
  options.control_port = control.port;
  options.generation = parse_generation(arguments["generation"].as<std::string>());
  options.reload = std::chrono::milliseconds(arguments["reload-ms"].as<unsigned>());
  options.write_cost_per_relay =
      std::chrono::microseconds(arguments["write-cost-us-per-relay"].as<unsigned>());
  options.config_dir = arguments["config"].as<std::string>();
  if (arguments.count("api-host") != 0) {
    options.api_host = arguments["api-host"].as<std::string>();
  }
  for (const auto& key : arguments["whitelist"].as<std::vector<std::string>>()) {
    options.whitelist.push_back(tender::nostr::PublicKey::parse(key));
  }
  return options;
}

int run(zooid_sim::Options options) {
  boost::asio::io_context io{1};
  // In the loop's next turn: zooid's watcher runs beside the API, which has answered by then.
  options.death = [&io](const std::string& text, int code) {
    boost::asio::post(io, [text, code] {
      std::cerr << text << std::endl;
      std::_Exit(code);
    });
  };
  tender::SystemClock clock(io.get_executor());
  zooid_sim::Server server(io.get_executor(), options, clock);
  server.start();

  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&server](boost::system::error_code, int) { server.stop(); });

  const nlohmann::ordered_json ready = {{"api_url", server.api_url()},
                                        {"control_url", server.control_url()},
                                        {"port", server.port()}};
  std::cout << ready.dump() << std::endl;
  io.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  cxxopts::Options usage("zooid-sim", "A stand-in for zooid's management API (docs/zooid-sim.md)");
  // clang-format off
  usage.add_options()
      ("listen", "Address where the API and the relays answer",
       cxxopts::value<std::string>()->default_value("127.0.0.1:0"), "HOST:PORT")
      ("api-host", "Host header of API requests (default: the address of --listen)",
       cxxopts::value<std::string>(), "HOST[:PORT]")
      ("control", "Address of the control API",
       cxxopts::value<std::string>()->default_value("127.0.0.1:0"), "HOST:PORT")
      ("config", "Directory of the relays' TOML files (required)", cxxopts::value<std::string>(), "DIR")
      ("whitelist", "Public keys that may use the API, hex or npub (required)",
       cxxopts::value<std::vector<std::string>>(), "KEY,KEY")
      ("generation", "Version of zooid to imitate: a (until April 2026) or b",
       cxxopts::value<std::string>()->default_value("b"), "a|b")
      ("reload-ms", "How many milliseconds loading a relay takes, at the start and after a write",
       cxxopts::value<unsigned>()->default_value("0"), "N")
      ("write-cost-us-per-relay", "How many microseconds a write takes for each existing relay",
       cxxopts::value<unsigned>()->default_value("0"), "N")
      ("h,help", "Show this help");
  // clang-format on
  try {
    const auto arguments = usage.parse(argc, argv);
    if (arguments.count("help") != 0) {
      std::cout << usage.help();
      return 0;
    }
    if (arguments.count("config") == 0 || arguments.count("whitelist") == 0) {
      std::cerr << "zooid-sim: --config and --whitelist are required; see zooid-sim --help\n";
      return 2;
    }
    return run(parse_options(arguments));
  } catch (const cxxopts::exceptions::exception& error) {
    std::cerr << "zooid-sim: " << error.what() << "; see zooid-sim --help\n";
    return 2;
  } catch (const UsageError& error) {
    std::cerr << "zooid-sim: " << error.what() << '\n';
    return 2;
  } catch (const tender::nostr::InvalidKey& error) {
    std::cerr << "zooid-sim: --whitelist: " << error.what() << '\n';
    return 2;
  } catch (const tender::Error& error) {
    std::cerr << "zooid-sim: " << error.what() << ": " << error.remedy() << '\n';
    return 1;
  }
}
