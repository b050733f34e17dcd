#include "zooid-sim/watcher.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "zooid-sim/slug.hpp"

namespace zooid_sim {

namespace asio = boost::asio;

namespace {

// A bug must reach whoever runs the io_context.
void rethrow_bug(std::exception_ptr error) {
  if (error) {
    std::rethrow_exception(error);
  }
}

}  // namespace

Watcher::Watcher(asio::any_io_executor executor, ConfigStore& store, Waits& waits,
                 Generation generation, tender::Milliseconds reload, Death death)
    : executor_(std::move(executor)),
      store_(store),
      waits_(waits),
      generation_(generation),
      reload_(reload),
      death_(std::move(death)) {}

void Watcher::start() {
  for (const auto& [id, relay] : store_.relays()) {
    queue_.push_back(id);
  }
  to_load_ = queue_.size();
  watching_ = queue_.empty();
  run();
}

void Watcher::note(const std::string& id) {
  if (watching_ && (queue_.empty() || queue_.back() != id)) {
    queue_.push_back(id);
  }
}

void Watcher::run() {
  if (busy_ || queue_.empty()) {
    return;
  }
  if (reload_ > tender::Milliseconds::zero()) {
    busy_ = true;
    auto reloading = one_by_one();
    asio::co_spawn(executor_, std::move(reloading), rethrow_bug);
    return;
  }
  while (!queue_.empty()) {
    const std::string id = next();
    install(id, read(id));
  }
}

asio::awaitable<void> Watcher::one_by_one() {
  bool running = !waits_.stopped();
  while (running && !queue_.empty()) {
    const std::string id = next();
    store_.refresh();
    std::optional<Config> config = read(id);
    turn_ends_ = waits_.now() + reload_;
    running = co_await waits_.until(turn_ends_);
    install(id, std::move(config));
  }
  busy_ = false;
}

asio::awaitable<void> Watcher::idle() {
  if (watching_ && busy_) {
    (void)co_await waits_.until(turn_ends_);
  }
}

const Config* Watcher::serve(const std::string& host) const {
  const auto found = by_host_.find(host);
  return found == by_host_.end() ? nullptr : found->second.get();
}

std::string Watcher::relay_at(const std::string& host) const {
  const Config* served = serve(host);
  const auto found = std::ranges::find_if(
      by_id_, [served](const auto& each) { return each.second.get() == served; });
  return found == by_id_.end() ? std::string() : found->first;
}

std::string Watcher::next() {
  std::string id = std::move(queue_.front());
  queue_.pop_front();
  return id;
}

// What the file holds when its turn comes; nothing when it cannot be loaded.
std::optional<Config> Watcher::read(const std::string& id) {
  const StoredRelay* relay = store_.find(id);
  const bool fails = failing_.erase(id) > 0;
  if (relay == nullptr || !relay->config || relay->config->host.empty() ||
      relay->config->schema.empty() || fails) {
    return std::nullopt;
  }
  const Config& config = *relay->config;
  return survives(config) && !validate(config, generation_) ? relay->config : std::nullopt;
}

// Whether zooid lives on after it has loaded the relay. It looks for the owner before it looks at
// `inactive`.
bool Watcher::survives(const Config& config) {
  if (validate(config, generation_)) {
    return true;  // refused before anything of it is used
  }
  if (generation_ == Generation::a && config.info.pubkey.empty()) {
    death_("panic: runtime error: unsafe.Slice: ptr is nil and len is not zero", 2);
    return false;
  }
  const std::string name = slug(config.schema);
  if (!is_table_name(name)) {
    death_("Failed to initialize event store: failed to create schema: unrecognized token: \"" +
               name + "__events\"",
           1);
    return false;
  }
  return true;
}

void Watcher::install(const std::string& id, std::optional<Config> config) {
  if (to_load_ > 0 && --to_load_ == 0) {
    watching_ = true;
  }
  if (const auto old = by_id_.find(id); old != by_id_.end()) {
    by_host_.erase(old->second->host);
    by_id_.erase(old);
  }
  loaded_.erase(id);
  if (!config) {
    return;
  }
  loaded_.insert(id);
  if (!config->inactive) {
    const auto instance = std::make_shared<const Config>(std::move(*config));
    by_host_[instance->host] = instance;
    by_id_[id] = instance;
  }
}

}  // namespace zooid_sim
