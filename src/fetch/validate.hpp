// Whether an answer may be handed out: the cheap checks first, then those that are made on request.
// A pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tender/fetch/opts.hpp"

namespace tender::fetch {

/// What is wrong with the body, for people, without a subject: "is not JSON"; nothing when it
/// passes all of `checks`. What a check cannot be made on, because another that is off would have
/// failed, passes it.
[[nodiscard]] std::optional<std::string> find_fault(Op op, std::string_view body,
                                                    const Checks& checks);

}  // namespace tender::fetch
