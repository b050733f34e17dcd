// docs/logs.md, made of the tables of base/log_messages.hpp.
#pragma once

#include <string>

namespace tender::test {

[[nodiscard]] std::string logs_document();

}  // namespace tender::test
