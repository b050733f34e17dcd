// What tender sent to zooid of the fields that a relay's owner may change there as well: of each
// field a digest of every value that was sent since zooid was last seen to serve the newest; the
// last one is what zooid took last. zooid reloads a relay some time after it took it, so until then
// it may show any of them; whatever else it shows is somebody else's. A plain value; the row keeps
// it as text.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tender/model/relay_fields.hpp"

namespace tender {

class SentInfo {
 public:
  SentInfo() = default;
  /// What to_text() made. Any program may have written it: what is not as it should be is left out.
  explicit SentInfo(std::string_view text);

  /// The relay's values are about to be sent: from now on zooid may show them.
  void may_be_taken(const Relay& relay);
  /// zooid took them: its file has them, unless somebody else wrote it since.
  void taken(const Relay& relay);
  /// zooid serves these values, and nothing older any more.
  void reset(const Relay& relay);

  /// Whether tender never sent that value: somebody else wrote it. False while that is not known.
  [[nodiscard]] bool is_foreign(const RelayField& field, std::string_view value) const;

  /// Whether the relay's value is what zooid took last, so that its file need not be told again.
  [[nodiscard]] bool is_newest(const RelayField& field, const Relay& relay) const;

  [[nodiscard]] std::string to_text() const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> digests_;  // by column
};

}  // namespace tender
