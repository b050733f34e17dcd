#include "fake_dns.hpp"

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

namespace tender::http {
namespace {

// Shared with asio's resolver thread, hence the lock.
struct Table {
  std::mutex mutex;
  std::condition_variable released;
  std::map<std::string, std::vector<std::string>> addresses;
  std::set<std::string> hanging;
  std::size_t lookups = 0;
};

Table& table() {
  static Table table;
  return table;
}

addrinfo* make_entry(const std::string& address, const char* service, addrinfo* next) {
  struct Entry {
    addrinfo info;
    sockaddr_in address;
  };
  auto* const entry = static_cast<Entry*>(std::calloc(1, sizeof(Entry)));
  entry->address.sin_family = AF_INET;
  entry->address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(service)));
  inet_pton(AF_INET, address.c_str(), &entry->address.sin_addr);
  entry->info.ai_family = AF_INET;
  entry->info.ai_socktype = SOCK_STREAM;
  entry->info.ai_protocol = IPPROTO_TCP;
  entry->info.ai_addrlen = sizeof(sockaddr_in);
  entry->info.ai_addr = reinterpret_cast<sockaddr*>(&entry->address);
  entry->info.ai_next = next;
  return &entry->info;
}

}  // namespace

FakeDns::FakeDns() {
  const std::lock_guard lock(table().mutex);
  table().addresses.clear();
  table().hanging.clear();
  table().lookups = 0;
}

FakeDns::~FakeDns() {
  release();
}

void FakeDns::add(const std::string& name, std::vector<std::string> addresses) {
  const std::lock_guard lock(table().mutex);
  table().addresses[name] = std::move(addresses);
}

void FakeDns::hang(const std::string& name) {
  const std::lock_guard lock(table().mutex);
  table().hanging.insert(name);
}

void FakeDns::release() {
  const std::lock_guard lock(table().mutex);
  table().hanging.clear();
  table().released.notify_all();
}

std::size_t FakeDns::lookups() const {
  const std::lock_guard lock(table().mutex);
  return table().lookups;
}

}  // namespace tender::http

// The linker prefers these two to libc's.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo*,
                           addrinfo** result) {
  using tender::http::table;
  auto& dns = table();
  std::unique_lock lock(dns.mutex);
  ++dns.lookups;
  dns.released.wait(lock, [&] { return !dns.hanging.contains(name); });
  const auto found = dns.addresses.find(name);
  if (found == dns.addresses.end()) {
    return EAI_NONAME;
  }
  *result = nullptr;
  for (auto address = found->second.rbegin(); address != found->second.rend(); ++address) {
    *result = tender::http::make_entry(*address, service, *result);
  }
  return 0;
}

extern "C" void freeaddrinfo(addrinfo* list) noexcept {
  while (list != nullptr) {
    addrinfo* const next = list->ai_next;
    std::free(list);
    list = next;
  }
}
