// What every test of the client needs: a scripted server, a client, and ways to run both until
// something has happened.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "tender/http/client.hpp"

#include "support/raw_server.hpp"

namespace tender::http {

/// The result of an exchange under way; shared with the coroutine that fills it.
using Pending = std::shared_ptr<std::optional<Exchange>>;

class ClientTest : public testing::Test {
 protected:
  ~ClientTest() override;

  /// The client under test, made with `options` when first asked for.
  Client& client();

  /// Begins an exchange; it makes progress while the io_context runs.
  Pending start(Request request);
  /// Runs until the condition holds; fails the test when it does not within ten seconds.
  void run_until(const std::function<bool()>& condition);
  /// One exchange from begin to end.
  Exchange exchange(Request request);
  /// Same, for one that must bring an answer, or must bring none; fails the test otherwise.
  Response answered(Request request);
  Failure failed(Request request);

  /// A GET of `path` from the server, with a timeout that no test should come to.
  [[nodiscard]] Request get(const std::string& path = "/") const;
  /// A POST of `body`.
  [[nodiscard]] Request post(const std::string& body) const;
  /// Same, and gives up after 50 ms.
  static Request soon(Request request);

  boost::asio::io_context io;
  test::RawServer server{io};
  ClientOptions options;

 private:
  std::unique_ptr<Client> client_;
};

/// What came of it; an empty response or failure with a failed test when it is the other one.
[[nodiscard]] Response response_of(const Exchange& exchange);
[[nodiscard]] Failure failure_of(const Exchange& exchange);
/// Same, of one that must be over.
[[nodiscard]] Response response_of(const Pending& pending);
[[nodiscard]] Failure failure_of(const Pending& pending);

}  // namespace tender::http
