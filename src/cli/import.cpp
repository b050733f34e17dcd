// `tender import`: rows for relays that zooid has already, made from its config files.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <ostream>
#include <utility>

#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "tender/infra/relay_import.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"
#include "tender/zooid/config_directory.hpp"

#include "command.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

enum class ImportResult : std::uint8_t { imported, importable, left };

constexpr std::array<const char*, 3> kImportResults{"imported", "importable", "left"};

struct Imported {
  std::string id;
  std::string subdomain;
  ImportResult result = ImportResult::left;
  std::string reason{};  // why it is left alone; empty if it is not
  std::vector<std::string> overwritten{};
};

// Takes relays over one after the other and prints what became of each.
class Importer {
 public:
  /// `session`: null when there is no database yet, which only a dry run can bear.
  Importer(const Invocation& invocation, const config::Env& env,
           const std::filesystem::path& directory, StoreSession* session)
      : invocation_(invocation),
        env_(env),
        session_(session),
        directory_(directory),
        array_(invocation.out),
        table_(invocation.out) {}

  ExitCode run() {
    const auto ids = directory_.list();
    index(ids);
    if (invocation_.names.empty()) {
      for (const RelayId& id : ids) {
        if (!has_row(id)) {
          take_over(id);
        }
      }
    }
    for (const std::string& name : invocation_.names) {
      take_over_named(name, ids);
    }
    finish();
    return !invocation_.names.empty() && left_ > 0 ? ExitCode::some_failed : ExitCode::ok;
  }

 private:
  [[nodiscard]] bool has_row(const RelayId& id) const {
    const auto relay = session_ == nullptr ? std::nullopt : session_->query.get_relay(id);
    return relay && !is_tombstone(*relay);
  }

  // Which files have which host and schema, so that each file is parsed once for that.
  void index(const std::vector<RelayId>& ids) {
    for (const RelayId& id : ids) {
      const auto file = directory_.read(id);
      if (!file) {
        continue;
      }
      const std::string host = file->text("/host");
      const std::string schema = file->text("/schema");
      if (std::string subdomain = infra::subdomain_of(host, env_); !subdomain.empty()) {
        by_subdomain_.try_emplace(std::move(subdomain), id);
      }
      if (file->whole() && !has_row(id)) {  // the database knows the others
        hosts_[host].push_back(id.text);
        schemas_[schema].push_back(id.text);
      }
    }
  }

  // By the name of its file, else by the subdomain of its host.
  void take_over_named(const std::string& name, const std::vector<RelayId>& ids) {
    if (std::ranges::binary_search(ids, RelayId{name})) {
      return take_over(RelayId{name});
    }
    if (const auto found = by_subdomain_.find(name); found != by_subdomain_.end()) {
      return take_over(found->second);
    }
    add({.id = name,
         .subdomain = {},
         .reason =
             fmt::format("{} has no file of that name or subdomain", directory_.path().string())});
  }

  void take_over(const RelayId& id) {
    const auto file = directory_.read(id);
    if (!file) {
      add({.id = id.text, .subdomain = {}, .reason = "its file has just been deleted"});
      return;
    }
    const infra::RelayImport plan = infra::plan_import(*file, env_);
    Imported imported{.id = id.text,
                      .subdomain = plan.relay.subdomain,
                      .reason = plan.refusal,
                      .overwritten = plan.overwritten};
    if (imported.reason.empty()) {
      imported.reason = refuse_twins(*file);
    }
    if (imported.reason.empty()) {
      imported.reason = write(plan);
    }
    if (imported.reason.empty()) {
      imported.result =
          invocation_.has("dry-run") ? ImportResult::importable : ImportResult::imported;
    }
    add(imported);
  }

  // Two files can say the same when people wrote them, and nobody knows which of them is meant.
  [[nodiscard]] std::string refuse_twins(const zooid::ConfigFile& file) const {
    const std::string host = file.text("/host");
    if (const auto twins = hosts_.find(host); twins != hosts_.end() && twins->second.size() > 1) {
      return fmt::format("{} have the same host, {}; correct or delete all but one of them",
                         names_of(twins->second), host);
    }
    const std::string schema = file.text("/schema");
    const auto twins = schemas_.find(schema);
    if (twins != schemas_.end() && twins->second.size() > 1) {
      return fmt::format(
          "{} have the same schema, {}, so zooid keeps their data in the same tables; delete all "
          "but one of them",
          names_of(twins->second), schema);
    }
    return {};
  }

  [[nodiscard]] static std::string names_of(const std::vector<std::string>& ids) {
    std::string names;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      names += fmt::format("{}{}.toml", i == 0 ? "" : i + 1 == ids.size() ? " and " : ", ", ids[i]);
    }
    return names;
  }

  // Why it cannot be written; empty: it was, or could be.
  std::string write(const infra::RelayImport& plan) {
    if (session_ == nullptr) {
      return {};
    }
    try {
      store::Transaction transaction(session_->database);
      static_cast<void>(session_->command.import_relay(plan.relay, plan.digest));
      if (!invocation_.has("dry-run")) {
        transaction.commit();
      }
      return {};
    } catch (const store::CommandError& error) {
      return fmt::format("{}; {}", error.what(), error.remedy());
    } catch (const store::StoreError& error) {
      if (error.fault() != store::StoreFault::constraint) {
        throw;
      }
      return fmt::format("{}; {}", error.what(), error.remedy());
    }
  }

  void add(const Imported& imported) {
    const bool left = imported.result == ImportResult::left;
    ++(left ? left_ : taken_);
    const char* result = kImportResults.at(static_cast<std::size_t>(imported.result));
    if (invocation_.json()) {
      array_.add({{"relay_id", imported.id},
                  {"subdomain", imported.subdomain},
                  {"result", result},
                  {"reason", imported.reason},
                  {"overwritten", left ? std::vector<std::string>() : imported.overwritten}});
      return;
    }
    if (!has_head_) {
      table_.add({"RELAY", "SUBDOMAIN", "RESULT", "NOTE"});
      has_head_ = true;
    }
    std::string note = printable(imported.reason, 600);
    if (!left && !imported.overwritten.empty()) {
      note = fmt::format("its {} differ from BLOSSOM_S3_* and LIVEKIT_*, which tender will send",
                         fmt::join(imported.overwritten, ", "));
    }
    table_.add({imported.id, imported.subdomain.empty() ? "-" : imported.subdomain, result, note});
  }

  void finish() {
    if (invocation_.json()) {
      array_.finish();
      return;
    }
    table_.finish();
    fmt::print(invocation_.err, "{} relay{} {}, {} left alone\n", taken_, taken_ == 1 ? "" : "s",
               invocation_.has("dry-run") ? "can be imported" : "imported", left_);
  }

  const Invocation& invocation_;
  const config::Env& env_;
  StoreSession* session_;
  zooid::ConfigDirectory directory_;
  JsonArray array_;
  Table table_;
  std::map<std::string, RelayId> by_subdomain_;
  std::map<std::string, std::vector<std::string>> hosts_;  // of the files without a row: their ids
  std::map<std::string, std::vector<std::string>> schemas_;  // likewise
  bool has_head_ = false;
  int taken_ = 0;
  int left_ = 0;
};

// A dry run makes no database.
bool has_database(const config::Env& env) {
  std::error_code error;
  return std::filesystem::exists(env.database_path, error);
}

ExitCode import(const Invocation& invocation) {
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  if (!env.zooid_config_dir) {
    throw UsageError("ZOOID_CONFIG_DIR is not set, so there is nothing to import",
                     "set it to zooid's config directory, which tender only reads");
  }
  if (invocation.has("dry-run") && !has_database(env)) {
    return Importer(invocation, env, *env.zooid_config_dir, nullptr).run();
  }
  StoreSession session(
      invocation, invocation.has("dry-run") ? store::OpenMode::existing : store::OpenMode::create);
  return Importer(invocation, env, *env.zooid_config_dir, &session).run();
}

}  // namespace

const CommandSpec kImport{
    .name = "import",
    .arguments = "[RELAY…]",
    .min_names = 0,
    .max_names = 1000,
    .summary = "Take over relays that zooid has already; needs ZOOID_CONFIG_DIR and sends nothing",
    .example = "tender import --dry-run",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{
              {"dry-run", "Only say what would be imported, and what would be left alone"}};
        },
    .run = import};

}  // namespace tender::cli
