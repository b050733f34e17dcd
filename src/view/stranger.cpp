#include "tender/view/stranger.hpp"

#include <fmt/format.h>

#include "tender/base/log.hpp"
#include "tender/infra/relay_import.hpp"
#include "tender/store/command.hpp"

namespace tender::view {

std::string name_of_stranger(const zooid::ConfigFile& file) {
  const std::string host = file.text("/host");
  return fmt::format("{}.toml{}{}", printable(file.id.text, 80), host.empty() ? "" : ", host ",
                     printable(host, 80));
}

ImportRefusal import_refusal(const store::Query& query, const config::Env& env,
                             const zooid::ConfigFile& file) {
  const infra::RelayImport plan = infra::plan_import(file, env);
  if (!plan.refusal.empty()) {
    return {.why = plan.refusal};
  }
  try {
    store::require_importable(query, plan.relay);
    return {};
  } catch (const store::CommandError& error) {
    const auto row = query.get_relay(plan.relay.id);
    return {.why = fmt::format("{}; {}", error.what(), error.remedy()),
            .is_of_deleted_relay = row && is_tombstone(*row)};
  }
}

std::string advise_on_stranger(const zooid::ConfigFile& file, const ImportRefusal& refusal) {
  const std::string name = printable(file.id.text, 80);
  const std::string purge = fmt::format("`tender relay delete --purge-stranger {}`", name);
  if (refusal.why.empty()) {
    return fmt::format("run `tender import {}` to take it over, or {}", name, purge);
  }
  return fmt::format("it cannot be imported: {}{}", refusal.why,
                     refusal.is_of_deleted_relay ? "" : "; or run " + purge);
}

}  // namespace tender::view
