#include "tender/hook/address_guard.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "tender/base/log.hpp"
#include "tender/hook/invalid_trigger.hpp"

namespace tender::hook {
namespace {

namespace ip = boost::asio::ip;

struct Block {
  const char* network;
  std::string_view what;  // goes on after "it is "
};

// The first that fits names the address.
constexpr std::array kBlocks4{
    Block{"169.254.169.254/32", "the metadata service of a cloud"},
    Block{"168.63.129.16/32", "the metadata service of a cloud"},
    Block{"100.100.100.200/32", "the metadata service of a cloud"},
    Block{"192.0.0.192/32", "the metadata service of a cloud"},
    Block{"0.0.0.0/32", "the unspecified address"},
    Block{"0.0.0.0/8", "an address of this network (RFC 1122)"},
    Block{"10.0.0.0/8", "a private address (RFC 1918)"},
    Block{"100.64.0.0/10", "a shared address of carriers (RFC 6598)"},
    Block{"127.0.0.0/8", "a loopback address"},
    Block{"169.254.0.0/16", "a link-local address"},
    Block{"172.16.0.0/12", "a private address (RFC 1918)"},
    Block{"192.0.0.0/24", "an address for protocols (RFC 6890)"},
    Block{"192.0.2.0/24", "an address for documentation (RFC 5737)"},
    Block{"192.88.99.0/24", "a 6to4 relay (RFC 7526)"},
    Block{"192.168.0.0/16", "a private address (RFC 1918)"},
    Block{"198.18.0.0/15", "an address for benchmarks (RFC 2544)"},
    Block{"198.51.100.0/24", "an address for documentation (RFC 5737)"},
    Block{"203.0.113.0/24", "an address for documentation (RFC 5737)"},
    Block{"224.0.0.0/4", "a multicast address"},
    Block{"255.255.255.255/32", "the broadcast address"},
    Block{"240.0.0.0/4", "a reserved address (RFC 1112)"},
};

constexpr std::array kBlocks6{
    Block{"fd00:ec2::254/128", "the metadata service of a cloud"},
    Block{"fd20:ce::254/128", "the metadata service of a cloud"},
    Block{"::/128", "the unspecified address"},
    Block{"::1/128", "a loopback address"},
    Block{"64:ff9b:1::/48", "an address of a local NAT64 (RFC 8215)"},
    Block{"100::/64", "an address that discards all (RFC 6666)"},
    Block{"2001::/32", "a Teredo address (RFC 4380)"},
    Block{"2001:db8::/32", "an address for documentation (RFC 3849)"},
    Block{"2001::/23", "an address for protocols (RFC 2928)"},
    Block{"3fff::/20", "an address for documentation (RFC 9637)"},
    Block{"5f00::/16", "an address of segment routing (RFC 9602)"},
    Block{"fc00::/7", "a unique local address (RFC 4193)"},
    Block{"fe80::/10", "a link-local address"},
    Block{"fec0::/10", "a site-local address (RFC 3879)"},
    Block{"ff00::/8", "a multicast address"},
};

// Where an IPv6 address has an IPv4 address that it leads to.
struct Embedding {
  const char* network;
  std::size_t at;  // the first of the four bytes
};

constexpr std::array kEmbeddings{
    Embedding{"::ffff:0:0/96", 12},    // mapped (RFC 4291)
    Embedding{"::ffff:0:0:0/96", 12},  // translated (RFC 2765)
    Embedding{"::/96", 12},            // compatible (RFC 4291)
    Embedding{"64:ff9b::/96", 12},     // NAT64 (RFC 6052)
    Embedding{"2002::/16", 2},         // 6to4 (RFC 3056)
};

// All that is assigned to the public Internet.
constexpr const char* kGlobalUnicast = "2000::/3";

bool is_in(const ip::address_v4& address, const char* text) {
  const ip::network_v4 network = ip::make_network_v4(text);
  return ip::network_v4(address, network.prefix_length()).canonical() == network;
}

bool is_in(const ip::address_v6& address, const char* text) {
  const ip::network_v6 network = ip::make_network_v6(text);
  return ip::network_v6(address, network.prefix_length()).canonical() == network;
}

template <class Address>
std::optional<std::string> find_block(const Address& address, std::span<const Block> blocks) {
  const auto found = std::ranges::find_if(
      blocks, [&](const Block& block) { return is_in(address, block.network); });
  return found == blocks.end() ? std::nullopt : std::optional(std::string(found->what));
}

ip::address_v4 embedded_at(const ip::address_v6::bytes_type& bytes, std::size_t at) {
  return ip::address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
}

// ISATAP (RFC 5214): under any prefix, an interface with the number 0:5efe or 200:5efe.
bool is_isatap(const ip::address_v6::bytes_type& bytes) {
  return (bytes[8] & ~2) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
}

// An IPv4 address in it that is not public. There may be several: 6to4 around ISATAP.
std::optional<std::string> find_embedded(const ip::address_v6& address) {
  const auto bytes = address.to_bytes();
  std::vector<ip::address_v4> embedded;
  for (const Embedding& each : kEmbeddings) {
    if (is_in(address, each.network)) {
      embedded.push_back(embedded_at(bytes, each.at));
    }
  }
  if (is_isatap(bytes)) {
    embedded.push_back(embedded_at(bytes, 12));
  }
  for (const ip::address_v4& each : embedded) {
    if (const auto block = find_block(each, kBlocks4)) {
      return fmt::format("{}, {}, behind IPv6", each.to_string(), *block);
    }
  }
  return std::nullopt;
}

std::optional<std::string> why_not_public6(const ip::address_v6& given) {
  const ip::address_v6 address(given.to_bytes());  // without its zone
  if (auto block = find_block(address, kBlocks6)) {
    return block;
  }
  if (auto inner = find_embedded(address)) {
    return inner;
  }
  // Of the forms with an IPv4 address inside, only these lead to the public one.
  return is_in(address, kGlobalUnicast) || address.is_v4_mapped() || is_in(address, "64:ff9b::/96")
             ? std::nullopt
             : std::optional<std::string>("not an address of the public Internet");
}

[[noreturn]] void refuse_url(std::string_view what, std::string remedy) {
  throw InvalidTrigger(std::string(what), std::move(remedy));
}

// Whether resolvers may take the host for an IPv4 address in another form: 2130706433, 0x7f.1.
bool is_number(std::string_view host) {
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  const std::string_view last = host.substr(host.rfind('.') + 1);  // npos + 1 is 0
  const bool hex = last.starts_with("0x");
  return !last.empty() && last.find_first_not_of(hex ? "0123456789abcdef" : "0123456789",
                                                 hex ? 2 : 0) == std::string_view::npos;
}

void check_host(const http::Url& url, const ReceiverRules& rules) {
  boost::system::error_code is_name;
  const ip::address address = ip::make_address(url.host(), is_name);
  if (is_name) {
    if (is_number(url.host())) {
      refuse_url(fmt::format("the host \"{}\" of the URL is a number", printable(url.host(), 100)),
                 "write a name, or an IPv4 address as four decimal numbers");
    }
    return;
  }
  const auto reason = rules.allow_private ? std::nullopt : why_not_public(address);
  if (reason) {
    refuse_url(fmt::format("the host {} of the URL is not public: it is {}", url.host(), *reason),
               "give a public address, or set TRIGGER_ALLOW_PRIVATE=on");
  }
}

http::Url parse_any_url(std::string_view text) {
  try {
    return http::Url::parse(text);
  } catch (const http::InvalidUrl& error) {
    refuse_url("the URL " + error.fault(), "write a URL such as https://hooks.example.com/tender");
  }
}

}  // namespace

std::optional<std::string> why_not_public(const ip::address& address) {
  return address.is_v4() ? find_block(address.to_v4(), kBlocks4) : why_not_public6(address.to_v6());
}

http::AddressFilter public_addresses_only() {
  return [](const ip::address& address) -> std::optional<std::string> {
    const auto reason = why_not_public(address);
    return reason
               ? std::optional(fmt::format("it is {}; TRIGGER_ALLOW_PRIVATE=on allows it", *reason))
               : std::nullopt;
  };
}

http::Url parse_receiver_url(std::string_view text, const ReceiverRules& rules) {
  http::Url parsed = parse_any_url(text);
  if (!parsed.tls() && !rules.allow_http) {
    refuse_url(fmt::format("the URL at {} is an http URL: what it carries can be read on the way",
                           parsed.origin()),
               "write https://");
  }
  check_host(parsed, rules);
  return parsed;
}

}  // namespace tender::hook
