#include "tender/store/damage_search.hpp"

#include <utility>

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>

namespace tender::store {
namespace {

constexpr int kNice = 10;  // where there is one core only, the loop goes first

}  // namespace

DamageSearch::DamageSearch(boost::asio::any_io_executor executor, std::filesystem::path path,
                           Clock& clock)
    : executor_(std::move(executor)), path_(std::move(path)), ended_(clock) {}

DamageSearch::~DamageSearch() {
  stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

boost::asio::awaitable<DamageSearch::Result> DamageSearch::run() {
  thread_ = std::thread([this] { look(); });
  while (!has_ended_) {
    co_await ended_.wait_until(TimePoint::max());
  }
  thread_.join();
  co_return std::move(result_);
}

// On the thread.
void DamageSearch::look() {
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice));
  Result result;
  try {
    result.integrity = check_integrity(path_, kAnySize, &stop_);
  } catch (const StoreError& error) {
    result.error = error;
  }
  boost::asio::post(executor_, [this, result = std::move(result)]() mutable {
    result_ = std::move(result);
    has_ended_ = true;
    ended_.notify();
  });
}

}  // namespace tender::store
