// What the database has in the place of a trigger's secret: a text of SecretBox, or a reference
// such as `env:BILLING_SECRET` to a variable of the environment that tender runs in.
#pragma once

#include <string>
#include <string_view>

#include "tender/base/secret.hpp"
#include "tender/config/environment.hpp"
#include "tender/hook/secret_box.hpp"

namespace tender::hook {

/// Whether it begins with `env:`.
[[nodiscard]] bool is_reference(std::string_view text);

/// Throws InvalidTrigger unless `text` is `env:` and the name of a variable, and not that of one of
/// tender's own, whose value nobody may send anywhere. The variable need not be set.
void check_reference(std::string_view text);

/// The secret that is stored for the trigger `owner`. `box` is null without TRIGGER_KEY_FILE.
/// Throws Error that says what is missing: the key, the variable, or as SecretBox::open().
[[nodiscard]] Secret reveal_stored(std::string_view stored, std::string_view owner,
                                   const SecretBox* box, const config::Environment& environment);

}  // namespace tender::hook
