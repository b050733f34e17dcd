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

std::string import_refusal(const store::Query& query, const config::Env& env,
                           const zooid::ConfigFile& file) {
  const infra::RelayImport plan = infra::plan_import(file, env);
  if (!plan.refusal.empty()) {
    return plan.refusal;
  }
  try {
    store::require_importable(query, plan.relay);
    return {};
  } catch (const store::CommandError& error) {
    return fmt::format("{}; {}", error.what(), error.remedy());
  }
}

std::string advise_on_stranger(const store::Query& query, const config::Env& env,
                               const zooid::ConfigFile& file) {
  const std::string refusal = import_refusal(query, env, file);
  const std::string name = printable(file.id.text, 80);
  const std::string_view purge = "`tender relay delete --purge-stranger ";
  if (refusal.empty()) {
    return fmt::format("run `tender import {}` to take it over, or {}{}`", name, purge, name);
  }
  return refusal.find(purge) != std::string::npos
             ? fmt::format("it cannot be imported: {}", refusal)
             : fmt::format("it cannot be imported: {}; or run {}{}`", refusal, purge, name);
}

}  // namespace tender::view
