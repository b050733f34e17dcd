// Stands in for the system's resolver in this test executable, so that no test asks a real DNS
// server: names are answered from a table, refused, or left hanging.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tender::http {

/// While one lives, getaddrinfo() asks it; every name that it does not know does not exist.
class FakeDns {
 public:
  FakeDns();
  /// Lets the lookups that hang fail.
  ~FakeDns();
  FakeDns(const FakeDns&) = delete;
  FakeDns& operator=(const FakeDns&) = delete;

  /// `name` has these IPv4 addresses, in this order.
  void add(const std::string& name, std::vector<std::string> addresses);
  /// Lookups of `name` hang until release().
  void hang(const std::string& name);
  void release();

  /// How many lookups there were; those that hang included.
  [[nodiscard]] std::size_t lookups() const;
};

}  // namespace tender::http
