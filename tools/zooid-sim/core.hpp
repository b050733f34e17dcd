// The parts of one sim, wired together: what the two listeners' handlers share.
#pragma once

#include <memory>
#include <string>

#include "tender/base/log.hpp"

#include "zooid-sim/api.hpp"
#include "zooid-sim/auth.hpp"
#include "zooid-sim/config_store.hpp"
#include "zooid-sim/front.hpp"
#include "zooid-sim/members.hpp"
#include "zooid-sim/server.hpp"
#include "zooid-sim/skewed_clock.hpp"

namespace zooid_sim {

struct Core {
  Core(boost::asio::any_io_executor executor, const Options& options, tender::Clock& clock)
      : logger(tender::make_logger(spdlog::level::warn, tender::LogFormat::text)),
        generation(options.generation),
        skewed(clock),
        waits(clock),
        store(options.config_dir, generation),
        watcher(executor, store, waits, generation, options.reload, options.death),
        auth(options.whitelist, skewed, generation),
        api(auth, store, members, generation),
        front(skewed, waits, store, watcher, api, WriteCost(options.write_cost_per_relay)) {
    store.on_change([this](const std::string& id) { watcher.note(id); });
  }
  Core(const Core&) = delete;  // the parts refer to each other
  Core& operator=(const Core&) = delete;

  std::shared_ptr<tender::Logger> logger;
  Generation generation;
  SkewedClock skewed;
  Waits waits;
  ConfigStore store;
  Watcher watcher;
  Members members;
  Auth auth;
  Api api;
  Front front;
  std::string api_url;
};

}  // namespace zooid_sim
