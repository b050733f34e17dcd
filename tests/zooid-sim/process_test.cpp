// zooid-sim as a process: what it prints when it is ready, and how it ends.
#include <array>
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "tender/nostr/http_auth.hpp"

#include "support/seeded_random.hpp"
#include "support/temp_dir.hpp"
#include "zooid-sim/client.hpp"
#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

// A child process and the reading end of its output.
class Child {
 public:
  explicit Child(std::vector<std::string> arguments, int captured = STDOUT_FILENO) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    std::vector<char*> argv = {const_cast<char*>(ZOOID_SIM)};
    for (std::string& argument : arguments) {
      argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], captured);
      execv(ZOOID_SIM, argv.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
  }
  ~Child() {
    if (!waited_) {
      kill(pid_, SIGKILL);
      wait();
    }
    std::fclose(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  std::string line() {
    std::array<char, 4096> text{};
    return std::fgets(text.data(), text.size(), output_) == nullptr ? "" : text.data();
  }
  void terminate() const { kill(pid_, SIGTERM); }
  // The exit code, or -1 when a signal ended it.
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    waited_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  std::FILE* output_ = nullptr;
  bool waited_ = false;
};

Received send_to(int port, const std::string& bytes) {
  boost::asio::io_context io;
  Client client(io.get_executor(), static_cast<std::uint16_t>(port));
  Received received;
  boost::asio::co_spawn(io, client.exchange(bytes),
                        [&](std::exception_ptr, Received answer) { received = std::move(answer); });
  io.run();
  return received;
}

Received get(int port, const std::string& path, const std::string& host) {
  return send_to(port, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
}

TEST(Process, PrintsWhereItListensAndEndsOnSigterm) {
  const tender::test::TempDir directory;
  const std::string keys = test_key(1).public_key().npub() + "," + test_key(2).public_key().hex();
  Child child({"--config", (directory.path() / "config").string(), "--whitelist", keys});
  const auto ready = nlohmann::json::parse(child.line());
  const int port = ready["port"];
  const std::string authority = "127.0.0.1:" + std::to_string(port);
  EXPECT_EQ(ready["api_url"], "http://" + authority);
  EXPECT_EQ(get(port, "/relay/a/members", authority).status, 401);

  const std::string control = ready["control_url"];
  const int control_port = std::stoi(control.substr(control.rfind(':') + 1));
  EXPECT_EQ(get(control_port, "/health", "control").status, 200);

  child.terminate();
  EXPECT_EQ(child.wait(), 0);
}

TEST(Process, KnowsItsApiByTheHostThatItIsGiven) {
  const tender::test::TempDir directory;
  Child child({"--config", directory.path().string(), "--whitelist", test_key(1).public_key().hex(),
               "--api-host", "api.example.com"});
  const auto ready = nlohmann::json::parse(child.line());
  EXPECT_EQ(ready["api_url"], "http://api.example.com");
  EXPECT_EQ(get(ready["port"], "/relay/a", "api.example.com").status, 401);
  EXPECT_EQ(get(ready["port"], "/relay/a", "127.0.0.1").status, 404);
}

TEST(Process, AnswersTheWriteThatKillsItAndDiesAtEachStart) {
  const tender::test::TempDir directory;
  const std::vector<std::string> arguments = {
      "--config",   directory.path().string(), "--whitelist",  test_key(1).public_key().hex(),
      "--api-host", "api.example.com",         "--generation", "a"};
  nlohmann::json config = relay_config("a");
  config["info"].erase("pubkey");
  tender::test::SeededRandom random{1};
  const std::string token =
      tender::nostr::make_http_auth(test_key(1), random, tender::TimePoint(),
                                    "http://api.example.com/relay/a", "POST", config.dump());
  Child child(arguments);
  const int port = nlohmann::json::parse(child.line())["port"];
  const std::string head = fmt::format(
      "POST /relay/a HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: {}\r\nContent-Length: "
      "{}\r\n\r\n",
      token, config.dump().size());
  EXPECT_EQ(send_to(port, head + config.dump()).status, 201);
  EXPECT_EQ(child.wait(), 2);

  Child next(arguments);
  EXPECT_NE(next.line(), "");
  EXPECT_EQ(next.wait(), 2);
}

TEST(Process, SaysWhatIsWrongWithItsArguments) {
  const tender::test::TempDir directory;
  const std::string config = directory.path().string();
  const std::string key = test_key(1).public_key().hex();
  const std::pair<std::vector<std::string>, int> wrong[] = {
      {{"--config", config}, 2},
      {{"--config", config, "--whitelist", "nonsense"}, 2},
      {{"--config", config, "--whitelist", key, "--listen", "nonsense"}, 2},
      {{"--config", config, "--whitelist", key, "--listen", "127.0.0.1:70000"}, 2},
      {{"--config", config, "--whitelist", key, "--unknown"}, 2},
      {{"--config", config, "--whitelist", key, "--generation", "c"}, 2},
      {{"--config", config, "--whitelist", key, "--reload-ms", "-1"}, 2},
      {{"--config", "/proc/no/such", "--whitelist", key}, 1},
      {{"--config", config, "--whitelist", key, "--listen", "localhost:0"}, 1},
  };
  for (const auto& [arguments, code] : wrong) {
    Child child(arguments, STDERR_FILENO);
    EXPECT_TRUE(child.line().starts_with("zooid-sim: ")) << arguments.back();
    EXPECT_EQ(child.wait(), code) << arguments.back();
  }
}

}  // namespace
}  // namespace zooid_sim::test
