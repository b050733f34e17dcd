// Takes our secrets out of what zooid (or whoever answers in its place) says back, before anything
// of it can reach a log, the database or a terminal. A pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tender::zooid {

/// `text` with each of `secrets` replaced by `[secret]`, as it is and as JSON writes it. Empty ones
/// are passed over.
[[nodiscard]] std::string redact(std::string text, std::vector<std::string_view> secrets);

}  // namespace tender::zooid
