#include "tender/config/secret_file.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "tender/base/error.hpp"
#include "tender/base/log.hpp"

#include "file.hpp"

namespace tender::config {

Secret read_secret_file(const std::filesystem::path& path) {
  constexpr std::size_t largest = 1 << 16;
  const std::string shown = printable(path.string());
  FileText file = read_file(path, largest);
  if (file.error) {
    throw Error(fmt::format("{} cannot be read: {}", shown, file.error.message()),
                "name a file that this user can read and that contains only the secret");
  }
  if (const auto exposure = exposure_of(path)) {
    throw Error(fmt::format("{} holds a secret, and {}", shown, exposure->problem),
                exposure->remedy);
  }
  Secret secret(without_line_break(file.text));
  const std::size_t size = file.text.size();
  OPENSSL_cleanse(file.text.data(), size);
  if (secret.empty() || size == largest) {
    throw Error(fmt::format("{} is {}", shown, secret.empty() ? "empty" : "too large for a secret"),
                "name a file that contains only the secret");
  }
  return secret;
}

}  // namespace tender::config
