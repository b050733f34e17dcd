// What tender measures of itself, for Prometheus. Rooms hold handles (Counter, Gauge, Histogram) of
// the metrics that they feed; whoever builds the program makes one Metrics and hands it down.
// Handles of a Metrics that is off do nothing, and so do those that were made without one: tests
// and commands need none. On the one thread. A wrapper of prometheus-cpp, whose headers are heavy.
//
//   const Metrics metrics = Metrics::make();
//   const Counter syncs = metrics.counter("tender_syncs_total");
//   syncs.add({"create", "done"});
//   std::string page = metrics.text();
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tender/base/clock.hpp"
#include "tender/base/metric_table.hpp"

namespace tender {

/// The values of a metric's labels, in the order of its row in metric_table(). Others than those
/// that the table lists are a bug: an assertion, and without assertions they count nowhere.
using LabelValues = std::initializer_list<std::string_view>;

/// One metric with all its series.
class MetricSeries;

class Counter {
 public:
  Counter() = default;
  // `amount` is not negative.
  void add(double amount = 1) const { add({}, amount); }
  void add(LabelValues labels, double amount = 1) const;
  /// For what is counted elsewhere: a smaller total than the last one is left out.
  void raise_to(double total) const;

 private:
  friend class Metrics;
  explicit Counter(std::shared_ptr<MetricSeries> series) : series_(std::move(series)) {}
  std::shared_ptr<MetricSeries> series_;  // shared, because handles outlive whoever gave them
};

class Gauge {
 public:
  Gauge() = default;
  void set(double value) const { set({}, value); }
  void set(LabelValues labels, double value) const;

 private:
  friend class Metrics;
  explicit Gauge(std::shared_ptr<MetricSeries> series) : series_(std::move(series)) {}
  std::shared_ptr<MetricSeries> series_;
};

/// Of durations.
class Histogram {
 public:
  Histogram() = default;
  void observe(Milliseconds duration) const { observe({}, duration); }
  /// A negative one, of a clock that was set back, counts as zero.
  void observe(LabelValues labels, Milliseconds duration) const;
  /// Whether it takes anything in; else a measurement that costs something can be spared.
  [[nodiscard]] bool is_on() const { return series_ != nullptr; }

 private:
  friend class Metrics;
  explicit Histogram(std::shared_ptr<MetricSeries> series) : series_(std::move(series)) {}
  std::shared_ptr<MetricSeries> series_;
};

/// A registry, or none. Copies are the same registry.
class Metrics {
 public:
  /// Off: nothing is measured, and text() is empty.
  Metrics() = default;

  /// A registry with every series of metric_table(), all at zero but tender_build_info.
  [[nodiscard]] static Metrics make();

  // Throws std::logic_error when the table has no such metric of that type.
  [[nodiscard]] Counter counter(std::string_view name) const;
  [[nodiscard]] Gauge gauge(std::string_view name) const;
  [[nodiscard]] Histogram histogram(std::string_view name) const;

  /// All series in Prometheus' text format 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  struct Registry;
  [[nodiscard]] std::shared_ptr<MetricSeries> find(std::string_view name, MetricType type) const;

  std::shared_ptr<Registry> registry_;
};

}  // namespace tender
