#include "zooid-sim/wire.hpp"

#include <nlohmann/json.hpp>

namespace zooid_sim {

Answer json_answer(int status, const nlohmann::json& body) {
  // Go, too, replaces what is not UTF-8.
  return {status,
          {{"Content-Type", "application/json"}},
          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

Answer error_answer(int status, std::string_view text) {
  return json_answer(status, {{"error", text}});
}

Answer plain_not_found() {
  return {404,
          {{"Content-Type", "text/plain; charset=utf-8"}, {"X-Content-Type-Options", "nosniff"}},
          "Not Found\n"};
}

}  // namespace zooid_sim
