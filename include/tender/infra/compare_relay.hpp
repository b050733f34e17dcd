// What a relay should be, beside what zooid serves and holds at this moment: for a person's
// question
// (`tender diff`). Nothing is done about it, and nothing is written.
#pragma once

#include <optional>

#include "tender/config/env.hpp"
#include "tender/http/transport.hpp"
#include "tender/model/relay.hpp"
#include "tender/store/query.hpp"
#include "tender/zooid/config_file.hpp"
#include "tender/zooid/liveness.hpp"

namespace tender::infra {

/// zooid's file of the relay as it was before and after the look; nothing: it was not there.
struct FilesSeen {
  std::optional<zooid::ConfigFile> before;
  std::optional<zooid::ConfigFile> after;
};

struct RelayComparison {
  Relay relay;
  zooid::LivenessVerdict verdict{};
  bool absent = false;        // or served although it should not be, or not seen
  bool file_is_gone = false;  // of a relay that is off, which nothing but its file shows
  bool other_identity = false;
};

/// `look` is the answer to the request for its NIP-11 document; null: zooid was not asked. `files`
/// is nothing where ZOOID_CONFIG_DIR is not known. Blocks as Database says; throws StoreError.
[[nodiscard]] RelayComparison compare_relay(const store::Query& query, const config::Env& env,
                                            Relay relay, const http::Exchange* look,
                                            const std::optional<FilesSeen>& files);

}  // namespace tender::infra
