// How commands ask first that change many relays at once, or that cannot be undone.
#pragma once

#include <string_view>

#include "command.hpp"

namespace tender::cli {

/// Whether --yes was given, or the person at the terminal agrees. The caller has said on
/// `invocation.err` what will be done. Throws UsageError with `remedy` when there is nobody to ask.
[[nodiscard]] bool is_confirmed(const Invocation& invocation, std::string_view remedy);

}  // namespace tender::cli
