#include "tender/base/metrics.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "tender/base/metric_table.hpp"

namespace tender {
namespace {

constexpr char kBetweenValues = '\x1f';

std::string key_of(LabelValues labels) {
  std::string key;
  for (const std::string_view value : labels) {
    key.append(value).push_back(kBetweenValues);
  }
  return key;
}

struct Combination {
  prometheus::Labels labels;
  std::string key;
};

std::vector<Combination> combinations(const MetricRow& row) {
  std::vector<Combination> all(1);
  for (const MetricLabel& label : row.labels) {
    std::vector<Combination> longer;
    for (const Combination& each : all) {
      for (const std::string_view value : label.values) {
        Combination next = each;
        next.labels.emplace(label.name, value);
        next.key.append(value).push_back(kBetweenValues);
        longer.push_back(std::move(next));
      }
    }
    all = std::move(longer);
  }
  return all;
}

}  // namespace

class MetricSeries {
 public:
  MetricSeries(const MetricRow& row, std::shared_ptr<prometheus::Registry> registry)
      : registry_(std::move(registry)) {
    const std::string name(row.name);
    const std::string help(row.help);
    switch (row.type) {
      case MetricType::counter:
        begin(row, counters_,
              prometheus::BuildCounter().Name(name).Help(help).Register(*registry_));
        break;
      case MetricType::gauge:
        begin(row, gauges_, prometheus::BuildGauge().Name(name).Help(help).Register(*registry_));
        break;
      case MetricType::histogram:
        begin(row, histograms_,
              prometheus::BuildHistogram().Name(name).Help(help).Register(*registry_),
              std::vector<double>(row.buckets.begin(), row.buckets.end()));
        break;
    }
  }

  [[nodiscard]] prometheus::Counter* counter(LabelValues labels) const {
    return find(counters_, labels);
  }
  [[nodiscard]] prometheus::Gauge* gauge(LabelValues labels) const { return find(gauges_, labels); }
  [[nodiscard]] prometheus::Histogram* histogram(LabelValues labels) const {
    return find(histograms_, labels);
  }

 private:
  template <typename T>
  using Cells = std::map<std::string, T*, std::less<>>;

  template <typename T, typename... Arguments>
  static void begin(const MetricRow& row, Cells<T>& cells, prometheus::Family<T>& family,
                    const Arguments&... arguments) {
    for (const Combination& each : combinations(row)) {
      cells.emplace(each.key, &family.Add(each.labels, arguments...));
    }
  }

  template <typename T>
  [[nodiscard]] static T* find(const Cells<T>& cells, LabelValues labels) {
    const auto found = cells.find(key_of(labels));
    assert(found != cells.end());
    return found == cells.end() ? nullptr : found->second;
  }

  std::shared_ptr<prometheus::Registry> registry_;  // of the cells, which handles may outlive
  Cells<prometheus::Counter> counters_;
  Cells<prometheus::Gauge> gauges_;
  Cells<prometheus::Histogram> histograms_;
};

struct Metrics::Registry {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::map<std::string_view, std::pair<MetricType, std::shared_ptr<MetricSeries>>> series;
};

void Counter::add(LabelValues labels, double amount) const {
  if (series_) {
    if (auto* const cell = series_->counter(labels)) {
      cell->Increment(amount);
    }
  }
}

void Counter::raise_to(double total) const {
  if (series_) {
    if (auto* const cell = series_->counter({})) {
      cell->Increment(std::max(0.0, total - cell->Value()));
    }
  }
}

void Gauge::set(LabelValues labels, double value) const {
  if (series_) {
    if (auto* const cell = series_->gauge(labels)) {
      cell->Set(value);
    }
  }
}

void Histogram::observe(LabelValues labels, Milliseconds duration) const {
  if (series_) {
    if (auto* const cell = series_->histogram(labels)) {
      cell->Observe(
          std::chrono::duration<double>(std::max(duration, Milliseconds::zero())).count());
    }
  }
}

Metrics Metrics::make() {
  Metrics metrics;
  metrics.registry_ = std::make_shared<Registry>();
  Registry& registry = *metrics.registry_;
  for (const MetricRow& row : metric_table()) {
    registry.series.emplace(
        row.name, std::pair(row.type, std::make_shared<MetricSeries>(row, registry.registry)));
  }
  metrics.gauge("tender_build_info").set({TENDER_VERSION}, 1);
  return metrics;
}

Counter Metrics::counter(std::string_view name) const {
  return Counter(find(name, MetricType::counter));
}

Gauge Metrics::gauge(std::string_view name) const {
  return Gauge(find(name, MetricType::gauge));
}

Histogram Metrics::histogram(std::string_view name) const {
  return Histogram(find(name, MetricType::histogram));
}

std::shared_ptr<MetricSeries> Metrics::find(std::string_view name, MetricType type) const {
  if (!registry_) {
    return nullptr;
  }
  const auto found = registry_->series.find(name);
  if (found == registry_->series.end() || found->second.first != type) {
    throw std::logic_error(fmt::format("the table has no {} {}", to_string(type), name));
  }
  return found->second.second;
}

std::string Metrics::text() const {
  return registry_ ? prometheus::TextSerializer().Serialize(registry_->registry->Collect())
                   : std::string();
}

}  // namespace tender
